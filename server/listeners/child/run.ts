/** Runs one listener once: load, read, check, call, and put what it returned into JSON. */
import { type RunContext } from './context.ts';
import { createApi } from './api.ts';
import { failure } from './failure.ts';
import { parseEvent } from './event.ts';
import { jsonResult } from './result.ts';
import { loadListener } from './load.ts';
import { type RunHead } from './protocol.ts';

export async function runListener(head: RunHead, body: Uint8Array | null, context: RunContext): Promise<string | null> {
  const listener = loadListener.known(head.source) ?? (await loadListener(head.source));
  const props: unknown = JSON.parse(head.propsJson);
  const event = parseEvent(head.eventKind, body);
  if (listener.checks !== undefined) {
    const { props: propsFaults, event: eventFaults } = (await listener.checks)(props, event);
    if (propsFaults !== undefined) throw failure.refused('props_invalid', head.source, propsFaults);
    if (eventFaults !== undefined) throw failure.refused('event_invalid', head.source, eventFaults);
  }
  const returned = await listener.run(props, event, createApi(head, body, context));
  if (returned === undefined) return null;
  return jsonResult(returned, head.source);
}
