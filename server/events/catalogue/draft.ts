/** An event type as it is about to be stored: its schema can be used, each of its examples fits it, its name is free to take. */
import { AppError, type FieldFault } from '../../lib/errors.ts';
import { compileSchema } from '../../lib/schema.ts';
import {
  MAX_EXAMPLES_BYTES,
  RESERVED_EVENT_TYPES,
  type EventTypeCreate,
  type EventTypePatch,
} from '../../schemas/eventType.ts';
import type { Json, JsonObject } from '../../schemas/json.ts';
import { channelOfName, examplesOf, schemaOf, type EventTypeContent, type NamedContent } from './document.ts';

/** Throws `invalid_input` or `invalid_schema`. */
export function makeContent(input: EventTypeCreate): NamedContent {
  if (RESERVED_EVENT_TYPES.includes(input.name)) {
    throw invalid([{ path: '/name', message: `is taken: ${RESERVED_EVENT_TYPES.join(' and ')} are paths of the API` }]);
  }
  return {
    name: input.name,
    description: input.description ?? '',
    channel: input.channel ?? channelOfName(input.name),
    exclusive: input.exclusive ?? false,
    ...checkedShape(input.schema ?? null, input.examples ?? []),
    deprecated: input.deprecated ?? false,
  };
}

/** Members left out stay as they are. Examples of before must fit a new schema too, or be sent anew with it. */
export function changeContent(read: EventTypeContent, input: EventTypePatch): EventTypeContent {
  const hasNewShape = input.schema !== undefined || input.examples !== undefined;
  const shape = hasNewShape
    ? checkedShape(input.schema === undefined ? schemaOf(read) : input.schema, input.examples ?? examplesOf(read))
    : { schema: read.schema, examples: read.examples };
  return {
    description: input.description ?? read.description,
    channel: input.channel ?? read.channel,
    exclusive: input.exclusive ?? read.exclusive,
    ...shape,
    deprecated: input.deprecated ?? read.deprecated,
  };
}

/** Schema and examples as text. Throws `invalid_schema`, and `invalid_input` that names the example and what is wrong. */
export function checkedShape(
  schema: JsonObject | null,
  examples: readonly Json[],
): Pick<EventTypeContent, 'schema' | 'examples'> {
  const text = JSON.stringify(examples);
  if (Buffer.byteLength(text) > MAX_EXAMPLES_BYTES) {
    throw invalid([{ path: '/examples', message: `expected at most ${MAX_EXAMPLES_BYTES} bytes of JSON altogether` }]);
  }
  if (schema === null) return { schema: null, examples: text };
  const faults = faultsOfExamples(schema, examples);
  if (faults.length > 0) throw invalid(faults, ' does not fit the schema');
  return { schema: JSON.stringify(schema), examples: text };
}

function faultsOfExamples(schema: JsonObject, examples: readonly Json[]): FieldFault[] {
  const validate = compileUnder('/schema', schema);
  return examples.flatMap((example, index) =>
    validate(example).map(({ path, message }) => ({ path: `/examples/${index}${path}`, message })),
  );
}

function compileUnder(place: string, schema: JsonObject) {
  try {
    return compileSchema(schema);
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    const errors = (error.options.errors ?? []).map((fault) => ({ ...fault, path: place + fault.path }));
    throw new AppError(error.code, { ...error.options, errors: errors.map((fault) => ({ in: 'body', ...fault })) });
  }
}

function invalid(faults: readonly FieldFault[], what = ''): AppError {
  const first = faults[0]!;
  return new AppError('invalid_input', {
    detail: `The body at ${first.path}${what}: ${first.message}.`,
    errors: faults.slice(0, 50).map((fault) => ({ in: 'body', ...fault })),
  });
}
