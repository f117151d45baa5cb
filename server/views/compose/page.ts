/**
 * Looks through what a view of a page returned. Every component is checked against its own closed schema; one that does
 * not fit is a problem in its own place, with the path and the reason, and its siblings stand.
 */
import { nearest } from '../../lib/nearest.ts';
import { createCheck, type Validate } from '../../lib/schema.ts';
import { Action, type AnyComponent, type ComponentSpec } from '../../schemas/components/base.ts';
import type { JsonObject } from '../../schemas/json.ts';
import { ListenerNode, ViewNode } from '../../schemas/view.ts';
import type { Coded, CodeOf } from './codes.ts';
import { Hole, mapItems, mapMembers, type Outline, type Walk } from './outline.ts';
import { problemBox } from './problem.ts';
import { planOf, type Plan } from './slots.ts';

export interface PageOutlinerDeps {
  readonly components: ReadonlyMap<string, ComponentSpec>;
  readonly codeOf: CodeOf;
  /** Something that an author should know and that hurts nobody. */
  readonly tell: (view: string, sentence: string) => void;
}

/** Of one view, on behalf of one environment. */
export interface OutlineRequest {
  readonly environmentId: number;
  readonly view: string;
  readonly value: unknown;
}

/** A component that was looked through before, without a hole and without a problem. */
interface Known {
  readonly ui: unknown;
  readonly codes: readonly Coded[];
  readonly nodes: number;
}

interface Place extends OutlineRequest {
  readonly walk: Walk;
}

/** What is wrong within a component, found while its members were looked at. */
class Unfit extends Error {
  readonly path: string;
  constructor(path: string, message: string) {
    super(message);
    this.path = path;
  }
}

const isAction = createCheck(Action);
const isListener = createCheck(ListenerNode);
const isView = createCheck(ViewNode);

/** Made when a component is first met: all of them together would take a while. */
const checks = new WeakMap<ComponentSpec, Validate>();

function faultsOf(spec: ComponentSpec, value: object) {
  let check = checks.get(spec);
  if (check === undefined) checks.set(spec, (check = createCheck(spec.schema)));
  return check(value);
}

