/** What a draft of a rule would make of one event, and whether the stored rule would have done otherwise. */
import type { Render, Rendered } from '../deliveries/sending/render.ts';
import { isSecretHeader } from '../lib/secretHeaders.ts';
import type { Event } from '../schemas/event.ts';
import type { Json } from '../schemas/json.ts';
import { REDACTED } from '../schemas/rule.ts';
import type { FailedClause, PreviewRequest, PreviewResult } from '../schemas/rulePreview.ts';
import type { Clause } from './clause.ts';
import { curlOf } from './curl.ts';
import type { Filter } from './filter.ts';
import { findPattern } from './patterns.ts';
import type { ReadyRule } from './ready.ts';

export interface DraftRule {
  readonly rule: ReadyRule;
  readonly filter: Filter;
}

export interface PreviewEventDeps {
  readonly draft: DraftRule;
  /** The stored rule, when the draft is a change of it. */
  readonly before: ReadyRule | null;
  readonly render: Render;
  readonly nowMs: number;
  /** Ends all transforms of the preview. */
  readonly signal: AbortSignal;
}

export interface PreviewedEvent {
  readonly result: PreviewResult;
  readonly change: 'more' | 'fewer' | 'none';
}

/** Characters of bodies that one preview shows; beyond them, results only say that they match. */
const MAX_SHOWN = 4 * 1024 * 1024;
/** Of a value that did not fit: enough to see what it is. */
const MAX_FOUND_CHARS = 500;

export function createPreviewEvent({ draft, before, render, nowMs, signal }: PreviewEventDeps) {
  const { rule, filter } = draft;
  let shown = 0;

  return async function previewEvent(event: Event): Promise<PreviewedEvent> {
    const match = matchOf(event);
    if (!match.matched) return { result: match, change: await changeOf(event, false, 'unmatched') };
    const rendered = await render(rule, event, { nowMs, signal });
    return { result: { ...match, ...show(rendered) }, change: await changeOf(event, true, rendered.status) };
  };

  function matchOf(event: Event): PreviewResult {
    const { id, type, occurred_at } = event;
    const pattern = findPattern(rule.events, type) ?? null;
    const clauses = pattern === null ? [] : filter.explain(event);
    const failed = clauses.filter(({ passed }) => !passed).map(viewClause);
    const reason = pattern === null ? 'No pattern takes this type.' : 'The filter does not let it pass.';
    const matched = pattern !== null && failed.length === 0;
    return {
      event: { id, type, occurred_at },
      matched,
      pattern,
      failed_clauses: failed,
      outcome: 'unmatched',
      reason: matched ? null : reason,
      request: null,
      run: null,
    };
  }

  function show(rendered: Rendered): Pick<PreviewResult, 'outcome'> & Partial<PreviewResult> {
    switch (rendered.status) {
      case 'dropped':
        return { outcome: 'dropped', reason: 'The transform gave nothing, so nothing would be sent.' };
      case 'failed':
        return { outcome: 'failed', reason: rendered.reason };
      case 'unavailable':
        return { outcome: 'skipped', reason: 'There was no time left to run the transform.' };
      case 'ready':
      case 'listener':
        break;
    }
    shown += rendered.body.length;
    const body = Buffer.from(rendered.body).toString('utf8');
    if (shown > MAX_SHOWN) return { outcome: 'skipped', reason: 'The answer is full.' };
    return {
      outcome: 'sent',
      ...(rendered.status === 'ready' ? { request: viewRequest(rendered, body) } : { run: viewRun(body) }),
    };
  }

  function viewRequest({ method, url, headers }: Extract<Rendered, { status: 'ready' }>, body: string): PreviewRequest {
    const custom = rule.target.type === 'url' ? Object.keys(rule.target.headers) : [];
    const hidden = new Set(custom.filter(isSecretHeader).map((name) => name.toLowerCase()));
    const seen = Object.fromEntries(
      Object.entries(headers).map(([name, value]) => [name, hidden.has(name.toLowerCase()) ? REDACTED : value]),
    );
    return { method, url, headers: seen, body, curl: curlOf({ method, url, headers: seen, body }) };
  }

  function viewRun(event: string): PreviewResult['run'] {
    if (rule.target.type !== 'listener') return null;
    return { action: rule.target.action, props: JSON.parse(rule.target.propsJson) as Json, event };
  }

  async function changeOf(
    event: Event,
    matched: boolean,
    status: Rendered['status'] | 'unmatched',
  ): Promise<PreviewedEvent['change']> {
    if (before === null) return 'none';
    const isSent = wouldSend(status);
    const wasSent = await wasSentBefore(before, event, matched ? isSent : undefined);
    // Of what there was no time to find out, nothing is claimed.
    if (isSent === undefined || wasSent === undefined || isSent === wasSent) return 'none';
    return isSent ? 'more' : 'fewer';
  }

  /** `now`: what the draft does with an event that it takes. */
  async function wasSentBefore(
    stored: ReadyRule,
    event: Event,
    now: boolean | undefined,
  ): Promise<boolean | undefined> {
    if (findPattern(stored.events, event.type) === undefined || !stored.passes(event)) return false;
    if (stored.transform === null) return true;
    if (stored.transform === rule.transform && now !== undefined) return now;
    return wouldSend((await render(stored, event, { nowMs, signal })).status);
  }
}

function viewClause({ path, operators, expected, found, note }: Clause): FailedClause {
  return {
    path,
    operators: [...operators],
    expected,
    ...(found !== undefined && { found: shorten(found) }),
    ...(note !== undefined && { note }),
  };
}

function shorten(value: Json): Json {
  const text = JSON.stringify(value);
  return text.length <= MAX_FOUND_CHARS ? value : `${text.slice(0, MAX_FOUND_CHARS)}…`;
}

/** Undefined where nobody knows. */
function wouldSend(status: Rendered['status'] | 'unmatched'): boolean | undefined {
  return status === 'unavailable' ? undefined : status === 'ready' || status === 'listener';
}
