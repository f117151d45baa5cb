/** A server on a free port that keeps what it is sent and answers as it is told: the outside, in tests. */
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { until } from './until.ts';

export interface Received {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
  readonly text: string;
  readonly atMs: number;
}

export interface Receiver {
  readonly url: string;
  readonly received: readonly Received[];
  /** What was sent to the path, once it is that many. */
  readonly waitFor: (count: number, path?: string) => Promise<readonly Received[]>;
  readonly close: () => Promise<void>;
}

export type AnswerWith = (request: Received, response: ServerResponse, nth: number) => void;

export async function startReceiver(
  answer: AnswerWith = (_request, response) => void response.end('ok'),
): Promise<Receiver> {
  const received: Received[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const body = Buffer.concat(chunks);
      const { method = '', url = '', headers } = request;
      const taken = { method, path: url, headers, body, text: body.toString('utf8'), atMs: Date.now() };
      received.push(taken);
      answer(taken, response, received.length);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const at = (path: string | undefined): Received[] =>
    received.filter((one) => path === undefined || one.path === path);
  return {
    url: `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`,
    received,
    waitFor: (count, path) =>
      until(`${String(count)} requests to ${path ?? 'the receiver'}`, () => at(path).length >= count && at(path)),
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
