/**
 * One request and its response over undici. The deadline covers everything from the lookup to the last byte, because
 * undici's own timers start afresh with every byte and a receiver that trickles would hold a slot for ever.
 */
import type { Socket } from 'node:net';
import type { Dispatcher } from 'undici';
import type { EgressRequest, EgressResponse } from '../egress.ts';
import type { ConnectTimings } from './connect.ts';
import { EgressError, type EgressTimings } from './errors.ts';
import type { Target } from './target.ts';
import { egressErrorOf } from './translate.ts';

/** How an exchange learns on which socket it travels. */
export interface SocketWatch {
  /** To be called while undici writes the request; the callback gets the socket right after. */
  readonly onNextWrite: (tell: (socket: Socket, fresh: ConnectTimings | undefined) => void) => void;
}

export interface ExchangeDeps {
  readonly dispatcher: Dispatcher;
  readonly sockets: SocketWatch;
}

export function runExchange(deps: ExchangeDeps, target: Target, request: EgressRequest): Promise<EgressResponse> {
  return new Promise((resolve, reject) => {
    new Exchange(deps.sockets, request, resolve, reject).start(deps.dispatcher, target);
  });
}

/** Waits for a connection, is written, gets its head, gets its body, and settles once: at the end or at any fault. */
class Exchange implements Dispatcher.DispatchHandler {
  readonly #sockets: SocketWatch;
  readonly #request: EgressRequest;
  readonly #resolve: (response: EgressResponse) => void;
  readonly #reject: (error: EgressError) => void;

  readonly #startedAt = performance.now();
  #connection: ConnectTimings = { dnsMs: null, connectMs: null, tlsMs: null };
  #remoteAddress: string | null = null;
  #firstByteMs: number | null = null;
  #status: number | undefined;
  #headers: Readonly<Record<string, string>> = {};
  readonly #chunks: Uint8Array[] = [];
  #keptBytes = 0;

  #timer: NodeJS.Timeout | undefined;
  #controller: Dispatcher.DispatchController | undefined;
  #isSettled = false;

  constructor(
    sockets: SocketWatch,
    request: EgressRequest,
    resolve: (response: EgressResponse) => void,
    reject: (error: EgressError) => void,
  ) {
    this.#sockets = sockets;
    this.#request = request;
    this.#resolve = resolve;
    this.#reject = reject;
  }

  start(dispatcher: Dispatcher, { url }: Target): void {
    const { method = 'GET', headers = {}, body = null, timeoutMs, signal } = this.#request;
    if (signal?.aborted === true) {
      this.#callOff();
      return;
    }
    signal?.addEventListener('abort', this.#callOff);
    this.#timer = setTimeout(() => {
      this.#fail(new EgressError('timeout', `No complete response within ${timeoutMs} ms`));
    }, timeoutMs);
    try {
      const path = url.pathname + url.search;
      dispatcher.dispatch({ origin: url.origin, path, method: method, headers, body }, this);
    } catch (error) {
      this.#fail(egressErrorOf(error));
    }
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    if (this.#isSettled) {
      controller.abort(new EgressError('timeout', 'The time was up before a connection was free'));
      return;
    }
    this.#sockets.onNextWrite((socket, fresh) => {
      this.#remoteAddress = socket.remoteAddress ?? null;
      if (fresh !== undefined) this.#connection = fresh;
    });
  }

  onResponseStart(_: Dispatcher.DispatchController, status: number, headers: ReceivedHeaders): void {
    if (status < 200) return; // 100 Continue, 103 Early Hints: the answer is still to come
    this.#firstByteMs = performance.now() - this.#startedAt;
    this.#status = status;
    this.#headers = flatten(headers);
  }

  onResponseData(_: Dispatcher.DispatchController, chunk: Uint8Array): void {
    if (this.#isSettled) return;
    const { maxResponseBytes, tooLarge = 'fail' } = this.#request;
    const room = maxResponseBytes - this.#keptBytes;
    const kept = chunk.length <= room ? chunk : chunk.subarray(0, room);
    this.#chunks.push(kept);
    this.#keptBytes += kept.length;
    if (kept === chunk) return;
    const error = new EgressError('response_too_large', `The response is longer than ${maxResponseBytes} bytes`);
    if (tooLarge === 'fail') this.#fail(error);
    else {
      this.#succeed(true);
      this.#controller?.abort(error);
    }
  }

  onResponseEnd(): void {
    this.#succeed(false);
  }

  onResponseError(_: Dispatcher.DispatchController, error: Error): void {
    this.#fail(egressErrorOf(error));
  }

  readonly #callOff = (): void => {
    this.#fail(new EgressError('aborted', 'The request was called off', { cause: this.#request.signal?.reason }));
  };

  #succeed(isCut: boolean): void {
    if (this.#isSettled) return;
    this.#settle();
    this.#resolve({
      status: this.#status ?? 0,
      headers: this.#headers,
      body: Buffer.concat(this.#chunks),
      isCut,
      remoteAddress: this.#remoteAddress,
      timings: this.#timings(),
    });
  }

  #fail(error: EgressError): void {
    if (this.#isSettled) return;
    this.#settle();
    // A connection that failed reports how far it came.
    if (error.timings !== undefined) this.#connection = error.timings;
    const status = this.#status === undefined ? {} : { status: this.#status };
    this.#reject(
      new EgressError(error.code, error.message, { cause: error.cause, timings: this.#timings(), ...status }),
    );
    this.#controller?.abort(error);
  }

  #settle(): void {
    this.#isSettled = true;
    clearTimeout(this.#timer);
    this.#request.signal?.removeEventListener('abort', this.#callOff);
  }

  #timings(): EgressTimings {
    const { dnsMs, connectMs, tlsMs } = this.#connection;
    return { dnsMs, connectMs, tlsMs, firstByteMs: this.#firstByteMs, totalMs: performance.now() - this.#startedAt };
  }
}

type ReceivedHeaders = Readonly<Record<string, string | string[] | undefined>>;

function flatten(headers: ReceivedHeaders): Record<string, string> {
  const flat = Object.entries(headers)
    .filter(([name]) => name !== '__proto__')
    .map(([name, value]) => [name, Array.isArray(value) ? value.join(', ') : (value ?? '')] as const);
  return Object.fromEntries(flat);
}
