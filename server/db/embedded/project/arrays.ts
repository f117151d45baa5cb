/** $slice, the positional $ and computed values: changes to what lies at the end of a path. The document itself is never changed. */
import { location } from '../errors.ts';
import { type Doc } from '../values/doc.ts';
import { getOwn, hasOwn, setOwn } from '../values/own.ts';
import { isPlainObject } from '../values/types.ts';
import { type Slice } from './parse.ts';

export function sliceAt(doc: Doc, { parts, skip, limit }: Slice): Doc {
  return changeAt(doc, parts, (value) => {
    if (!Array.isArray(value)) return value;
    const items: readonly unknown[] = value;
    const from = skip < 0 ? Math.max(0, value.length + skip) : skip;
    return items.slice(from, from + limit);
  });
}

/** Keeps of the first array on the path the element that the filter matched. */
export function pickPositional(doc: Doc, parts: readonly string[], arrayIndex: number | undefined): Doc {
  return changeFirstArray(doc, parts, 0, (items) => {
    if (arrayIndex === undefined) {
      throw location(
        51246,
        "Executor error during find command :: caused by :: positional operator '.$' couldn't find a matching element in the array",
      );
    }
    if (arrayIndex >= items.length) {
      throw location(
        51247,
        "Executor error during find command :: caused by :: positional operator '.$' element mismatch",
      );
    }
    return [items[arrayIndex]];
  });
}

/** Sets a value as $addFields does: inside of every element of an array, in place of a scalar. undefined sets nothing. */
export function setAt(doc: Doc, parts: readonly string[], value: unknown): Doc {
  return value === undefined ? doc : (setIn(doc, parts, 0, value) as Doc);
}

function setIn(target: unknown, parts: readonly string[], at: number, value: unknown): unknown {
  if (at === parts.length) return value;
  if (Array.isArray(target)) return target.map((item) => setIn(item, parts, at, value));
  const copy: Doc = isPlainObject(target) ? { ...target } : {};
  const part = parts[at]!;
  setOwn(copy, part, setIn(getOwn(copy, part), parts, at + 1, value));
  return copy;
}

function changeAt(doc: Doc, parts: readonly string[], change: (value: unknown) => unknown): Doc {
  return changeIn(doc, parts, 0, change) as Doc;
}

function changeIn(target: unknown, parts: readonly string[], at: number, change: (value: unknown) => unknown): unknown {
  if (at === parts.length) return change(target);
  if (Array.isArray(target)) return target.map((item) => changeIn(item, parts, at, change));
  const part = parts[at]!;
  if (!isPlainObject(target) || !hasOwn(target, part)) return target;
  const copy: Doc = { ...target };
  setOwn(copy, part, changeIn(target[part], parts, at + 1, change));
  return copy;
}

function changeFirstArray(
  doc: Doc,
  parts: readonly string[],
  at: number,
  change: (items: readonly unknown[]) => unknown,
): Doc {
  const part = parts[at];
  if (part === undefined || !hasOwn(doc, part)) return doc;
  const value = doc[part];
  const copy: Doc = { ...doc };
  if (Array.isArray(value)) setOwn(copy, part, change(value));
  else if (isPlainObject(value)) setOwn(copy, part, changeFirstArray(value, parts, at + 1, change));
  return copy;
}
