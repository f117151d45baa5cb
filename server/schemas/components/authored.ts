/**
 * The components as authors write them: one type for each, taken from its schema, so that an editor completes members
 * and a misspelt one is a type error. They differ from what a browser is sent in that events name listeners, members
 * that are not needed may be undefined, lists may be readonly, and JSON may be any object: a tree is printed as JSON.
 */
import type { Static, TSchema } from 'typebox';
import type { JsonObject } from '../json.ts';
import type { ListenerCode, ViewNode } from '../view.ts';
import type { act } from './act.ts';
import type { AnyComponent } from './base.ts';
import type { chart } from './chart.ts';
import type { data } from './data.ts';
import type { fact } from './fact.ts';
import type { form } from './form.ts';
import type { layout } from './layout.ts';
import type { state } from './state.ts';
import type { text } from './text.ts';

type Groups = [
  ...typeof layout,
  ...typeof text,
  ...typeof fact,
  ...typeof act,
  ...typeof form,
  ...typeof data,
  ...typeof chart,
  ...typeof state,
];
type SchemaOf<S> = S extends { readonly schema: infer T extends TSchema } ? T : never;

/** Each component by its `_type`. */
export type Components = { readonly [S in Groups[number] as S['type']]: Authored<Static<SchemaOf<S>>> };

/** Any component, or `Component<'table'>`. */
export type Component<T extends keyof Components = keyof Components> = Components[T];

/** What may stand where a component may: null shows nothing. */
export type Shown = Component | ViewNode | string | number | null;

/** Where a schema has any component, one of ours; the rest as its schema says, looked into at every depth. */
type Authored<T> = unknown extends T
  ? unknown
  : T extends readonly (infer E)[]
    ? readonly Authored<E>[]
    : T extends object
      ? AuthoredObject<T>
      : T;
type AuthoredObject<T> = T extends ListenerCode
  ? never
  : AnyComponent extends T
    ? Component
    : JsonObject extends T
      ? object
      : T extends ViewNode
        ? T
        : AuthoredMembers<T>;
type AuthoredMembers<T> = {
  readonly [K in keyof T]: Authored<T[K]> | (object extends Pick<T, K> ? undefined : never);
};
