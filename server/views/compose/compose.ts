/**
 * From a view of the manifest and the one who looks to the tree that is shown: asks the queries, has the views run, puts
 * nested views in their places. What goes wrong goes wrong in its own place, as a problem, and is tried again with the
 * next change.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { AppError } from '../../lib/errors.ts';
import type { Logger } from '../../lib/log.ts';
import { withoutPaths } from '../../lib/withoutPaths.ts';
import type { JsonObject } from '../../schemas/json.ts';
import type { ContextKey, RouteKind, ViewNode } from '../../schemas/view.ts';
import { prepareFind, type Prepared } from '../finds/prepare.ts';
import type { Doc } from '../ports.ts';
import type { Queries, OpenQuery } from '../queries/pool.ts';
import type { ViewCode } from '../render.ts';
import { canonical } from '../trees/canonical.ts';
import { sizeOf } from '../trees/size.ts';
import { buildBox, createBuilder, type Built } from './built.ts';
import type { Cell, Cells, Returned } from './cells.ts';
import type { Outline } from './outline.ts';
import type { OutlineRequest } from './page.ts';
import { problemBox, type ProblemBox } from './problem.ts';
import { inOrder, type Looking } from './seenMemo.ts';

export const MAX_DEPTH = 16;
export const MAX_NODES = 5_000;
export const MAX_CODES = 5_000;
export const MAX_BYTES = 1_048_576;
/** As long as the database may take; what comes later is shown when it comes. */
const FIRST_READ_MS = 6_000;

export interface Composition {
  readonly built: Built;
  /** All that it depends on beside the data: who agrees in these sees the same. */
  readonly used: readonly ContextKey[];
  readonly queries: ReadonlySet<OpenQuery>;
  readonly cells: ReadonlySet<Cell>;
  /** Something could not be made for a reason that passes by itself. */
  readonly isPassing: boolean;
}

export interface ComposeRequest {
  readonly environmentId: number;
  readonly kind: RouteKind;
  readonly view: ViewNode;
  readonly looking: Looking;
  /** Told of each query before it is first looked at, so that no change of it is missed. */
  readonly onQuery: (query: OpenQuery) => void;
}

export interface ComposerDeps {
  readonly code: Pick<ViewCode, 'has' | 'nearest'>;
  readonly queries: Pick<Queries, 'open'>;
  readonly cells: Pick<Cells, 'render'>;
  readonly outline: Readonly<Record<RouteKind, (request: OutlineRequest) => Outline>>;
  readonly isDevelopment: boolean;
  readonly log: Pick<Logger, 'error'>;
}

class TooManyViews extends Error {}

export type Compose = (request: ComposeRequest) => Promise<Composition>;

/** One composition on its way. */
interface Course extends ComposeRequest {
  readonly used: Set<ContextKey>;
  readonly queries: Set<OpenQuery>;
  readonly cells: Set<Cell>;
  isPassing: boolean;
  views: number;
}

interface Question {
  readonly name: string | undefined;
  readonly query: OpenQuery | undefined;
}

/** What a view is to be given, or why there is nothing. */
type Data =
  { readonly data: unknown; readonly version: string; readonly queries: string } | { readonly problem: ProblemBox };

