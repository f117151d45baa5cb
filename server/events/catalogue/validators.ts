/** The schemas of event types as functions: compiled when the first event of a type comes, and kept until it changes. */
import { AppError } from '../../lib/errors.ts';
import { createLru } from '../../lib/lru.ts';
import { compileSchema, type Validate } from '../../lib/schema.ts';
import { MAX_EVENT_TYPES_PER_ENVIRONMENT } from '../../schemas/eventType.ts';
import { schemaOf, type EventTypeDocument } from './document.ts';

interface Compiled {
  readonly schema: string | null;
  readonly validate: Validate;
}

export function createValidators(limit = MAX_EVENT_TYPES_PER_ENVIRONMENT) {
  const compiled = createLru<string, Compiled>(limit);

  return {
    of(type: Pick<EventTypeDocument, '_id' | 'schema'>): Validate {
      const known = compiled.get(type._id);
      if (known?.schema === type.schema) return known.validate;
      const validate = compile(type);
      compiled.set(type._id, { schema: type.schema, validate });
      return validate;
    },
  };
}

function compile(type: Pick<EventTypeDocument, 'schema'>): Validate {
  const schema = schemaOf(type);
  if (schema === null) return () => [];
  try {
    return compileSchema(schema);
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    // Stored by a version that took more than this one: nothing is known to fit it.
    const fault = { path: '', message: `has a type whose schema cannot be used any more: ${error.message}` };
    return () => [fault];
  }
}
