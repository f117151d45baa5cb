/**
 * What an author's views/ gives: the manifest with its routes, and the nodes a tree may hold beside components. A view
 * is a pure function `(data, props, context)` that returns a tree; `data` is what its `find` found.
 */
import { Type, type Static } from 'typebox';
import type { Json, JsonObject } from './json.ts';
import { LISTENER_NAME_PATTERN } from './listener.ts';

const closed = { additionalProperties: false };
const JsonSchema = Type.Unsafe<JsonObject>({ type: 'object' });

/** Documents that one view may be given by one find. */
export const MAX_FIND_LIMIT = 250;

/**
 * A query over one collection. `@me`, `@route.<name>` and `@query.<name>` stand for values, as whole values of fields;
 * one that is not set matches nothing. `{ $date: "2026-03-14T00:00:00Z" }` stands for a time.
 */
export const Find = Type.Object(
  {
    coll: Type.String({ pattern: '^[A-Za-z][A-Za-z0-9_-]{0,63}$' }),
    query: Type.Optional(Type.Unsafe<JsonObject>({ type: 'object' })),
    projection: Type.Optional(Type.Unsafe<JsonObject>({ type: 'object' })),
    options: Type.Optional(
      Type.Object(
        {
          sort: Type.Optional(Type.Record(Type.String(), Type.Union([Type.Literal(1), Type.Literal(-1)]))),
          limit: Type.Optional(Type.Integer({ minimum: 1, maximum: MAX_FIND_LIMIT, default: 100 })),
          skip: Type.Optional(Type.Integer({ minimum: 0 })),
        },
        closed,
      ),
    ),
  },
  closed,
);
export type Find = Static<typeof Find>;

/** A view inside a tree or a manifest. With `find`, `data` is a list of documents; with `finds`, lists by name; with neither, `[]`. */
export const ViewNode = Type.Object(
  {
    _type: Type.Literal('view'),
    name: Type.String({ pattern: LISTENER_NAME_PATTERN }),
    key: Type.Optional(Type.String()),
    find: Type.Optional(Find),
    finds: Type.Optional(Type.Record(Type.String({ pattern: '^[A-Za-z_][A-Za-z0-9_]*$' }), Find, closed)),
    props: Type.Optional(Type.Unsafe<JsonObject>({ type: 'object' })),
  },
  closed,
);
export type ViewNode = Static<typeof ViewNode>;

/** As an author writes it; what leaves for a browser is `{ _type: 'listener', code }`. */
export const ListenerNode = Type.Object(
  {
    _type: Type.Literal('listener'),
    name: Type.String({ pattern: LISTENER_NAME_PATTERN }),
    props: Type.Optional(Type.Unsafe<JsonObject>({ type: 'object' })),
  },
  closed,
);
export type ListenerNode = Static<typeof ListenerNode>;

/** What a listener reference is on the wire. */
export interface ListenerCode {
  readonly _type: 'listener';
  readonly code: string;
}

export const ROLE_PATTERN = '^[a-z][a-z0-9_-]{0,31}$';
/** Everybody, signed in or not; everybody who is signed in. Other names are an app's own. */
export const GUEST = 'guest';
export const USER = 'user';
/** Who comes with a token of the management API; it opens every route. */
export const PROGRAM = 'program';

export const ViewRoute = Type.Object(
  {
    path: Type.String({
      pattern: '^/',
      maxLength: 200,
      description: '`/orders/:id`; a segment with `:` is a parameter.',
    }),
    view: ViewNode,
    roles: Type.Optional(
      Type.Array(Type.String({ pattern: ROLE_PATTERN }), {
        minItems: 1,
        maxItems: 20,
        default: [USER],
        description: 'Who may open it and run what it shows: any one of these. `guest` is everybody.',
      }),
    ),
    title: Type.Optional(Type.String({ maxLength: 200, description: 'Of the browser’s tab.' })),
    params: Type.Optional(JsonSchema),
    query: Type.Optional(JsonSchema),
  },
  closed,
);
export type ViewRoute = Static<typeof ViewRoute>;

/** The default export of `views/manifest.ts`. */
export const Manifest = Type.Object(
  {
    pages: Type.Optional(Type.Array(ViewRoute, { maxItems: 500, description: 'Their views return components.' })),
    json: Type.Optional(Type.Array(ViewRoute, { maxItems: 500, description: 'Their views return any JSON.' })),
    schemas: Type.Optional(
      Type.Record(Type.String({ pattern: '^[A-Za-z][A-Za-z0-9_-]{0,63}$' }), JsonSchema, {
        ...closed,
        description: 'A JSON Schema for each collection that has one; every write is checked against it.',
      }),
    ),
  },
  closed,
);
export type Manifest = Static<typeof Manifest>;

/** Pages for people, or JSON for programs. */
export type RouteKind = 'page' | 'json';

/** What a view is told beside data and props. A view that does not look at a member is not rendered again for it. */
export interface ViewContext {
  /** The id of the user who looks; null for a guest. */
  readonly me: string | null;
  readonly roles: readonly string[];
  /** `/orders/42` */
  readonly path: string;
  readonly params: Readonly<Record<string, Json>>;
  /** The URL's query string. */
  readonly query: Readonly<Record<string, Json>>;
  /** What listeners have set with `api.session.set`. */
  readonly state: JsonObject;
}

export type ContextKey = keyof ViewContext;
