/** A webhook as it is about to be stored: input checked against what a schema cannot say, defaults filled in. */
import type { Clock } from '../lib/clock.ts';
import { AppError, type FieldFault } from '../lib/errors.ts';
import { compileSchema } from '../lib/schema.ts';
import type { Sealer } from '../lib/sealed.ts';
import type { JsonObject } from '../schemas/json.ts';
import { DEFAULT_RESPOND_TIMEOUT_MS, type Dedupe, type WebhookCreate, type WebhookPatch } from '../schemas/webhook.ts';
import type { StoredVerify, WebhookDocument } from './document.ts';
import { storeVerify } from './secrets.ts';
import { positionOf } from './store.ts';

export interface DraftDeps {
  readonly listeners: {
    readonly get: (name: string) => { readonly propsSchema?: JsonObject } | undefined;
    /** Names that look like the given one. */
    readonly nearest: (name: string) => readonly string[];
  };
  readonly sealer: Sealer;
  readonly clock: Clock;
  readonly newUuid: () => string;
  readonly randomBytes: (count: number) => Buffer;
}

export interface Draft {
  readonly webhook: WebhookDocument;
  /** A secret that was made for it. */
  readonly made?: string;
}

const MAX_PROPS_BYTES = 64 * 1_024;

export function createDrafts({ listeners, sealer, clock, newUuid, randomBytes }: DraftDeps) {
  /** Throws `invalid_input`, `listener_not_found` or `invalid_schema`. */
  function make(environmentId: number, input: WebhookCreate): Draft {
    const action = actionOf(input);
    if (action === undefined) throw invalid([{ path: '/action', message: 'is required: the name of a listener' }]);
    const uuid = newUuid();
    const now = new Date(clock.now());
    const verify = storeVerify({ input: input.verify ?? { type: 'none' }, webhookId: uuid, sealer, randomBytes });
    const webhook: WebhookDocument = {
      _id: uuid,
      environment_id: environmentId,
      uuid,
      answers_to: [uuid],
      old_uuids: [],
      action,
      props: checkedProps(action, input.props ?? {}),
      user_id: input.user_id ?? null,
      name: input.name ?? null,
      enabled: input.enabled ?? true,
      respond: input.respond ?? 'accepted',
      respond_timeout_ms: input.respond_timeout_ms ?? DEFAULT_RESPOND_TIMEOUT_MS,
      methods: input.methods ?? ['POST'],
      verify: JSON.stringify(verify.stored),
      schema: checkedSchema(input.schema ?? null),
      dedupe: checkedDedupe(input.dedupe ?? null),
      position: positionOf(now.getTime(), uuid),
      created_at: now,
      updated_at: now,
      revision: 1,
    };
    return { webhook, ...(verify.made !== undefined && { made: verify.made }) };
  }

  /** Members left out stay as they are; `verify` is replaced as a whole, keeping its secrets where it gives none. */
  function change(read: WebhookDocument, input: WebhookPatch): Draft {
    const before = JSON.parse(read.verify) as StoredVerify;
    const verify =
      input.verify === undefined
        ? undefined
        : storeVerify({ input: input.verify, before, webhookId: read._id, sealer, randomBytes });
    const action = actionOf(input) ?? read.action;
    const hasNewProps = input.props !== undefined || action !== read.action;
    const props = input.props === undefined ? (JSON.parse(read.props) as JsonObject) : (input.props ?? {});
    const webhook: WebhookDocument = {
      ...read,
      action,
      props: hasNewProps ? checkedProps(action, props) : read.props,
      user_id: input.user_id === undefined ? read.user_id : input.user_id,
      name: input.name === undefined ? read.name : input.name,
      enabled: input.enabled ?? read.enabled,
      respond: input.respond ?? read.respond,
      respond_timeout_ms: input.respond_timeout_ms ?? read.respond_timeout_ms,
      methods: input.methods ?? read.methods,
      verify: verify === undefined ? read.verify : JSON.stringify(verify.stored),
      schema: input.schema === undefined ? read.schema : checkedSchema(input.schema),
      dedupe: input.dedupe === undefined ? read.dedupe : checkedDedupe(input.dedupe),
      updated_at: new Date(clock.now()),
    };
    return { webhook, ...(verify?.made !== undefined && { made: verify.made }) };
  }

  /** The props as text, which fit what the listener says it takes. */
  function checkedProps(action: string, props: JsonObject): string {
    const listener = listeners.get(action);
    if (listener === undefined) throw unknownListener(action, listeners.nearest(action));
    const text = JSON.stringify(props);
    if (Buffer.byteLength(text) > MAX_PROPS_BYTES) {
      throw invalid([{ path: '/props', message: `expected at most ${MAX_PROPS_BYTES} bytes of JSON` }]);
    }
    const faults = listener.propsSchema === undefined ? [] : compileSchema(listener.propsSchema)(props);
    if (faults.length > 0) {
      throw invalid(
        faults.map(({ path, message }) => ({ path: `/props${path}`, message })),
        ` for listener '${action}'`,
      );
    }
    return text;
  }

  return { make, change };
}

function actionOf({ action, listener }: WebhookPatch): string | undefined {
  if (action !== undefined && listener !== undefined && action !== listener) {
    throw invalid([{ path: '/listener', message: 'is another word for action; expected only one of them' }]);
  }
  return action ?? listener;
}

function checkedSchema(schema: JsonObject | null): string | null {
  if (schema === null) return null;
  compileSchema(schema);
  return JSON.stringify(schema);
}

function checkedDedupe(dedupe: Dedupe | null): Dedupe | null {
  if (dedupe?.field !== undefined && dedupe.header !== undefined) {
    throw invalid([{ path: '/dedupe', message: 'expected at most one of field and header' }]);
  }
  return dedupe;
}

function unknownListener(action: string, nearest: readonly string[]): AppError {
  const hint = nearest.length === 0 ? '' : ` Did you mean ${nearest.join(' or ')}?`;
  return new AppError('listener_not_found', {
    detail: `There is no listener '${action}' in listeners/.${hint}`,
    errors: [{ in: 'body', path: '/action', message: 'expected the name of a listener' }],
    extra: { nearest },
  });
}

function invalid(faults: readonly FieldFault[], where = ''): AppError {
  const first = faults[0]!;
  return new AppError('invalid_input', {
    detail: `The body at ${first.path}${where}: ${first.message}.`,
    errors: faults.map((fault) => ({ in: 'body', ...fault })),
  });
}
