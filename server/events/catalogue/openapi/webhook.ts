/**
 * One webhook of an OpenAPI 3.1 document as an event type. Where the body is the envelope of Standard Webhooks,
 * `{ type, timestamp?, data }`, the event's data is what stands in its `data`; else it is the whole body.
 */
import { isObject } from '../../../lib/schema/walk.ts';
import type { Json, JsonObject } from '../../../schemas/json.ts';
import { bundleSchema } from './bundle.ts';
import { follow, ImportFault, lookUp, pointer } from './document.ts';

export interface WebhookType {
  readonly description: string | undefined;
  readonly channel: string | undefined;
  readonly schema: JsonObject | null;
  readonly examples: readonly Json[];
  readonly deprecated: boolean;
}

const METHODS = ['post', 'put', 'patch', 'delete', 'get', 'query'];
const JSON_MEDIA = /^application\/([\w.-]+\+)?json\b/i;
const MAX_EXAMPLES = 10;
const MAX_DESCRIPTION_CHARS = 2_000;
const CHANNEL = /^[A-Za-z0-9_-]{1,64}$/;
/** Schemas that are looked into to find out whether they make up an envelope. */
const MAX_PARTS = 50;

/** Throws `ImportFault`. Takes the first ten examples. */
export function readWebhook(document: JsonObject, name: string): WebhookType {
  const item = follow(document, (document.webhooks as JsonObject)[name], '');
  const { operation, path } = operationOf(item);
  const described = { description: descriptionOf(operation, item), deprecated: operation.deprecated === true };
  const channel = channelOf(name, operation);
  if (operation.requestBody === undefined) return { ...described, channel, schema: null, examples: [] };

  const body = follow(document, operation.requestBody, `${path}/requestBody`);
  const { media, at } = jsonMediaOf(body, `${path}/requestBody`);
  if (media.schema === undefined || media.schema === true) {
    return { ...described, channel, schema: null, examples: examplesOfMedia(document, media, at) };
  }
  const place = `${at}/schema`;
  const whole = asSchema(media.schema, place);
  const enveloped = dataOfEnvelope(document, whole, place);
  const schema = asSchema(enveloped ?? whole, place);
  return {
    ...described,
    channel,
    schema: bundleSchema(document, schema, place),
    examples: examplesOf(document, { media, whole, schema, isEnveloped: enveloped !== undefined, at }),
  };
}

function operationOf(item: JsonObject): { readonly operation: JsonObject; readonly path: string } {
  const methods = METHODS.filter((method) => isObject(item[method]));
  const method = methods.includes('post') || methods.length > 1 ? 'post' : methods[0];
  const operation = method === undefined ? undefined : item[method];
  if (!isObject(operation)) throw new ImportFault('', 'expected a post operation');
  return { operation, path: `/${method ?? ''}` };
}

function descriptionOf(operation: JsonObject, item: JsonObject): string | undefined {
  const said = [operation.description, operation.summary, item.description, item.summary];
  const text = said.find((each) => typeof each === 'string' && each.trim() !== '') as string | undefined;
  if (text !== undefined && text.length > MAX_DESCRIPTION_CHARS) {
    throw new ImportFault('', `has a description of more than ${MAX_DESCRIPTION_CHARS} characters`);
  }
  return text?.trim();
}

/** A name with dots says its channel itself. Of one without, the first tag that can be a channel is it. */
function channelOf(name: string, { tags }: JsonObject): string | undefined {
  if (name.includes('.') || !Array.isArray(tags)) return undefined;
  return (tags as readonly Json[]).find((tag) => typeof tag === 'string' && CHANNEL.test(tag)) as string | undefined;
}

/** The description of the JSON body, and its place. */
function jsonMediaOf({ content }: JsonObject, path: string): { readonly media: JsonObject; readonly at: string } {
  if (!isObject(content)) throw new ImportFault(`${path}/content`, 'expected an object of media types');
  const type = Object.keys(content).find((each) => JSON_MEDIA.test(each));
  if (type === undefined) throw new ImportFault(`${path}/content`, 'expected application/json among the media types');
  const media = content[type];
  if (!isObject(media)) throw new ImportFault(`${path}/content`, 'expected an object for each media type');
  return { media, at: `${path}/content${pointer(type)}` };
}

function asSchema(value: Json, path: string): JsonObject {
  if (value === false) throw new ImportFault(path, 'takes no data at all');
  if (value === true) return {};
  if (!isObject(value)) throw new ImportFault(path, 'expected a schema');
  return value;
}

// --- the envelope

/** The schema of the envelope's `data`, or undefined when the body is no envelope. */
function dataOfEnvelope(document: JsonObject, body: JsonObject, path: string): Json | undefined {
  const properties = partsOf(document, body, path).map((part) => (isObject(part.properties) ? part.properties : {}));
  const members = new Set(properties.flatMap((each) => Object.keys(each)));
  const isEnvelope = members.has('type') && members.has('data') && members.size === (members.has('timestamp') ? 3 : 2);
  if (!isEnvelope) return undefined;
  const found = properties.flatMap(({ data }) => (data === undefined ? [] : [data]));
  return found.length === 1 ? found[0] : { allOf: found };
}

/** The schema, what it refers to, and all that is put together by `allOf`. */
function partsOf(document: JsonObject, body: JsonObject, path: string): readonly JsonObject[] {
  const parts = new Set<JsonObject>([body]);
  for (const part of parts) {
    if (parts.size > MAX_PARTS) break;
    const more: readonly Json[] = [
      ...(part.$ref === undefined ? [] : [lookUp(document, part.$ref, path)]),
      ...(Array.isArray(part.allOf) ? (part.allOf as readonly Json[]) : []),
    ];
    for (const each of more) if (isObject(each)) parts.add(each);
  }
  return [...parts];
}

// --- examples

interface Shown {
  readonly media: JsonObject;
  readonly whole: JsonObject;
  readonly schema: JsonObject;
  readonly isEnveloped: boolean;
  /** The place of `media`. */
  readonly at: string;
}

function examplesOf(document: JsonObject, { media, whole, schema, isEnveloped, at }: Shown): readonly Json[] {
  const bodies = examplesOfMedia(document, media, at);
  const shown = bodies.length > 0 ? bodies : examplesOfSchema(document, whole, `${at}/schema`);
  if (!isEnveloped) return shown;
  if (shown.length === 0) return examplesOfSchema(document, schema, `${at}/schema`);
  return shown.map((body) => {
    if (!isObject(body) || body.data === undefined) {
      throw new ImportFault(`${at}/examples`, 'expected examples with data, as the schema has it');
    }
    return body.data;
  });
}

function examplesOfMedia(document: JsonObject, { example, examples }: JsonObject, at: string): readonly Json[] {
  const named = isObject(examples) ? Object.values(examples) : [];
  const values = named.flatMap((each) => {
    const { value } = follow(document, each, `${at}/examples`);
    return value === undefined ? [] : [value];
  });
  return [...(example === undefined ? [] : [example]), ...values].slice(0, MAX_EXAMPLES);
}

function examplesOfSchema(document: JsonObject, schema: JsonObject, path: string): readonly Json[] {
  const { example, examples } = schema.examples === undefined ? follow(document, schema, path) : schema;
  const listed = Array.isArray(examples) ? (examples as readonly Json[]) : [];
  return [...listed, ...(example === undefined ? [] : [example])].slice(0, MAX_EXAMPLES);
}
