/** What is wrong with a cron that somebody wants: every fault with its place in the body, all of them at once. */
import { AppError, type FieldFault } from '../lib/errors.ts';
import { nearest } from '../lib/nearest.ts';
import { compileSchema } from '../lib/schema.ts';
import { isZone } from '../lib/zone.ts';
import type { CronPatch } from '../schemas/cron.ts';
import type { JsonObject } from '../schemas/json.ts';
import { isCronId, type CronDocument } from './document.ts';
import { parseSchedule } from './schedule/parse.ts';

export interface CheckDeps {
  readonly listeners: {
    readonly get: (name: string) => { readonly propsSchema?: JsonObject } | undefined;
    /** Names that look like the given one. */
    readonly nearest: (name: string) => readonly string[];
  };
}

export interface CheckedInput {
  readonly listenerName: string;
  /** Undefined where none are given. */
  readonly propsJson: string | undefined;
}

const MAX_PROPS_BYTES = 64 * 1_024;
/** `/app/crons/upcoming` is the calendar of all of them. */
const RESERVED = ['upcoming'];

type Faults = readonly FieldFault[];

/** `before` is the cron that is to be changed; without one, what a cron must have is missed. */
export function checkInput(
  input: CronPatch,
  before: CronDocument | undefined,
  { listeners, id }: CheckDeps & { readonly id: string },
): CheckedInput {
  const named = namedListener(input, before);
  const listener = named.name === undefined ? undefined : listeners.get(named.name);
  const isUnknown = listener === undefined && named.isGiven && named.name !== undefined;
  const propsJson = input.props === undefined ? undefined : JSON.stringify(input.props);
  const props = input.props ?? (before && named.isGiven ? (JSON.parse(before.props) as JsonObject) : undefined);
  const fitting = props ?? (before === undefined ? {} : undefined);

  const faults: Faults = [
    ...nameFaults(input.name, id),
    ...named.faults,
    ...(isUnknown ? [{ path: named.path, message: 'expected the name of a listener' }] : []),
    ...scheduleFaults(input.schedule),
    ...zoneFaults(input.timezone),
    ...sizeFaults(propsJson),
    ...(listener === undefined || fitting === undefined ? [] : propsFaults(listener.propsSchema, fitting)),
  ];
  if (isUnknown) throw unknownListener(named.name, listeners.nearest(named.name), faults);
  if (faults.length > 0) throw invalid(faults);
  return { listenerName: named.name!, propsJson };
}

interface NamedListener {
  readonly name: string | undefined;
  /** Whether the input names one, rather than the cron that is changed. */
  readonly isGiven: boolean;
  readonly path: string;
  readonly faults: Faults;
}

function namedListener({ listener_name, action }: CronPatch, before: CronDocument | undefined): NamedListener {
  const path = listener_name === undefined && action !== undefined ? '/action' : '/listener_name';
  const given = listener_name ?? action;
  const name = given ?? before?.listener_name;
  if (listener_name !== undefined && action !== undefined) {
    const message = 'is another word for listener_name; expected only one of them';
    return { name, isGiven: true, path, faults: [{ path: '/action', message }] };
  }
  const isMissing = name === undefined;
  return {
    name,
    isGiven: given !== undefined,
    path,
    faults: isMissing ? [{ path, message: 'is required: the name of a listener' }] : [],
  };
}

function nameFaults(name: string | undefined, id: string): Faults {
  if (name === undefined || name === id) return [];
  if (RESERVED.includes(name)) return [{ path: '/name', message: `'${name}' is reserved; expected another name` }];
  return isCronId(name) ? [{ path: '/name', message: "looks like another cron's id; expected another name" }] : [];
}

function scheduleFaults(schedule: string | undefined): Faults {
  if (schedule === undefined) return [];
  const parsed = parseSchedule(schedule);
  return 'faults' in parsed ? parsed.faults.map(({ message }) => ({ path: '/schedule', message })) : [];
}

function zoneFaults(zone: string | undefined): Faults {
  if (zone === undefined || isZone(zone)) return [];
  const names = nearest(zone, Intl.supportedValuesOf('timeZone'));
  const hint = names.length === 0 ? '' : ` Did you mean ${names.join(' or ')}?`;
  const message = `there is no time zone '${zone}'; expected an IANA name such as Europe/Paris.${hint}`;
  return [{ path: '/timezone', message }];
}

function sizeFaults(propsJson: string | undefined): Faults {
  return propsJson === undefined || Buffer.byteLength(propsJson) <= MAX_PROPS_BYTES
    ? []
    : [{ path: '/props', message: `expected at most ${MAX_PROPS_BYTES} bytes of JSON` }];
}

function propsFaults(schema: JsonObject | undefined, props: JsonObject): Faults {
  if (schema === undefined) return [];
  return compileSchema(schema)(props).map(({ path, message }) => ({ path: `/props${path}`, message }));
}

export function invalid(faults: Faults): AppError {
  const { path, message } = faults[0]!;
  const more = faults.length > 1 ? ` (and ${faults.length - 1} more)` : '';
  return new AppError('invalid_input', {
    detail: `The body at ${path}: ${/[.?]$/.test(message) ? message.slice(0, -1) : message}${more}.`,
    errors: inBody(faults),
  });
}

function unknownListener(name: string, names: readonly string[], faults: Faults): AppError {
  const hint = names.length === 0 ? '' : ` Did you mean ${names.join(' or ')}?`;
  return new AppError('listener_not_found', {
    detail: `There is no listener '${name}' in listeners/.${hint}`,
    errors: inBody(faults),
    extra: { nearest: names },
  });
}

function inBody(faults: Faults): Faults {
  return faults.map((fault) => ({ in: 'body', ...fault }));
}
