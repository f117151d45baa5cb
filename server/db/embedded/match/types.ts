import { type Collation } from '../values/collation.ts';
import { type Doc } from '../values/doc.ts';

/** What a match found out on the way: the index of the array element that matched, for the positional operator `$`. */
export interface MatchFound {
  arrayIndex?: number;
}
export type Matcher = (doc: Doc, found?: MatchFound) => boolean;
export interface MatchOptions {
  readonly collation?: Collation | undefined;
  /** Compiles an aggregation expression for `$expr`. */
  readonly expr?: ((expression: unknown) => (doc: Doc) => boolean) | undefined;
  /** Makes a test of a `$regex` given as a string, where the caller has a stricter way to run it. */
  readonly compileRegex?: ((pattern: string, options: string) => (text: string) => boolean) | undefined;
}
