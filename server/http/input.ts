/** Reads what a request carries and checks it against the route's schemas, before any handler sees it. */
import type { IncomingMessage } from 'node:http';
import { parse as parseJson } from 'secure-json-parse';
import type { TSchema } from 'typebox';
import { AppError } from '../lib/errors.ts';
import { hasOverflow, scanJson } from '../lib/jsonDepth.ts';
import { createParser } from '../lib/schema.ts';
import type { ReadBody } from './body.ts';
import type { Route } from './route.ts';

export interface Input {
  readonly params: unknown;
  readonly query: unknown;
  readonly body: unknown;
}

export interface RawInput {
  readonly req: IncomingMessage;
  readonly params: Readonly<Record<string, unknown>>;
  readonly query: unknown;
}

/** The result reads one request, or throws the 4xx that says what is wrong with it. */
export function createInputReader(route: Route, { readBody }: { readonly readBody: ReadBody }) {
  // Compiled when the route is first called: all of them at once would hold up the start.
  const parseParams = parserOnDemand(route.params, 'path');
  const parseQuery = parserOnDemand(route.query, 'query');
  const parseBody = parserOnDemand(route.body, 'body');

  return async function readInput({ req, params, query }: RawInput): Promise<Input> {
    return {
      params: parseParams && parseOrNotFound(parseParams, params),
      query: parseQuery?.(query),
      body: parseBody?.(await readJson(req, readBody, route)),
    };
  };
}

type Parse = (value: unknown) => unknown;

function parserOnDemand(schema: TSchema | undefined, where: 'path' | 'query' | 'body'): Parse | undefined {
  if (schema === undefined) return undefined;
  let parse: Parse | undefined;
  return (value) => (parse ??= createParser(schema, where))(value);
}

/** An id of the wrong shape is an id that does not exist; saying more would tell shapes apart from absences. */
function parseOrNotFound(parse: Parse, params: unknown): unknown {
  try {
    return parse(params);
  } catch (error) {
    if (error instanceof AppError) throw new AppError('not_found', { cause: error });
    throw error;
  }
}

async function readJson(req: IncomingMessage, readBody: ReadBody, route: Route): Promise<unknown> {
  checkMediaType(req);
  const bytes = await readBody(req);
  if (bytes.length === 0 && route.bodyOptional === true) return {};
  if (bytes.length === 0) throw new AppError('malformed_json', { detail: 'The body is empty; JSON was expected.' });
  const { isAscii, mayOverflow } = scanJson(bytes);
  const text = isAscii ? bytes.toString('latin1') : decodeUtf8(bytes);
  const value = parseText(text, route.keepsAllKeys ?? false);
  if (mayOverflow && hasOverflow(value)) {
    throw new AppError('malformed_json', { detail: 'The body holds a number that is too large to be kept.' });
  }
  return value;
}

function parseText(text: string, keepsAllKeys: boolean): unknown {
  try {
    // Keys that could reach a prototype later on are no names the API knows, so they are dropped here; in a document they
    // are data, and a filter without them would ask for something else.
    const action = keepsAllKeys ? 'ignore' : 'remove';
    return parseJson(text, undefined, { protoAction: action, constructorAction: action });
  } catch (error) {
    const why = error instanceof Error ? ` ${error.message}.` : '';
    throw new AppError('malformed_json', { detail: `The body is no JSON.${why}`, cause: error });
  }
}

function checkMediaType(req: IncomingMessage): void {
  const type = req.headers['content-type'];
  if (type === undefined) return;
  const [media = '', ...parameters] = type.split(';').map((part) => part.trim().toLowerCase());
  const isJson = media === 'application/json' || /^application\/[\w.-]+\+json$/.test(media);
  const isUtf8 = parameters.every((each) => !each.startsWith('charset=') || /^charset="?utf-?8"?$/.test(each));
  if (!isJson || !isUtf8) {
    throw new AppError('unsupported_media_type', {
      detail: 'The body must be JSON in UTF-8, sent with "content-type: application/json".',
    });
  }
}

function decodeUtf8(bytes: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (error) {
    throw new AppError('malformed_body', { detail: 'The body is not valid UTF-8.', cause: error });
  }
}
