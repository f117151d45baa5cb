/**
 * What all components share. A component is an object with `_type`, closed: a member that its schema does not name is a
 * fault, and the fault is shown in the component's own place. Three kinds of members need a word of their own, `slot`:
 *
 *   node   a component, a view, or plain text; looked into for components, views and listeners
 *   event  a listener, or something the browser does by itself, without a round trip
 *   data   any JSON of the author's, never looked into: a `_type` within it means nothing
 */
import { Type, type Static, type TObject, type TProperties } from 'typebox';
import type { Json, JsonObject } from '../json.ts';
import { type ListenerNode, type ListenerCode, type ViewNode } from '../view.ts';

/** Any component; which members it has, its schema says. */
export interface AnyComponent {
  readonly _type: string;
  readonly [member: string]: unknown;
}

/** What may stand where a component may: null shows nothing. */
export type Node = AnyComponent | ViewNode | string | number | null;

const closed = { additionalProperties: false };
const one = <const T extends string>(action: T) => ({ _type: Type.Literal('action'), action: Type.Literal(action) });

/** What the browser does by itself. */
export const Action = Type.Union([
  Type.Object({ ...one('navigate'), to: Type.String(), replace: Type.Optional(Type.Boolean()) }, closed),
  Type.Object(
    {
      ...one('set_query'),
      query: Type.Record(Type.String(), Type.Union([Type.String(), Type.Null()]), {
        description: 'Members of the URL’s query string; null takes one away, `$value` stands for the event’s value.',
      }),
      replace: Type.Optional(Type.Boolean()),
    },
    closed,
  ),
  Type.Object({ ...one('open'), target: Type.String({ description: 'The `key` of a dialog or drawer.' }) }, closed),
  Type.Object(
    { ...one('close'), target: Type.Optional(Type.String({ description: 'The innermost, unless said.' })) },
    closed,
  ),
  Type.Object({ ...one('copy'), text: Type.String() }, closed),
  Type.Object(
    {
      ...one('toast'),
      text: Type.String(),
      tone: Type.Optional(
        Type.Union([Type.Literal('info'), Type.Literal('success'), Type.Literal('warning'), Type.Literal('error')]),
      ),
    },
    closed,
  ),
  Type.Object({ ...one('download'), name: Type.String(), text: Type.String() }, closed),
]);
export type Action = Static<typeof Action>;

export type EventValue = ListenerNode | ListenerCode | Action;

export const node = (description?: string) => Type.Unsafe<Node>({ slot: 'node', ...(description && { description }) });
export const nodes = (description?: string) => Type.Array(node(), description === undefined ? {} : { description });
export const event = (description?: string) =>
  Type.Unsafe<EventValue>({ slot: 'event', type: 'object', ...(description && { description }) });
export const data = <T = Json>(schema: JsonObject = {}) => Type.Unsafe<T>({ ...schema, slot: 'data' });

/** `choice('sm', 'md')`: one of the texts. */
export const choice = <const T extends readonly string[]>(...values: T) =>
  Type.Unsafe<T[number]>({ type: 'string', enum: [...values] });

export const Tone = choice('neutral', 'info', 'success', 'warning', 'error');
export const Size = choice('small', 'medium', 'large');

/** Members that every component may have. */
export const common = {
  key: Type.Optional(Type.String({ maxLength: 200, description: 'Tells it from its neighbours, across changes.' })),
  visibleOn: Type.Optional(choice('phone', 'desk')),
  label: Type.Optional(Type.String({ description: 'What it is, for people and for screen readers.' })),
  testId: Type.Optional(Type.String({ maxLength: 200 })),
};

/** One example for the gallery, the documentation and the tests: a state in which a person can meet the component. */
export interface Example {
  readonly title: string;
  readonly tree: AnyComponent;
}

export interface ComponentSpec<S extends TObject = TObject> {
  readonly type: string;
  readonly description: string;
  readonly schema: S;
  /** What each event carries, by the member’s name: `{ onChange: '{ value: string }' }`. */
  readonly events: Readonly<Record<string, string>>;
  readonly examples: readonly Example[];
  /** What a browser is sent in its place, made of others; what is given has been checked. */
  readonly expand?: (component: AnyComponent) => AnyComponent;
}

/** Describes a component: its members are `_type`, the common ones and `properties`, and no others. */
export function component<const N extends string, P extends TProperties>(
  type: N,
  description: string,
  properties: P,
  more: Pick<ComponentSpec, 'examples' | 'expand'> & { readonly events?: ComponentSpec['events'] },
) {
  const schema = Type.Object({ _type: Type.Literal(type), ...common, ...properties }, { ...closed, description });
  return { type, description, schema, ...more, events: more.events ?? {} };
}
