/**
 * Event types out of an OpenAPI 3.1 document: all of its webhooks, or none and every fault named. What the document
 * says replaces what was there; what it does not say (a description, examples, a channel) stays, examples as far as
 * they fit the new schema. Between two webhooks others get their turn.
 */
import { setImmediate } from 'node:timers/promises';
import { AppError, type FieldFault } from '../../lib/errors.ts';
import { compileSchema } from '../../lib/schema.ts';
import {
  MAX_EVENT_TYPES_PER_ENVIRONMENT,
  MAX_IMPORT_BYTES,
  RESERVED_EVENT_TYPES,
  type EventTypeImport,
  type EventTypesInstalled,
} from '../../schemas/eventType.ts';
import { EVENT_TYPE_PATTERN, MAX_EVENT_TYPE_CHARS } from '../../schemas/event.ts';
import type { Json, JsonObject } from '../../schemas/json.ts';
import { channelOfName, examplesOf, type EventTypeContent, type EventTypeDocument } from './document.ts';
import { checkedShape } from './draft.ts';
import type { Install, WantedType } from './install.ts';
import { ImportFault, pointer } from './openapi/document.ts';
import { readWebhook, type WebhookType } from './openapi/webhook.ts';

const MAX_FAULTS = 50;

export function createImport({ install }: { readonly install: Install }) {
  return async function importDocument(
    environmentId: number,
    { document, dry_run = false }: EventTypeImport,
  ): Promise<EventTypesInstalled> {
    const names = namesOf(document);
    const faults: FieldFault[] = [];
    const wanted: WantedType[] = [];
    for (const name of names) {
      try {
        wanted.push(wantedType(name, document));
      } catch (error) {
        faults.push(...faultsIn(error, pointer('webhooks', name)));
        if (faults.length >= MAX_FAULTS) break;
      }
      await setImmediate();
    }
    if (faults.length > 0) throw refused(faults);
    return install(environmentId, wanted, { isDryRun: dry_run });
  };
}

/** Throws where the document as a whole is nothing to import. */
function namesOf(document: JsonObject): readonly string[] {
  if (Buffer.byteLength(JSON.stringify(document)) > MAX_IMPORT_BYTES) {
    throw new AppError('body_too_large', {
      detail: `The document may have at most ${MAX_IMPORT_BYTES} bytes as JSON.`,
    });
  }
  const { openapi, webhooks } = document;
  if (typeof openapi !== 'string' || !/^3\.1(\.|$)/.test(openapi)) {
    throw refused([{ path: '/openapi', message: 'expected 3.1 and its patch number, such as "3.1.1"' }]);
  }
  const names = typeof webhooks === 'object' && webhooks !== null ? Object.keys(webhooks) : [];
  if (names.length === 0 || Array.isArray(webhooks)) {
    throw refused([{ path: '/webhooks', message: 'expected an object with a webhook for each event type' }]);
  }
  if (names.length > MAX_EVENT_TYPES_PER_ENVIRONMENT) {
    throw refused([{ path: '/webhooks', message: `expected at most ${MAX_EVENT_TYPES_PER_ENVIRONMENT} webhooks` }]);
  }
  return names;
}

function wantedType(name: string, document: JsonObject): WantedType {
  if (name.length > MAX_EVENT_TYPE_CHARS || !new RegExp(EVENT_TYPE_PATTERN).test(name)) {
    throw new ImportFault('', `expected a name of words of letters, digits, _ and -, with dots between`);
  }
  if (RESERVED_EVENT_TYPES.includes(name)) throw new ImportFault('', 'is a name the API has taken for itself');
  const webhook = readWebhook(document, name);
  const shape = checkedShape(webhook.schema, webhook.examples);
  return { name, contentFor: (there) => mergedContent(name, webhook, shape, there) };
}

function mergedContent(
  name: string,
  { schema, description, channel, deprecated }: WebhookType,
  shape: Pick<EventTypeContent, 'schema' | 'examples'>,
  there: EventTypeDocument | undefined,
): EventTypeContent {
  const examples = shape.examples === '[]' && there !== undefined ? stillFitting(there, schema) : shape.examples;
  return {
    description: description ?? there?.description ?? '',
    channel: channel ?? there?.channel ?? channelOfName(name),
    exclusive: there?.exclusive ?? false,
    schema: shape.schema,
    examples,
    deprecated,
  };
}

function stillFitting(there: EventTypeDocument, schema: JsonObject | null): string {
  if (schema === null) return there.examples;
  const validate = compileSchema(schema);
  return JSON.stringify(examplesOf(there).filter((example: Json) => validate(example).length === 0));
}

/** Where in the document, as far as that is known: `place` is that of the webhook. */
function faultsIn(error: unknown, place: string): readonly FieldFault[] {
  if (error instanceof ImportFault) return [{ path: place + error.path, message: error.message }];
  if (!(error instanceof AppError)) throw error;
  const { errors = [{ path: '', message: error.message }] } = error.options;
  return errors.map(({ path, message }) => ({ path: place, message: path === '' ? message : `${path} ${message}` }));
}

function refused(faults: readonly FieldFault[]): AppError {
  const first = faults[0]!;
  return new AppError('invalid_input', {
    detail: `The document at ${first.path}: ${first.message}. Nothing was stored.`,
    errors: faults.slice(0, MAX_FAULTS).map(({ path, message }) => ({ in: 'body', path: `/document${path}`, message })),
  });
}
