/**
 * Evaluates JSONata expressions: foreign code, so it runs in runner processes of its own, with a deadline, a memory
 * limit and capped functions. Whatever an expression does, the answer is a value.
 */
import { createChecker, sizeFault } from './expression/check.ts';
import { EVALUATION_MEMORY_MB, EVALUATION_TIMEOUT_MS, MAX_INPUT_BYTES } from './expression/limits.ts';
import { plainPathOf, readPlainPath } from './expression/path.ts';
import { tellFault } from './expression/words.ts';
import { type Failure } from './child/protocol.ts';
import { createFleet } from './runner/fleet.ts';
import { runnerEnv, runnerFlags } from './runner/flags.ts';
import { type DoneEnd } from './runner/job.ts';
import { createSteadyFleet } from './runner/steady.ts';
import { prepareRuntime } from './runtime.ts';

export interface Expressions {
  /** Throws `invalid_input` where the expression does not parse or is nested too deeply. Evaluates nothing. */
  readonly check: (expression: string) => void;
  /** Never rejects. `inputJson` is JSON text. */
  readonly evaluate: (expression: string, inputJson: string, signal?: AbortSignal) => Promise<Evaluated>;
  /** Lets evaluations begin; the process starts with the first that needs it. */
  readonly start: () => Promise<void>;
  readonly stop: () => Promise<void>;
}

export type Evaluated =
  | { readonly status: 'value'; /** JSON text, at most 1 MiB. */ readonly json: string }
  /** The expression gave nothing (JSONata's undefined). */
  | { readonly status: 'nothing' }
  | { readonly status: 'failed'; /** A sentence that says why. */ readonly reason: string }
  /** The runner died of somebody else's fault, or the server is stopping: try again. */
  | { readonly status: 'unavailable' };

export interface ExpressionsDeps {
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Told of processes that died, for the log. */
  readonly onTrouble?: (what: string, details: Record<string, unknown>) => void;
}

/** Threads in the one process: an expression that hangs keeps one of them until its deadline. */
const SLOTS = 4;

export function createExpressions({ env = {}, onTrouble }: ExpressionsDeps = {}): Expressions {
  const fleet = createSteadyFleet({
    make: () => launch(env, onTrouble),
    onUnavailable: (error) => onTrouble?.('expressions.unavailable', { error: String(error) }),
  });

  async function evaluate(expression: string, inputJson: string, signal?: AbortSignal): Promise<Evaluated> {
    if (!fleet.isStarted() || signal?.aborted === true) return { status: 'unavailable' };
    const tooLong = sizeFault(expression);
    if (tooLong !== null) return { status: 'failed', reason: `The expression cannot be used. ${tooLong}` };
    return readDirectly(expression, inputJson) ?? (await evaluateInRunner(expression, Buffer.from(inputJson), signal));
  }

  async function evaluateInRunner(expression: string, body: Buffer, signal?: AbortSignal): Promise<Evaluated> {
    if (body.length > MAX_INPUT_BYTES) {
      return { status: 'failed', reason: `The input is larger than ${MAX_INPUT_BYTES / 1024 / 1024} MiB.` };
    }
    const end = await fleet.submit({
      head: expression,
      body,
      timeoutMs: EVALUATION_TIMEOUT_MS,
      memoryMb: EVALUATION_MEMORY_MB,
      codeVersion: 0,
      onCall: () => Promise.reject(new Error('An expression has no api')),
      ...(signal && { signal }),
    });
    return end === undefined ? { status: 'unavailable' } : evaluatedOf(end);
  }

  return {
    check: createChecker(),
    evaluate,
    start: () => {
      fleet.start();
      return Promise.resolve();
    },
    stop: () => fleet.stop(),
  };
}

async function launch(env: NonNullable<ExpressionsDeps['env']>, onTrouble: ExpressionsDeps['onTrouble']) {
  const runtime = await prepareRuntime();
  return createFleet({
    main: runtime.main,
    thread: runtime.expressionThread,
    flags: runnerFlags({
      appDir: null,
      dataDir: null,
      readable: runtime.readable,
      nodeMajor: Number(process.versions.node.split('.')[0]),
    }),
    env: runnerEnv(env),
    runners: 1,
    slotsPerRunner: SLOTS,
    warmMemoryMb: EVALUATION_MEMORY_MB,
    ...(onTrouble && { onTrouble }),
  });
}

/** Undefined where JSONata has to be asked. */
function readDirectly(expression: string, inputJson: string): Evaluated | undefined {
  const names = plainPathOf(expression);
  if (names === null) return undefined;
  try {
    const json = readPlainPath(names, inputJson);
    if (json === undefined) return undefined;
    return json === null ? { status: 'nothing' } : { status: 'value', json };
  } catch (error) {
    return { status: 'failed', reason: tellFault(error) };
  }
}

function evaluatedOf({ failure, resultJson }: DoneEnd): Evaluated {
  if (failure === null) return resultJson === null ? { status: 'nothing' } : { status: 'value', json: resultJson };
  if (failure.error.code === 'canceled') return { status: 'unavailable' };
  return { status: 'failed', reason: reasonOf(failure) };
}

function reasonOf({ error }: Failure): string {
  switch (error.code) {
    case 'timeout':
      return `The expression ran longer than its ${EVALUATION_TIMEOUT_MS} ms.`;
    case 'out_of_memory':
      return `The expression needed more than its ${EVALUATION_MEMORY_MB} MB of memory.`;
    case 'exited':
      return 'The expression ended its process.';
    default:
      return error.message;
  }
}
