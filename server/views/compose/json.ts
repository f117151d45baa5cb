/** Looks through what a view of a JSON route returned: any JSON, in which views and listeners may stand anywhere. */
import { createCheck } from '../../lib/schema.ts';
import type { JsonObject } from '../../schemas/json.ts';
import { ListenerNode, ViewNode } from '../../schemas/view.ts';
import type { Coded, CodeOf } from './codes.ts';
import { Hole, mapItems, mapMembers, type Outline, type Walk } from './outline.ts';
import type { OutlineRequest } from './page.ts';
import { problemBox } from './problem.ts';

interface Known {
  readonly value: unknown;
  readonly codes: readonly Coded[];
}

const isListener = createCheck(ListenerNode);
const isView = createCheck(ViewNode);

export function createJsonOutliner({ codeOf }: { readonly codeOf: CodeOf }) {
  const known = new WeakMap<object, Known>();

  return function outlineJson({ environmentId, view, value: root }: OutlineRequest): Outline {
    const walk: Walk = { views: [], codes: [], nodes: 0, problems: 0 };

    function box(path: string, reason: string): unknown {
      walk.problems++;
      const detail = `In the view ${view}, ${path === '' ? 'at its root' : `at ${path}`}: ${reason}`;
      return problemBox('json', { title: 'This cannot be used', detail });
    }

    function look(value: unknown, path: string): unknown {
      if (typeof value !== 'object' || value === null) return value;
      const before = known.get(value);
      if (before !== undefined) {
        for (const code of before.codes) walk.codes.push(code);
        return before.value;
      }
      const start = { views: walk.views.length, codes: walk.codes.length, problems: walk.problems };
      const result = lookInto(value, path);
      if (walk.views.length === start.views && walk.problems === start.problems) {
        known.set(value, { value: result, codes: walk.codes.slice(start.codes) });
      }
      return result;
    }

    function lookInto(value: object, path: string): unknown {
      if (Array.isArray(value)) return mapItems(value, (item, i) => look(item, `${path}/${String(i)}`));
      const object = value as JsonObject;
      if (object._type === 'view') return viewAt(object, path);
      if (object._type === 'listener') return listenerAt(object, path);
      return mapMembers(object, (member, name) => look(member, `${path}/${name}`));
    }

    function viewAt(value: JsonObject, path: string): unknown {
      const [fault] = isView(value);
      if (fault !== undefined) return box(`${path}${fault.path}`, fault.message);
      walk.nodes++;
      walk.views.push(value as ViewNode);
      return new Hole(walk.views.length - 1);
    }

    function listenerAt(value: JsonObject, path: string): unknown {
      const [fault] = isListener(value);
      if (fault !== undefined) return box(`${path}${fault.path}`, fault.message);
      const { name, props = {} } = value as ListenerNode;
      const code = codeOf(environmentId, name, props);
      walk.codes.push({ code, name, props });
      return { _type: 'listener', code };
    }

    const template = look(root, '');
    return { template, views: walk.views, codes: walk.codes, nodes: walk.nodes };
  };
}
