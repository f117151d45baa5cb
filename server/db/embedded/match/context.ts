/** What the compilers of a filter's parts hand each other; filters, fields and elements contain one another. */
import { type Doc } from '../values/doc.ts';
import { type Condition } from './condition.ts';
import { type Matcher, type MatchOptions } from './types.ts';

export interface FieldContext {
  readonly opts: MatchOptions;
  /** Compiles a whole filter. */
  readonly compileFilter: (filter: Doc, opts: MatchOptions) => Matcher;
  /** Compiles { $gt: 1, … }. */
  readonly compileOperators: (operators: Doc, context: FieldContext) => Condition[];
}