export function createPageOutliner({ components, codeOf, tell }: PageOutlinerDeps) {
  const known = new WeakMap<object, Known>();

  function box(place: Place, path: string, reason: string, value: unknown, title?: string): unknown {
    place.walk.problems++;
    const { key, _type } = isObject(value) ? value : {};
    const what = title ?? (typeof _type === 'string' ? `This ${_type} cannot be shown` : 'This cannot be shown');
    const detail = `In the view ${place.view}, ${path === '' ? 'at its root' : `at ${path}`}: ${reason}`;
    const problem = problemBox('page', { title: what, detail, path });
    return typeof key === 'string' ? { ...(problem as JsonObject), key } : problem;
  }

  function nodeAt(value: unknown, path: string, place: Place): unknown {
    if (value === null || typeof value === 'string' || typeof value === 'number') return value;
    if (value === false) return null; // what `condition && component` leaves
    if (!isObject(value)) {
      const found = Array.isArray(value) ? 'a list' : typeof value;
      return box(place, path, `expected a component, text or null, found ${found}`, value);
    }
    if (typeof value._type !== 'string') {
      return box(place, path, 'expected a component: an object with a _type, such as { _type: "text", … }', value);
    }
    return value._type === 'view' ? viewAt(value, path, place) : componentAt(value, value._type, path, place);
  }

  function viewAt(value: JsonObject, path: string, place: Place): unknown {
    const [fault] = isView(value);
    if (fault !== undefined) return box(place, `${path}${fault.path}`, fault.message, value);
    place.walk.nodes++;
    place.walk.views.push(value as ViewNode);
    return new Hole(place.walk.views.length - 1);
  }

  function componentAt(value: JsonObject, type: string, path: string, place: Place): unknown {
    const { walk } = place;
    const before = known.get(value);
    if (before !== undefined) {
      walk.nodes += before.nodes;
      for (const code of before.codes) walk.codes.push(code);
      return before.ui;
    }
    const spec = components.get(type);
    if (spec === undefined) return box(place, path, unknownType(type), value);
    const [fault] = faultsOf(spec, value);
    if (fault !== undefined) return box(place, `${path}${fault.path}`, fault.message, value);

    if (spec.expand !== undefined) return nodeAt(spec.expand(value as AnyComponent), path, place);

    const start = { views: walk.views.length, codes: walk.codes.length, nodes: walk.nodes, problems: walk.problems };
    walk.nodes++;
    try {
      const ui = membersAt(value, planOf(spec), path, place);
      if (walk.views.length === start.views && walk.problems === start.problems) {
        known.set(value, { ui, codes: walk.codes.slice(start.codes), nodes: walk.nodes - start.nodes });
      }
      return ui;
    } catch (error) {
      if (!(error instanceof Unfit)) throw error;
      walk.views.length = start.views;
      walk.codes.length = start.codes;
      return box(place, error.path, error.message, value);
    }
  }

  function valueAt(value: unknown, plan: Plan | undefined, path: string, place: Place): unknown {
    switch (plan?.slot) {
      case 'node':
        return nodeAt(value, path, place);
      case 'event':
        return eventAt(value, path, place);
      case 'any':
        return anythingAt(value, path, place);
      case 'data':
        return value;
      case undefined:
        return plan === undefined ? value : membersAt(value, plan, path, place);
    }
  }

  function membersAt(value: unknown, plan: Plan, path: string, place: Place): unknown {
    if (Array.isArray(value)) {
      const { items } = plan;
      if (items === undefined) return value;
      if (items.slot === 'node') {
        tellDoubleKeys(value, path, place);
        // A browser draws texts among children as well; each costs about what a component does.
        place.walk.nodes += value.filter((item) => typeof item !== 'object').length;
      }
      return mapItems(value, (item, i) => valueAt(item, items, `${path}/${String(i)}`, place));
    }
    if (!isObject(value)) return value;
    return mapMembers(value, (member, name) =>
      valueAt(member, plan.members?.get(name) ?? plan.values, `${path}/${escape(name)}`, place),
    );
  }

  function anythingAt(value: unknown, path: string, place: Place): unknown {
    if (Array.isArray(value)) return mapItems(value, (item, i) => anythingAt(item, `${path}/${String(i)}`, place));
    if (!isObject(value)) return value;
    if (value._type === 'listener' || value._type === 'action') return eventAt(value, path, place);
    if (typeof value._type === 'string') return nodeAt(value, path, place);
    return mapMembers(value, (member, name) => anythingAt(member, `${path}/${escape(name)}`, place));
  }

  /** Throws Unfit. */
  function eventAt(value: unknown, path: string, { walk, environmentId }: Place): unknown {
    const type = isObject(value) ? value._type : undefined;
    if (type !== 'listener' && type !== 'action') {
      throw new Unfit(path, 'expected a listener or an action, such as { _type: "listener", name: "orders.pay" }');
    }
    const [fault] = type === 'listener' ? isListener(value) : isAction(value);
    if (fault !== undefined) throw new Unfit(`${path}${fault.path}`, fault.message);
    if (type === 'action') return value;
    const { name, props = {} } = value as ListenerNode;
    const code = codeOf(environmentId, name, props);
    walk.codes.push({ code, name, props });
    return { _type: 'listener', code };
  }

  function tellDoubleKeys(list: readonly unknown[], path: string, { view }: Place): void {
    const seen = new Set<string>();
    for (const item of list) {
      const key = isObject(item) ? item.key : undefined;
      if (typeof key !== 'string') continue;
      if (seen.has(key)) tell(view, `two siblings at ${path} have the key ${JSON.stringify(key)}`);
      seen.add(key);
    }
  }

  function unknownType(type: string): string {
    const names = nearest(type, components.keys());
    return `there is no component ${JSON.stringify(type)}${names.length > 0 ? `; did you mean ${names.join(', ')}?` : ''}`;
  }

  return function outlinePage(request: OutlineRequest): Outline {
    const walk: Walk = { views: [], codes: [], nodes: 0, problems: 0 };
    const template = nodeAt(request.value, '', { ...request, walk });
    return { template, views: walk.views, codes: walk.codes, nodes: walk.nodes };
  };
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** RFC 6901, section 3. */
function escape(name: string): string {
  return name.replaceAll('~', '~0').replaceAll('/', '~1');
}
