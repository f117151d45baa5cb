/**
 * The program of a view thread: calls one view after the other, and gives the manifest. Views are synchronous and have
 * no api; each call gets values of its own, so what one view changes in them no other sees. What it could change for the
 * next one is looked at after each; a thread that was changed is replaced.
 */
import { unpack } from '../pack.ts';
import { captureConsole } from './console.ts';
import { createRunContext, type RunContext } from './context.ts';
import { describeThrown, failure } from './failure.ts';
import { makeInert, readInert } from './inert.ts';
import { createIntrinsicsGuard } from './intrinsics.ts';
import { hasLeftovers } from './leftovers.ts';
import { loadListener, type LoadedListener } from './load.ts';
import {
  type CodeSource,
  type Failure,
  type Job,
  type JobResult,
  type ManifestHead,
  type RenderHead,
  type ViewHead,
} from './protocol.ts';
import { jsonResult } from './result.ts';
import { createSeenContext } from './seen.ts';
import { serveJobs } from './serve.ts';

const { parse, stringify } = JSON;
const now = performance.now.bind(performance);
const decoder = new TextDecoder();
const decode = decoder.decode.bind(decoder);

let running: RunContext | undefined;

captureConsole(() => running);
const guard = createIntrinsicsGuard();
process.on('uncaughtException', () => {
  thread.wear();
});
process.on('unhandledRejection', () => {
  thread.wear();
});

const thread = serveJobs<ViewHead>({
  read: ({ head }) => parse(head) as ViewHead,
  isFitFor: ({ source }) => guard.isCleanFor(source.module),
  perform,
});

async function perform({ id, body }: Job, head: ViewHead): Promise<JobResult> {
  const startedAt = now();
  running = createRunContext({ id, timeoutMs: head.timeoutMs, post: thread.post });
  let failed: Failure | undefined;
  let result: string | null = null;
  try {
    if (head.job === 'manifest') result = await readManifest(head);
    else
      result = render(
        loadListener.known(head.source) ?? (await thread.load(() => loadListener(head.source))),
        head,
        body,
      );
  } catch (error) {
    failed = describeThrown(error, { noun: head.source.noun.toLowerCase(), root: head.root });
  }
  running.finish();
  running = undefined;
  if (guard.isCommonTampered() || hasLeftovers()) thread.wear();
  return {
    id,
    durationUs: Math.round((now() - startedAt) * 1000),
    failure: failed === undefined ? '' : stringify(failed),
    result,
  };
}

/** `data` is read anew for each call, and Dates in it are Dates. */
function render({ run }: LoadedListener, { source, props, context }: RenderHead, body: Uint8Array | null): string {
  makeInert(context.state);
  const { seen, used } = createSeenContext(context);
  const tree = run(body === null ? [] : readInert(decode(body), unpack), props, seen);
  const text = textOf(tree, source);
  return `{"used":${stringify([...used])},"value":${text}}`;
}

async function readManifest({ source }: ManifestHead): Promise<string> {
  const { default: exported } = (await import(source.module)) as { readonly default?: unknown };
  if (exported === undefined) throw failure.invalid(source, 'expected a default export, found none');
  return textOf(typeof exported === 'function' ? (exported as () => unknown)() : exported, source);
}

function textOf(value: unknown, source: CodeSource): string {
  if (value === undefined)
    throw failure.result(source, 'is nothing; expected JSON, or null where nothing is to be seen');
  if (value instanceof Promise) {
    void ignore(value);
    throw failure.result(source, `is a promise; a ${source.noun.toLowerCase()} must be synchronous`);
  }
  return jsonResult(value, source);
}

/** It may fail later, with nobody there to see it. */
async function ignore(promise: Promise<unknown>): Promise<void> {
  try {
    await promise;
  } catch {
    // What comes of it is of no interest.
  }
}
