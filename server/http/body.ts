/**
 * Reads a request's body whole, within bounds: of one body, counted after inflation, and of all bodies that are being
 * read at the same time.
 */
import type { IncomingMessage } from 'node:http';
import { promisify } from 'node:util';
import { brotliDecompress, gunzip, inflate } from 'node:zlib';
import { AppError } from '../lib/errors.ts';

export interface BodyReaderOptions {
  readonly limitBytes: number;
  /** For all requests together. */
  readonly totalLimitBytes?: number;
}

export type ReadBody = (req: IncomingMessage) => Promise<Buffer>;

const DEFAULT_TOTAL_BYTES = 256 * 1024 * 1024;
const EMPTY = Buffer.alloc(0);

const inflaters = { gzip: promisify(gunzip), deflate: promisify(inflate), br: promisify(brotliDecompress) };

export function createBodyReader({ limitBytes, totalLimitBytes = DEFAULT_TOTAL_BYTES }: BodyReaderOptions): ReadBody {
  let heldBytes = 0;

  return async function readBody(req) {
    const declared = req.headers['content-length'];
    if (declared === undefined && req.headers['transfer-encoding'] === undefined) return EMPTY;
    if (Number(declared) > limitBytes) throw tooLarge(limitBytes);
    const coding = codingOf(req);
    if (heldBytes > totalLimitBytes) {
      throw new AppError('overloaded', { detail: 'Too many bodies are being received at once.', retryAfterS: 1 });
    }
    const raw = await collect(req, limitBytes, (bytes) => (heldBytes += bytes));
    return coding === undefined || raw.length === 0 ? raw : decode(raw, coding, limitBytes);
  };
}

function collect(req: IncomingMessage, limitBytes: number, count: (bytes: number) => void): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let length = 0;
    let isOver = false;
    const end = (settle: () => void): void => {
      if (isOver) return;
      isOver = true;
      count(-length);
      settle();
    };
    req.on('data', (chunk: Buffer) => {
      if (isOver) return;
      length += chunk.length;
      count(chunk.length);
      chunks.push(chunk);
      if (length > limitBytes) end(() => reject(tooLarge(limitBytes)));
    });
    req.on('end', () => end(() => resolve(chunks.length === 1 ? (chunks[0] ?? EMPTY) : Buffer.concat(chunks, length))));
    req.on('close', () => end(() => reject(new AppError('malformed_body', { detail: 'The body ended early.' }))));
    req.on('error', (cause) =>
      end(() => reject(new AppError('malformed_body', { detail: 'The body ended early.', cause }))),
    );
  });
}

function codingOf(req: IncomingMessage): keyof typeof inflaters | undefined {
  const coding = req.headers['content-encoding']?.trim().toLowerCase();
  if (coding === undefined || coding === '' || coding === 'identity') return undefined;
  if (coding === 'gzip' || coding === 'deflate' || coding === 'br') return coding;
  throw new AppError('unsupported_media_type', {
    detail: `Content-Encoding: expected one of gzip, deflate or br, found '${coding.slice(0, 60)}'.`,
  });
}

async function decode(raw: Buffer, coding: keyof typeof inflaters, limitBytes: number): Promise<Buffer> {
  try {
    return await inflaters[coding](raw, { maxOutputLength: limitBytes });
  } catch (error) {
    if (error instanceof RangeError) throw tooLarge(limitBytes);
    throw new AppError('malformed_body', { detail: `The body is not valid ${coding}.`, cause: error });
  }
}

function tooLarge(limitBytes: number): AppError {
  return new AppError('body_too_large', { detail: `A body may have at most ${limitBytes} bytes, after inflation.` });
}
