/** The ways to reach the documents of a query. */
import { type Index } from '../store/index-spec.ts';
import { type Interval } from './intervals.ts';

/** All documents, in the order they were inserted. */
export interface CollectionPlan {
  readonly kind: 'collection';
  readonly isReversed: boolean;
  readonly isSorted: boolean;
}

/** Stretches of the documents' own table, which is ordered by `_id` through its unique key. */
export interface IdPlan {
  readonly kind: 'id';
  readonly intervals: readonly Interval[];
  readonly arePoints: boolean;
  readonly isReversed: boolean;
  readonly isSorted: boolean;
  readonly isExact: boolean;
}

export interface IndexPlan {
  readonly kind: 'index';
  readonly index: Index;
  readonly intervals: readonly Interval[];
  readonly isReversed: boolean;
  readonly isSorted: boolean;
  /** The same document may come up under several keys. */
  readonly needsDedup: boolean;
  /** The stretches hold exactly what the filter asks for: nothing has to be matched again. */
  readonly isExact: boolean;
  /** Set when the stretches are each in the wanted order but not all together: how many bytes of each one's keys to skip. */
  readonly mergeFrom: readonly number[] | undefined;
  /** How many fields of the index the filter bounds. */
  readonly boundFields: number;
}

/** One plan a clause of `$or`; documents may come up in several. */
export interface UnionPlan {
  readonly kind: 'union';
  readonly branches: readonly (IdPlan | IndexPlan)[];
  readonly isSorted: false;
}

export type Plan = CollectionPlan | IdPlan | IndexPlan | UnionPlan;
