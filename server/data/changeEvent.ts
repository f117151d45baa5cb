/** What the platform is told of a change of a document. Nothing is told where nothing changed. */
import type { NewEvent } from '../events/document.ts';
import type { JsonObject } from '../schemas/json.ts';
import type { StoredDoc } from './args.ts';
import { formOf } from './eventForm.ts';
import { REVISION, withoutRevision } from './revision.ts';
import type { DataScope } from './scope.ts';
import { asJson, bytesOf, isSame, valueAsJson } from './storeValues.ts';

/** One document before and after: made where there is no before, deleted where there is no after. */
export interface Change {
  readonly before?: StoredDoc;
  readonly after?: StoredDoc;
  /** Where somebody has looked already what is different. */
  readonly changed?: readonly string[];
}

/** Of the JSON text of `data`, and of `previous`. */
export const MAX_EVENT_DATA_BYTES = 1024 * 1024;
/** JSON takes at most six characters for one byte of BSON text, and far less than eight for anything else. */
const SURELY_FITS_BYTES = MAX_EVENT_DATA_BYTES / 8;

/**
 * The events of changes, one each: `<collection>.created`, `.updated` or `.deleted`. A document too large for an event
 * is told as `{ _id, _truncated: true }`; `previous` is left out where it is too large, and `changed` still says what. Where
 * the data is shared, other processes can make the document again (foreignChanges.ts).
 */
export function eventsOf(
  scope: DataScope,
  collection: string,
  changes: readonly Change[],
  { isShared }: { readonly isShared: boolean },
): readonly NewEvent[] {
  return changes.flatMap((change): readonly NewEvent[] => {
    const before = change.before && withoutRevision(change.before);
    const after = change.after && withoutRevision(change.after);
    const doc = after ?? before;
    if (doc === undefined) return [];
    const changed = before && after && (change.changed ?? changedFields(before, after));
    const form = isShared ? formOf(doc, before, changed) : undefined;
    const common = {
      environmentId: scope.environmentId,
      data: dataOf(doc),
      ...(form && { form }),
      source: {
        type: 'data' as const,
        collection,
        document: idText(doc),
        ...(scope.runId !== undefined && { run: scope.runId }),
      },
      ...(scope.hops !== undefined && { hops: scope.hops }),
    };
    if (before === undefined) return [{ ...common, type: `${collection}.created` }];
    if (after === undefined) return [{ ...common, type: `${collection}.deleted` }];
    if (changed === undefined || changed.length === 0) return [];
    return [{ ...common, type: `${collection}.updated`, changed, ...previousOf(before, changed) }];
  });
}

/** Names of the top-level fields that differ: those of the new document first, then those that are gone; never `_rev`. */
export function changedFields(before: StoredDoc, after: StoredDoc): readonly string[] {
  const names = new Set([...Object.keys(after), ...Object.keys(before)]);
  names.delete(REVISION);
  return [...names].filter((name) => !isSame(valueOf(before, name), valueOf(after, name)));
}

function previousOf(before: StoredDoc, changed: readonly string[]): { readonly previous?: JsonObject } {
  const values = changed.map((name) => [name, valueOf(before, name) ?? null] as const);
  const previous = Object.fromEntries(values.map(([name, value]) => [name, valueAsJson(value)]));
  return fits(before, previous) ? { previous } : {};
}

function dataOf(doc: StoredDoc): JsonObject {
  const data = asJson(doc);
  return fits(doc, data) ? data : { _id: idText(doc), _truncated: true };
}

/** Measuring the text costs as much as writing it, so small documents are not measured. */
function fits(doc: StoredDoc, json: JsonObject): boolean {
  return bytesOf(doc) <= SURELY_FITS_BYTES || Buffer.byteLength(JSON.stringify(json)) <= MAX_EVENT_DATA_BYTES;
}

/** Others may have given ids that are no text. */
function idText({ _id }: StoredDoc): string {
  const id = valueAsJson(_id);
  return typeof id === 'string' ? id : JSON.stringify(id);
}

function valueOf(doc: StoredDoc, name: string): unknown {
  return Object.hasOwn(doc, name) ? doc[name] : undefined;
}
