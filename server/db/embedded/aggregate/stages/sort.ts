/** `$sort`. */
import { createSorter } from '../../sort/sorter.ts';
import { checkSort } from './checksort.ts';
import { sortStream } from '../spill/sort.ts';
import { type StageCompiler, stream } from '../stage.ts';

export const sort: StageCompiler = (spec, context) => {
  const sorter = createSorter(checkSort(spec), context.env.collation);
  return stream((source) => sortStream(source, sorter, context));
};
