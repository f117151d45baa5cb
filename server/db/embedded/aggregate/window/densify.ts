/** `$densify`: puts documents where a sequence of numbers or dates has gaps. */
import { type Doc } from '../../values/codec.ts';
import { compareValues } from '../../values/order.ts';
import { isPlainObject } from '../../values/types.ts';
import { parsePath } from '../expression/compile.ts';
import { addUnits, type DateUnit, unitOf } from '../expression/dateunits.ts';
import { addNumbers, asNumber, isNumeric, multiplyNumbers, int } from '../expression/numbers.ts';
import { fail, isNullish, readFieldPath, show } from '../expression/values.ts';
import { sortStream } from '../spill/sort.ts';
import { spoolStream } from '../spill/spool.ts';
import { needObject, type StageCompiler, stream } from '../stage.ts';
import { replaceAt } from '../stages/unwind.ts';

const MAX_GENERATED = 500_000;

export const densify: StageCompiler = (spec, context) => {
  const { env, pace } = context;
  const fields = needObject(spec, 9, 'The $densify stage specification must be an object');
  const { field, partitionByFields = [], range } = fields;
  if (typeof field !== 'string') fail(40414, "BSON field '$densify.field' is missing but a required field");
  if (!isPlainObject(range)) fail(40414, "BSON field '$densify.range' is missing but a required field");
  if (!Array.isArray(partitionByFields))
    fail(14, "BSON field '$densify.partitionByFields' is the wrong type, expected type 'array'", 'TypeMismatch');
  const { step, bounds } = range;
  if (!isNumeric(step) || asNumber(step) <= 0)
    fail(5733401, 'the step parameter in a range statement must be a strictly positive numeric value');
  const unit = range.unit === undefined ? undefined : unitOf(range.unit);
  const explicit = Array.isArray(bounds) ? (bounds as readonly unknown[]) : undefined;
  if (!explicit && bounds !== 'full' && bounds !== 'partition')
    fail(
      5946802,
      "the bounds in a range statement must be the string 'full', 'partition', or an ascending array of two numbers or two dates",
    );
  if (explicit && (explicit.length !== 2 || compareValues(explicit[0], explicit[1]) > 0))
    fail(5733403, 'a bounding array in a range statement must have exactly two elements in ascending order');
  const parts = parsePath(field);
  const groupParts = (partitionByFields as string[]).map((name) => parsePath(name));
  const valueOf = (doc: Doc): unknown => readFieldPath(doc, parts);
  const groupOf = (doc: Doc): unknown[] => groupParts.map((path) => readFieldPath(doc, path) ?? null);
  const at = (base: unknown, k: number): unknown => stepFrom(base, step, k, unit);

  return stream(async function* (source) {
    const order = {
      keysOf: (doc: Doc) => [groupOf(doc), valueOf(doc) ?? null],
      compare: (a: unknown, b: unknown) => compareValues(a, b, env.collation),
    };
    const spool = await spoolStream(sortStream(source, order, context, '$densify'), context, '$densify');
    try {
      let low: unknown = explicit?.[0];
      let high: unknown = explicit?.[1];
      if (bounds === 'full') {
        for await (const doc of spool.read()) {
          const value = checked(valueOf(doc), unit);
          if (value === undefined) continue;
          if (low === undefined || compareValues(value, low) < 0) low = value;
          if (high === undefined || compareValues(value, high) > 0) high = value;
        }
      }
      yield* densified(spool.read(), low, high);
    } finally {
      await spool.close();
    }
  });

  async function* densified(docs: AsyncIterable<Doc>, low: unknown, high: unknown): AsyncGenerator<Doc> {
    let made = 0;
    let current: { readonly group: unknown[]; readonly base: unknown; k: number } | undefined;
    const isInside = (value: unknown): boolean =>
      high === undefined || compareValues(value, high) < 0 || (!explicit && compareValues(value, high) === 0);
    /** What is missing before `until` (or up to the upper bound). */
    async function* gap(state: NonNullable<typeof current>, until: unknown): AsyncGenerator<Doc> {
      for (;;) {
        const value = at(state.base, state.k);
        if (until === undefined ? !isInside(value) : compareValues(value, until) >= 0 || !isInside(value)) return;
        if (++made > MAX_GENERATED)
          fail(5897900, `Generated ${made} documents in $densify, which is over the limit of ${MAX_GENERATED}`);
        const rest = pace.due();
        if (rest) await rest;
        const shell = groupParts.reduce<Doc>(
          (doc, path, i) => (state.group[i] === null ? doc : replaceAt(doc, path, state.group[i])),
          {},
        );
        yield replaceAt(shell, parts, value);
        state.k++;
      }
    }
    const hasEnd = bounds !== 'partition';
    for await (const doc of docs) {
      const value = checked(valueOf(doc), unit);
      if (value === undefined) {
        yield doc;
        continue;
      }
      const group = groupOf(doc);
      if (!current || compareValues(current.group, group, env.collation) !== 0) {
        if (current && hasEnd) yield* gap(current, undefined);
        current = { group, base: low ?? value, k: 0 };
      }
      yield* gap(current, value);
      if (compareValues(at(current.base, current.k), value) === 0) current.k++;
      yield doc;
    }
    if (current && hasEnd) yield* gap(current, undefined);
    else if (!current && explicit) yield* gap({ group: groupParts.map(() => null), base: low, k: 0 }, undefined);
  }
};

function checked(value: unknown, unit: DateUnit | undefined): unknown {
  if (isNullish(value)) return undefined;
  if (value instanceof Date)
    return unit === undefined
      ? fail(6586400, 'Encountered date densify value in collection when step does not have a date unit.')
      : value;
  if (!isNumeric(value)) fail(5733201, `Densify field type must be numeric or a date, found ${show(value)}`);
  return unit === undefined
    ? value
    : fail(6053600, 'Encountered numeric densify value in collection when step has a date unit.');
}

function stepFrom(base: unknown, step: unknown, k: number, unit: DateUnit | undefined): unknown {
  if (base instanceof Date) return addUnits(base, unit ?? 'millisecond', asNumber(step) * k, () => 0);
  return addNumbers(base, multiplyNumbers(step, int(k)));
}
