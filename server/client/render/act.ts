/** Does what an event value says: the decision behind useEvent, without React. */
import type { Action, EventValue } from '../../schemas/components/base.ts';
import type { Json } from '../../schemas/json.ts';
import type { Host, Outcome } from './host.ts';

const done: Outcome = { ok: true };

/** `isTyping`: the value is not finished, so the step back in history must not lead through each letter. */
export async function act(event: EventValue, value: Json | undefined, host: Host, isTyping: boolean): Promise<Outcome> {
  if (event._type === 'action') return perform(event, value, host, isTyping);
  if (!('code' in event)) return failed('unbound', 'This listener has no code', 'It was not rendered by the server.');
  return host.run(event.code, value === undefined ? {} : { value });
}

async function perform(action: Action, value: Json | undefined, host: Host, isTyping: boolean): Promise<Outcome> {
  switch (action.action) {
    case 'navigate':
      host.navigate(action.to, action.replace);
      return done;
    case 'set_query':
      host.setQuery(queryOf(action.query, value), action.replace ?? isTyping);
      return done;
    case 'open':
      host.overlays.open(action.target);
      return done;
    case 'close':
      host.overlays.close(action.target);
      return done;
    case 'copy':
      if (await host.copy(action.text)) return done;
      return failed('copy_refused', 'Not copied', 'The browser does not let this page use the clipboard.');
    case 'toast':
      host.toast(action.text, action.tone);
      return done;
    case 'download':
      host.download(action.name, action.text);
      return done;
  }
}

/** Puts the event's value where `$value` stands, as a whole; an empty one takes the member away. */
export function queryOf(
  query: Readonly<Record<string, string | null>>,
  value: Json | undefined,
): Readonly<Record<string, string | null>> {
  return Object.fromEntries(
    Object.entries(query).map(([name, given]) => [name, given === '$value' ? textOf(value) : given]),
  );
}

function textOf(value: Json | undefined): string | null {
  if (value === undefined || value === null || value === '' || value === false) return null;
  if (Array.isArray(value))
    return value.length === 0 ? null : value.map((each) => textOf(each as Json) ?? '').join(',');
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

const failed = (code: string, title: string, detail: string): Outcome => ({
  ok: false,
  failure: { code, title, detail },
});
