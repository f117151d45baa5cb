/** `$facet`: several pipelines over the same documents, which are read once and kept (in memory, or on disk beyond the limit). */
import { type Doc } from '../../values/codec.ts';
import { sizeOf } from '../accumulate/size.ts';
import { fail, nameOfType, setField } from '../expression/values.ts';
import { spoolStream } from '../spill/spool.ts';
import { needObject, type StageCompiler, stream } from '../stage.ts';
import { checkStages } from '../validate.ts';

const REFUSED = [
  '$collStats',
  '$facet',
  '$geoNear',
  '$indexStats',
  '$out',
  '$merge',
  '$planCacheStats',
  '$search',
  '$changeStream',
  '$documents',
];

export const facet: StageCompiler = (spec, context) => {
  const fields = needObject(spec, 40169, 'the $facet specification must be a non-empty object');
  const names = Object.keys(fields);
  if (names.length === 0) fail(40169, 'the $facet specification must be a non-empty object');
  const facets = names.map((name) => {
    if (name.startsWith('$') || name.includes('.')) fail(16410, `invalid facet name: ${name}`);
    const stages = fields[name];
    if (!Array.isArray(stages))
      fail(40170, `arguments to $facet must be arrays, ${name} is type ${nameOfType(stages)}`);
    const checked = checkStages(stages);
    for (const stage of checked) {
      const [stageName = ''] = Object.keys(stage);
      if (REFUSED.includes(stageName)) fail(40600, `${stageName} is not allowed to be used within a $facet stage`);
    }
    return { name, run: context.compile(checked, { ...context, depth: context.depth + 1, limit: undefined }) };
  });
  return stream(async function* (source) {
    const spool = await spoolStream(source, context, '$facet');
    try {
      const made: Doc = {};
      let bytes = 0;
      for (const { name, run } of facets) {
        const found: Doc[] = [];
        for await (const doc of run(spool.read())) {
          found.push(doc);
          bytes += sizeOf(doc);
          if (bytes > context.budget.limitBytes)
            fail(
              10334,
              'BSONObj size is invalid: the output of $facet is larger than a document may be',
              'BSONObjectTooLarge',
            );
        }
        setField(made, name, found);
      }
      yield made;
    } finally {
      await spool.close();
    }
  });
};
