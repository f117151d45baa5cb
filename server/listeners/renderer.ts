/** Calls views, and evaluates the manifest, in a process of their own. Whatever they do, the answer is a value. */
import { dirname, resolve } from 'node:path';
import type { Json } from '../schemas/json.ts';
import { DEFAULT_MEMORY_MB } from '../schemas/listener.ts';
import type { LogLine, RunError } from '../schemas/run.ts';
import type { ContextKey } from '../schemas/view.ts';
import type { Rendered, RenderRequest } from '../views/render.ts';
import { FRAME_LIMIT_BYTES } from './channel.ts';
import {
  SLOW_TO_LOAD,
  titleOf,
  type CodeSource,
  type ManifestHead,
  type RenderHead,
  type ViewHead,
} from './child/protocol.ts';
import { pack } from './pack.ts';
import { createListenerFleet } from './pool.ts';
import { createSteadyFleet } from './runner/steady.ts';

export interface RendererDeps {
  /** The views folder; what lies beside it may be read by views, but for dot files and `dataDir`. */
  readonly dir: string;
  /** Never readable by views. */
  readonly dataDir: string | null;
  /** What one call of a view may take; its import has a bound of its own. Default 1,000. */
  readonly timeoutMs?: number;
  /** Default 128. */
  readonly memoryMb?: number;
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Told of processes that died, for the log. */
  readonly onTrouble?: (what: string, details: Record<string, unknown>) => void;
  /** What a view printed. */
  readonly onLog?: (view: string, lines: readonly LogLine[]) => void;
}

/** Code of one state of the folder. */
export interface Callable {
  readonly source: CodeSource;
  readonly codeVersion: number;
}

export type Evaluated = { readonly json: unknown } | { readonly fault: string };

const RENDER_TIMEOUT_MS = 1_000;
/** Threads in the one process: a view that hangs keeps one of them until its deadline. */
const SLOTS = 4;
/** What a view may be given, props and context with it; half of what a frame may hold. */
const INPUT_LIMIT_BYTES = FRAME_LIMIT_BYTES / 2;

export function createRenderer(deps: RendererDeps) {
  const { timeoutMs = RENDER_TIMEOUT_MS, memoryMb = DEFAULT_MEMORY_MB, onTrouble, onLog } = deps;
  const root = dirname(resolve(deps.dir));
  const fleet = createSteadyFleet({
    make: () => createListenerFleet({ ...deps, runners: 1, slotsPerRunner: SLOTS, memoryMb, program: 'viewThread' }),
    onUnavailable: (error) => onTrouble?.('views.unavailable', { error: String(error) }),
  });

  function submit(head: ViewHead, body: Buffer | null, codeVersion: number) {
    const job = { head: JSON.stringify(head), body, timeoutMs: head.timeoutMs, memoryMb, codeVersion };
    return fleet.submit({ ...job, onCall: () => Promise.reject(new Error('A view has no api')) });
  }

  return {
    start: () => {
      fleet.start();
    },
    stop: () => fleet.stop(),

    /** Never rejects. */
    async render({ source, codeVersion }: Callable, request: Omit<RenderRequest, 'view'>): Promise<Rendered> {
      const head: RenderHead = {
        job: 'render',
        source,
        root,
        timeoutMs,
        props: request.props,
        context: request.context,
      };
      const input = inputOf(head, request.data);
      if (typeof input === 'string') return { status: 'failed', message: `${titleOf(source)}: ${input}` };
      const end = await submit(head, input.body, codeVersion);
      if (end === undefined || end.failure?.error.code === 'canceled') return { status: 'unavailable' };
      if (end.logs.length > 0) onLog?.(source.name, end.logs);
      if (end.failure !== null) {
        const { stack } = end.failure.error;
        const message = messageOf(end.failure.error, source, { timeoutMs, memoryMb });
        return { status: 'failed', message, ...(stack !== undefined && { stack }) };
      }
      const { value, used } = JSON.parse(end.resultJson ?? 'null') as { value: Json; used: ContextKey[] };
      return { status: 'rendered', value, used };
    },

    /** Never rejects. */
    async evaluate({ source, codeVersion }: Callable, limitMs: number): Promise<Evaluated> {
      const head: ManifestHead = { job: 'manifest', source, root, timeoutMs: limitMs };
      const end = await submit(head, null, codeVersion);
      if (end === undefined) return { fault: 'it could not be looked at; reload' };
      if (end.failure === null) return { json: JSON.parse(end.resultJson ?? 'null') };
      const { error } = end.failure;
      const said = error.code === 'listener_error' ? `it cannot be evaluated: ${error.message}` : error.message;
      return { fault: reasonOf(error, { timeoutMs: limitMs, memoryMb }) ?? said };
    },
  };
}

/** Or a sentence that says why it cannot be sent. */
function inputOf(head: RenderHead, data: unknown): { readonly body: Buffer } | string {
  try {
    const body = Buffer.from(pack(data));
    const bytes = body.length + Buffer.byteLength(JSON.stringify([head.props, head.context]));
    if (bytes <= INPUT_LIMIT_BYTES) return { body };
    return `its data is larger than ${INPUT_LIMIT_BYTES / 1024 / 1024} MiB; let it find fewer documents, or fewer of their members`;
  } catch (error) {
    return `its data cannot be handed over: ${error instanceof Error ? error.message : String(error)}`;
  }
}

interface Limits {
  readonly timeoutMs: number;
  readonly memoryMb: number;
}

/** What a view throws is told in its own words. */
function messageOf(error: RunError, source: CodeSource, limits: Limits): string {
  const reason = reasonOf(error, limits);
  return reason === undefined ? error.message : `${titleOf(source)}: ${reason}.`;
}

function reasonOf({ code, message }: RunError, { timeoutMs, memoryMb }: Limits): string | undefined {
  if (code === 'timeout' && message === SLOW_TO_LOAD) return 'it took too long to load';
  if (code === 'timeout') return `it ran longer than its ${timeoutMs} ms`;
  if (code === 'out_of_memory') return `it needed more than its ${memoryMb} MB of memory`;
  return code === 'exited' ? 'it ended its process' : undefined;
}
