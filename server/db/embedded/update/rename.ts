/** $rename: sets the new name, then removes the old one. Neither path may lead through an array. */
import { badValue, MongoError } from '../errors.ts';
import { type Doc } from '../values/doc.ts';
import { getOwn } from '../values/own.ts';
import { show } from '../values/show.ts';
import { isPlainObject } from '../values/types.ts';
import { parseSet, parseUnset } from './change-value.ts';
import { type Draft } from './draft.ts';

export function renameField(draft: Draft, from: readonly string[], to: readonly string[]): void {
  const root = draft.root();
  const value = sourceOf(root, from);
  if (value === undefined) return;
  refuseArrays(root, to, 'destination');
  draft.change(to, parseSet(value, to.join('.'), {}));
  draft.change(from, parseUnset('', from.join('.'), {}));
}

function sourceOf(root: Doc, from: readonly string[]): unknown {
  refuseArrays(root, from, 'source');
  let value: unknown = root;
  for (let i = 0; i < from.length; i++) {
    if (value === undefined) return undefined;
    if (!isPlainObject(value)) {
      throw new MongoError(
        28,
        'PathNotViable',
        `cannot use the part (${from[i - 1]} of ${from.join('.')}) to traverse the element ({${from[i - 1]}: ${show(value)}})`,
      );
    }
    value = getOwn(value, from[i]!);
  }
  return value;
}

function refuseArrays(root: Doc, parts: readonly string[], side: 'source' | 'destination'): void {
  let value: unknown = root;
  for (let i = 0; i < parts.length; i++) {
    if (Array.isArray(value)) {
      throw badValue(
        `The ${side} field cannot be an array element, '${parts.join('.')}' in doc with _id: ${show(root._id)} has an array field called '${parts[i - 1]}'`,
      );
    }
    if (!isPlainObject(value)) return;
    value = getOwn(value, parts[i]!);
  }
}
