/** The manifest's routes, made ready once after each reload. One that cannot be used is left out and told. */
import { compileSchema } from '../../lib/schema.ts';
import type { JsonObject } from '../../schemas/json.ts';
import type { Manifest, RouteKind, ViewRoute } from '../../schemas/view.ts';
import { canonical } from '../trees/canonical.ts';
import type { ValueSchema } from './values.ts';

export type Segment =
  { readonly type: 'text'; readonly text: string } | { readonly type: 'param'; readonly name: string };

export interface CompiledRoute {
  readonly route: ViewRoute;
  readonly segments: readonly Segment[];
  readonly params: ValueSchema | undefined;
  readonly query: ValueSchema | undefined;
  /** The same after a reload that left it as it was. */
  readonly signature: string;
}

export type RouteTable = Readonly<Record<RouteKind, readonly CompiledRoute[]>>;

const NAME = /^[A-Za-z_][A-Za-z0-9_]*$/;
const RESERVED = new Set(['__proto__', 'constructor', 'prototype']);

export function compileRoutes({ pages = [], json = [] }: Manifest): {
  readonly table: RouteTable;
  readonly problems: readonly string[];
} {
  const problems: string[] = [];
  const compileAll = (kind: string, routes: readonly ViewRoute[]) =>
    routes.flatMap((route) => {
      try {
        return [compileRoute(route)];
      } catch (error) {
        const why = error instanceof Error ? error.message : String(error);
        problems.push(`The ${kind} route ${route.path} in views/manifest.ts: ${why}`);
        return [];
      }
    });
  return { table: { page: compileAll('page', pages), json: compileAll('JSON', json) }, problems };
}

function compileRoute(route: ViewRoute): CompiledRoute {
  const trimmed = route.path.replace(/^\//, '').replace(/\/$/, '');
  const segments = trimmed === '' ? [] : trimmed.split('/').map(segmentOf);
  const names = segments.flatMap((segment) => (segment.type === 'param' ? [segment.name] : []));
  const double = names.find((name, i) => names.indexOf(name) < i);
  if (double !== undefined)
    throw new Error(`:${double} stands in the path twice; expected a name of its own for each.`);
  return {
    route,
    segments,
    params: schemaOf(route.params),
    query: schemaOf(route.query),
    signature: canonical(route),
  };
}

function segmentOf(text: string): Segment {
  if (!text.startsWith(':')) return { type: 'text', text: decodeURIComponent(text) };
  const name = text.slice(1);
  if (!NAME.test(name) || RESERVED.has(name)) {
    throw new Error(`${text} is not a parameter; expected : and letters, digits and _, such as :id.`);
  }
  return { type: 'param', name };
}

function schemaOf(schema: JsonObject | undefined): ValueSchema | undefined {
  return schema === undefined ? undefined : { schema, validate: compileSchema(schema) };
}
