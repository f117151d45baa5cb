/** What every format is: an event, and what stands for its data, become the bytes of a body and what describes them. */
import type { Event } from '../../../schemas/event.ts';
import type { Json } from '../../../schemas/json.ts';

export interface FormatInput {
  readonly event: Event;
  /** The event's data, or what the transform made. */
  readonly data: Json;
}

export interface Content {
  readonly contentType: string;
  readonly body: Uint8Array;
  /** More headers that belong to the format; lower-case names. */
  readonly headers?: Readonly<Record<string, string>>;
}

export type Format = (input: FormatInput) => Content;

/** JSON without a space, its members in the order they were written in. */
export function jsonContent(value: unknown, contentType = 'application/json'): Content {
  return { contentType, body: Buffer.from(JSON.stringify(value)) };
}
