/**
 * Reads what `views/manifest.ts` gave: each route and each schema by itself, so that one that cannot be used is left out
 * and told, and the rest stands. Pure.
 */
import { AppError } from '../lib/errors.ts';
import { compileSchema, createParser } from '../lib/schema.ts';
import type { JsonObject } from '../schemas/json.ts';
import { Manifest, ViewRoute } from '../schemas/view.ts';
import { pathFault, takesAllOf } from './routePath.ts';

export const EMPTY_MANIFEST: Manifest = { pages: [], json: [], schemas: {} };

/** The views there are; one whose file cannot be used counts as well, for its route shows why. */
export interface KnownViews {
  readonly has: (view: string) => boolean;
  readonly nearest: (view: string) => readonly string[];
}

export type ReadManifest =
  | { readonly manifest: Manifest; /** Whole sentences. */ readonly problems: readonly string[] }
  /** Nothing of it can be used. */
  | { readonly fault: string };

export type ReadManifestValue = (value: unknown, file: string, views: KnownViews) => ReadManifest;

/** Told where in the manifest something is wrong, and what. */
type Tell = (where: string, fault: string) => void;

const MEMBERS = Object.keys(Manifest.properties);
const { maxItems: MAX_ROUTES = 500 } = Manifest.properties.pages as { readonly maxItems?: number };

export function createManifestReader(): ReadManifestValue {
  const parseRoute = createParser(ViewRoute, 'body');
  const parseSchemas = createParser(Manifest.properties.schemas, 'body');

  function readRoutes(value: unknown, member: 'pages' | 'json', views: KnownViews, tell: Tell): ViewRoute[] {
    if (value === undefined) return [];
    if (!Array.isArray(value)) {
      tell(member, `expected a list of routes, found ${kindOf(value)}`);
      return [];
    }
    if (value.length > MAX_ROUTES) tell(member, `expected at most ${MAX_ROUTES} routes; the rest is left out`);
    const good: { readonly where: string; readonly route: ViewRoute }[] = [];
    for (const [i, one] of value.slice(0, MAX_ROUTES).entries()) {
      const where = titleOf(one, `${member}[${i}]`);
      const parsed = attempt(() => parseRoute(one));
      if ('faults' in parsed) {
        for (const fault of parsed.faults) tell(where, fault);
        continue;
      }
      const route = parsed.value;
      const first = good.find((other) => takesAllOf(other.route, route));
      const fault =
        pathFault(route.path, member) ??
        (first && `nobody can reach it: ${first.where} comes before it and fits the same paths`) ??
        viewFault(route.view.name, views);
      if (fault === undefined) good.push({ where, route });
      else tell(where, fault);
    }
    return good.map(({ route }) => route);
  }

  function readSchemas(value: unknown, tell: Tell): Record<string, JsonObject> {
    if (value === undefined) return {};
    if (!isObject(value)) {
      tell('schemas', `expected an object with a schema for each collection, found ${kindOf(value)}`);
      return {};
    }
    const good: Record<string, JsonObject> = {};
    for (const [name, schema] of Object.entries(value)) {
      const parsed = attempt(() => {
        parseSchemas({ [name]: schema });
        compileSchema(schema as JsonObject);
        return schema as JsonObject;
      });
      if ('value' in parsed) good[name] = parsed.value;
      else for (const fault of parsed.faults) tell(`schemas.${name}`, fault);
    }
    return good;
  }

  return function readManifest(value, file, views) {
    if (!isObject(value)) return { fault: `expected an object with ${MEMBERS.join(', ')}, found ${kindOf(value)}` };
    const problems: string[] = [];
    const tell: Tell = (where, fault) => {
      problems.push(`${file}: ${where}: ${fault}${fault.endsWith('.') ? '' : '.'}`);
    };
    for (const name of Object.keys(value)) {
      if (!MEMBERS.includes(name)) tell(name, `there is no such member; expected ${MEMBERS.join(', ')}`);
    }
    const manifest = {
      pages: readRoutes(value.pages, 'pages', views, tell),
      json: readRoutes(value.json, 'json', views, tell),
      schemas: readSchemas(value.schemas, tell),
    };
    return { manifest, problems };
  };
}

/** Faults of at most this many members of one route are told. */
const SHOWN_FAULTS = 5;

function attempt<T>(work: () => T): { readonly value: T } | { readonly faults: readonly string[] } {
  try {
    return { value: work() };
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    const { errors = [], detail } = error.options;
    const faults = errors.slice(0, SHOWN_FAULTS).map(({ path, message }) => `${path === '' ? 'it' : path} ${message}`);
    return { faults: faults.length > 0 ? faults : [detail ?? error.message] };
  }
}

function titleOf(route: unknown, place: string): string {
  return isObject(route) && typeof route.path === 'string' ? `${place} '${route.path.slice(0, 200)}'` : place;
}

function viewFault(name: string, { has, nearest }: KnownViews): string | undefined {
  if (has(name)) return undefined;
  const names = nearest(name).map((one) => `'${one}'`);
  return `there is no view named '${name}'${names.length === 0 ? '' : `; there is ${names.join(', ')}`}`;
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function kindOf(value: unknown): string {
  if (value === null) return 'null';
  return Array.isArray(value) ? 'a list' : typeof value === 'object' ? 'an object' : `a ${typeof value}`;
}
