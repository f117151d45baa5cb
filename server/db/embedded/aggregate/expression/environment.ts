/** Where expressions live: the operators, the variables, the time. One for each pipeline. */
import { type Doc } from '../../values/codec.ts';
import { type Collation } from '../../values/collation.ts';
import { createScope, type ExpressionEnv, type Scope } from './compile.ts';
import { operators } from './operators.ts';

export interface ExpressionSettings {
  readonly variables?: Doc | undefined;
  readonly now?: Date | undefined;
  readonly collation?: Collation | undefined;
}

export function createExpressionEnv({
  variables = {},
  now = new Date(),
  collation,
}: ExpressionSettings = {}): ExpressionEnv {
  return { operators, variables: { current: variables }, now, collation };
}

/** A scope with nothing bound but the variables of the command. */
export const topScope = (settings: ExpressionSettings = {}): Scope => createScope(createExpressionEnv(settings));
