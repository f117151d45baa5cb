/** The shape of a pipeline before any stage is looked into. */
import { type Doc } from '../values/codec.ts';
import { isPlainObject } from '../values/types.ts';
import { fail } from './expression/values.ts';

/** Each stage is an object of exactly one field. */
export function checkStages(stages: readonly unknown[]): readonly Doc[] {
  for (const stage of stages) {
    if (!isPlainObject(stage)) fail(14, "Each element of the 'pipeline' array must be an object", 'TypeMismatch');
    if (Object.keys(stage).length !== 1)
      fail(40323, 'A pipeline stage specification object must contain exactly one field.');
  }
  return stages as readonly Doc[];
}

/** Stages that write come last; stages that make documents come first. */
export function checkOrder(stages: readonly Doc[]): void {
  stages.forEach((stage, i) => {
    const [name = ''] = Object.keys(stage);
    if ((name === '$out' || name === '$merge') && i < stages.length - 1)
      fail(40601, `${name} can only be the final stage in the pipeline`);
    if ((name === '$collStats' || name === '$indexStats' || name === '$documents') && i > 0)
      fail(40602, `${name} is only valid as the first stage in a pipeline`);
  });
}
