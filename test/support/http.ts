/**
 * HTTP as a test wants it: every header exactly as given, repeated ones included, and bodies of any bytes. The web's
 * `fetch` joins repeated headers, sets some of its own and refuses others.
 */
import { request } from 'node:http';

/** A list sends the header once for each value, whatever the header. */
export type SentHeaders = Readonly<Record<string, string | number | readonly string[] | undefined>>;

export interface SendOptions {
  readonly method?: string;
  readonly headers?: SentHeaders;
  readonly body?: string | Uint8Array;
}

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly text: string;
  /** The body parsed; undefined where it is no JSON. */
  readonly body: any;
}

/** Sends a request, POST unless told otherwise, and reads the whole answer. */
export function send(url: string, { method = 'POST', headers = {}, body }: SendOptions = {}): Promise<Answer> {
  const bytes = body === undefined ? undefined : Buffer.from(body);
  return new Promise((resolve, reject) => {
    const length = bytes === undefined ? {} : { 'content-length': bytes.length };
    const req = request(url, { method, headers: { ...length, ...headers } }, (res) => {
      const chunks: Buffer[] = [];
      res.on('data', (chunk: Buffer) => chunks.push(chunk));
      res.on('error', reject);
      res.on('end', () => {
        const text = Buffer.concat(chunks).toString();
        resolve({
          status: res.statusCode ?? 0,
          headers: res.headers as Answer['headers'],
          text,
          body: text !== '' && (res.headers['content-type'] ?? '').includes('json') ? JSON.parse(text) : undefined,
        });
      });
    });
    req.on('error', reject);
    req.end(bytes);
  });
}

/** The options that send a value as JSON. */
export function asJson(value: unknown, headers: SentHeaders = {}): SendOptions {
  return { headers: { 'content-type': 'application/json', ...headers }, body: JSON.stringify(value) };
}