export function createComposer(deps: ComposerDeps): Compose {
  const { code, queries, cells, isDevelopment, log } = deps;
  const buildOf = createBuilder();
  const outlines: Readonly<Record<RouteKind, WeakMap<Returned, Outline>>> = {
    page: new WeakMap(),
    json: new WeakMap(),
  };

  async function viewOf(node: ViewNode, depth: number, course: Course): Promise<Built> {
    const { kind, looking, environmentId } = course;
    const box = (problem: ProblemBox): Built => buildBox(problemBox(kind, problem));
    if (depth > MAX_DEPTH) {
      return box({ title: `The view ${node.name} cannot be shown`, detail: `Views nest at most ${MAX_DEPTH} deep.` });
    }
    if (!code.has(node.name)) return box(unknownView(node.name));
    const found = await dataOf(node, course);
    if ('problem' in found) return box(found.problem);
    const props: JsonObject = node.props ?? {};
    const { cell, returned } = await cells.render({
      key: `${String(environmentId)}|${node.name}|${canonical(props)}|${found.queries}`,
      version: found.version,
      view: node.name,
      props,
      data: found.data,
      looking,
    });
    course.cells.add(cell);
    for (const key of returned.used) course.used.add(key);
    if (returned.result.status === 'failed') {
      course.isPassing ||= returned.result.isPassing;
      const { message, stack } = returned.result;
      const title = `The view ${node.name} failed`;
      if (!isDevelopment) return box({ title, detail: withoutPaths(message) });
      return box({ title, detail: message, ...(stack !== undefined && { stack }) });
    }
    if (sizeOf(returned.result.value) > MAX_BYTES) return box(tooLarge(`The view ${node.name}`, 'bytes'));
    const outline = outlineOf(returned, node.name, course);
    if (outline.nodes > MAX_NODES) return box(tooLarge(`The view ${node.name}`, 'components'));
    // Counted before they are made: views that hold themselves twice would be without end long before they are deep.
    course.views += outline.views.length;
    if (course.views > MAX_NODES) throw new TooManyViews();
    const children = await Promise.all(outline.views.map((view) => viewOf(view, depth + 1, course)));
    return buildOf(outline, children);
  }

  function outlineOf(returned: Returned, view: string, { kind, environmentId }: Course): Outline {
    const known = outlines[kind].get(returned);
    if (known !== undefined) return known;
    const value = returned.result.status === 'value' ? returned.result.value : null;
    const outline = deps.outline[kind]({ environmentId, view, value });
    outlines[kind].set(returned, outline);
    return outline;
  }

  async function dataOf(node: ViewNode, course: Course): Promise<Data> {
    let questions: readonly Question[];
    try {
      questions = questionsOf(node, course);
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      const fault = error.options.errors?.[0];
      const title = `The find of the view ${node.name} cannot be used`;
      return { problem: { title, detail: error.message, path: fault?.path } };
    }
    const waiting = questions.flatMap(({ query }) =>
      query !== undefined && query.found() === undefined ? [query.first] : [],
    );
    if (waiting.length > 0) await Promise.race([Promise.all(waiting), sleep(FIRST_READ_MS, undefined, { ref: false })]);
    return answersOf(node, questions);
  }

  function questionsOf({ find, finds }: ViewNode, course: Course): readonly Question[] {
    if (find !== undefined && finds !== undefined) {
      throw new AppError('invalid_input', { detail: 'A view has a find or finds, not both.' });
    }
    if (find !== undefined) return [{ name: undefined, query: ask(find, ['find'], course) }];
    return Object.entries(finds ?? {}).map(([name, one]) => ({ name, query: ask(one, ['finds', name], course) }));
  }

  /** Undefined where nothing can be found. */
  function ask(find: unknown, place: readonly string[], course: Course): OpenQuery | undefined {
    const prepared: Prepared = prepareFind(find, course.looking.context, place);
    for (const key of prepared.used) course.used.add(key);
    if (prepared.spec === undefined) return undefined;
    const query = queries.open(course.environmentId, prepared.spec, prepared.key);
    course.queries.add(query);
    course.onQuery(query);
    return query;
  }

  function unknownView(name: string): ProblemBox {
    const names = code.nearest(name);
    const hint = names.length > 0 ? ` Did you mean ${names.join(', ')}?` : '';
    return { title: `There is no view ${name}`, detail: `No file in views/ gives a view of that name.${hint}` };
  }

  function problemOf(error: unknown, view: string): ProblemBox {
    if (error instanceof TooManyViews) return tooLarge('This page', 'views');
    log.error({ err: error, view }, 'views.compose_failed');
    return { title: 'This cannot be shown', detail: 'The log has the reason; it is tried again.' };
  }

  return async function compose(request) {
    const course: Course = {
      ...request,
      used: new Set(),
      queries: new Set(),
      cells: new Set(),
      isPassing: false,
      views: 0,
    };
    let built: Built;
    try {
      built = withinLimits(await viewOf(request.view, 1, course), request.kind);
    } catch (error) {
      built = buildBox(problemBox(request.kind, problemOf(error, request.view.name)));
      course.isPassing = !(error instanceof TooManyViews);
    }
    const { queries: asked, cells: shown, isPassing } = course;
    return { built, used: inOrder(course.used), queries: asked, cells: shown, isPassing };
  };
}

function answersOf(node: ViewNode, questions: readonly Question[]): Data {
  const lists: (readonly Doc[])[] = [];
  let version = '';
  for (const { query } of questions) {
    const found = query?.found();
    if (query !== undefined && found?.status !== 'found') {
      const title = `The data of the view ${node.name} cannot be shown`;
      return { problem: { title, detail: found?.message ?? 'It takes long to find; it is shown when it is there.' } };
    }
    version += `${String(found?.version ?? 0)},`;
    lists.push(found?.status === 'found' ? found.docs : []);
  }
  const ids = questions.map(({ name = '', query }) => `${name}=${String(query?.id ?? 0)}`).join();
  const data = node.finds === undefined ? (lists[0] ?? []) : Object.fromEntries(zip(questions, lists));
  return { data, version, queries: ids };
}

function zip(questions: readonly Question[], lists: readonly (readonly Doc[])[]) {
  return questions.map(({ name = '' }, i) => [name, lists[i] ?? []] as const);
}

function withinLimits(built: Built, kind: RouteKind): Built {
  if (built.bytes > MAX_BYTES) return buildBox(problemBox(kind, tooLarge('This page', 'bytes')));
  if (built.nodes > MAX_NODES) return buildBox(problemBox(kind, tooLarge('This page', 'components')));
  if (built.codeCount > MAX_CODES) return buildBox(problemBox(kind, tooLarge('This page', 'listeners')));
  return built;
}

const LIMITS = { bytes: MAX_BYTES, components: MAX_NODES, listeners: MAX_CODES, views: MAX_NODES };

function tooLarge(what: string, of: keyof typeof LIMITS): ProblemBox {
  return { title: `${what} is too large to be shown`, detail: tooMany(of) };
}

function tooMany(of: keyof typeof LIMITS): string {
  return `It has more than ${LIMITS[of].toLocaleString('en')} ${of}; show fewer at a time.`;
}
