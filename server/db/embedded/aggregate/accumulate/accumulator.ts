/**
 * An accumulator takes the values of one group one by one and gives one answer. Its state can be written down as BSON
 * and merged with a later one, which is how a group that does not fit into memory is finished from disk.
 */
import { type Doc } from '../../values/codec.ts';

export interface Accumulator {
  /** Takes the next value (undefined: missing). Answers by about how many bytes the state grew. */
  readonly add: (value: unknown) => number;
  readonly answer: () => unknown;
  /** The state as a BSON document. */
  readonly save: () => Doc;
  /** Takes up a saved state that came after everything seen so far. */
  readonly merge: (state: Doc) => void;
}

export type CreateAccumulator = () => Accumulator;
