/** A partition of `$setWindowFields`, and what computes a field for all its documents. */
import { type Doc } from '../../values/codec.ts';
import { type Pace } from '../stage.ts';
import { type Partition } from './bounds.ts';

export interface WindowPartition extends Partition {
  readonly docs: readonly Doc[];
  /** Whether two neighbours (i - 1 and i) sort alike. */
  readonly isTie: (i: number) => boolean;
}

/** Answers one value for each document of a partition. */
export type WindowFunction = (partition: WindowPartition, pace: Pace) => Promise<unknown[]>;
