/** `$graphLookup`: follows a field through a collection, one query for all that one step asks for. */
import { Long } from 'bson';
import { type Doc } from '../../values/codec.ts';
import { isPlainObject } from '../../values/types.ts';
import { sizeOf } from '../accumulate/size.ts';
import { compileExpression, frameOf, parsePath } from '../expression/compile.ts';
import { fail, isNullish, readFieldPath, show } from '../expression/values.ts';
import { needObject, type StageCompiler, stream } from '../stage.ts';
import { valueKey } from '../valuekey.ts';
import { readSubPipeline } from './subpipeline.ts';
import { replaceAt } from './unwind.ts';

export const graphLookup: StageCompiler = (spec, context) => {
  const { env, scope, pace } = context;
  const fields = needObject(spec, 9, 'the $graphLookup stage specification must be an object');
  const known = [
    'from',
    'startWith',
    'connectFromField',
    'connectToField',
    'as',
    'maxDepth',
    'depthField',
    'restrictSearchWithMatch',
  ];
  for (const key of Object.keys(fields))
    if (!known.includes(key)) fail(40104, `Unknown argument to $graphLookup: ${key}`);
  const {
    from,
    startWith,
    connectFromField,
    connectToField,
    as,
    maxDepth,
    depthField,
    restrictSearchWithMatch: restriction,
  } = fields;
  for (const [key, value] of [
    ['from', from],
    ['as', as],
    ['connectFromField', connectFromField],
    ['connectToField', connectToField],
  ] as const)
    if (typeof value !== 'string')
      fail(value === undefined ? 40105 : 40103, `expected string as argument for ${key}, found: ${show(value)}`);
  if (!Object.hasOwn(fields, 'startWith')) fail(40105, 'must specify startWith for a $graphLookup');
  const most = maxDepth === undefined ? Infinity : Number(maxDepth);
  if (!(most >= 0)) fail(40101, `maxDepth requires a nonnegative argument, found: ${show(maxDepth)}`);
  if (depthField !== undefined && typeof depthField !== 'string')
    fail(40103, `expected string as argument for depthField, found: ${show(depthField)}`);
  const start = compileExpression(startWith, scope);
  const fromParts = parsePath(connectFromField as string);
  const toField = parsePath(connectToField as string).join('.');
  const asParts = parsePath(as as string);
  const depthParts = depthField === undefined ? undefined : parsePath(depthField);
  const read = readSubPipeline(
    from as string,
    isPlainObject(restriction) ? [{ $match: restriction }] : [],
    context,
    '$graphLookup',
  );

  return stream(async function* (source) {
    for await (const doc of source) yield replaceAt(doc, asParts, await search(doc));
  });

  async function search(doc: Doc): Promise<Doc[]> {
    const visited = new Map<string, Doc>();
    const asked = new Set<string>();
    let bytes = 0;
    const first = start(frameOf(doc));
    let frontier: readonly unknown[] = Array.isArray(first) ? (first as unknown[]) : [first];
    for (let depth = 0; frontier.length > 0 && depth <= most; depth++) {
      const fresh = frontier.filter((value) => {
        const key = valueKey(value ?? null, env.collation);
        return !asked.has(key) && asked.add(key);
      });
      if (fresh.length === 0) break;
      const next: unknown[] = [];
      for await (const other of read({}, { [toField]: { $in: fresh.map((value) => value ?? null) } })) {
        const key = valueKey(other._id);
        if (visited.has(key)) continue;
        visited.set(key, depthParts ? replaceAt(other, depthParts, Long.fromNumber(depth)) : other);
        bytes += sizeOf(other);
        if (bytes > context.budget.limitBytes) fail(40099, '$graphLookup reached maximum memory consumption');
        const value = readFieldPath(other, fromParts);
        if (Array.isArray(value)) next.push(...(value as unknown[]));
        else if (!isNullish(value)) next.push(value);
        const rest = pace.due();
        if (rest) await rest;
      }
      frontier = next;
    }
    return [...visited.values()];
  }
};
