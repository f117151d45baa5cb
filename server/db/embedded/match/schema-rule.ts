/** The shape of one keyword of $jsonSchema. */
import { type Doc } from '../values/doc.ts';
import { type Predicate } from './condition.ts';

export type CompileSchema = (schema: unknown, where: string) => Predicate;
/** Compiles a keyword into a test; null when there is nothing to test (title, or a keyword that another one reads). */
export type Rule = (operand: unknown, schema: Doc, compile: CompileSchema) => Predicate | null;
