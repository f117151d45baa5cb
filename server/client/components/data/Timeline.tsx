/** What happened when: spans as bars in lanes over one axis, or events below one another. */
import type { ReactNode } from 'react';
import type { Timeline as TimelineNode, TimelineItem } from '../../../schemas/components/data/times.ts';
import { Show } from '../../render/Show.tsx';
import { useEvent, type EventHandle } from '../../render/useEvent.ts';
import { lookOf } from '../fact/statusLook.ts';
import { toneColour } from '../state/tones.ts';
import { msOf, scaleOf, spanText, type Bar, type Scale } from './timeScale.ts';
import css from './times.module.css';

export function Timeline({ node }: { readonly node: TimelineNode }): ReactNode {
  const select = useEvent(node.onSelect);
  const items = node.items ?? [];
  const spans = node.spans ?? [];
  if (items.length === 0 && spans.length === 0) return <div className={css.none}>Nothing happened yet</div>;
  return (
    <>
      {spans.length > 0 && <Spans node={node} scale={scaleOf(spans)} select={select} />}
      {items.length > 0 && (
        <ol className={css.events} aria-label={node.label}>
          {items.map((item, at) => (
            <Event key={item.id ?? `at-${at}`} item={item} select={select} isSelected={item.id === node.selected} />
          ))}
        </ol>
      )}
    </>
  );
}

interface SpansProps {
  readonly node: TimelineNode;
  readonly scale: Scale;
  readonly select: EventHandle;
}

function Spans({ node, scale, select }: SpansProps): ReactNode {
  const { fromMs, toMs } = scale;
  const length = toMs - fromMs;
  return (
    <div className={css.spans} role="group" aria-label={node.label ?? 'Timeline'}>
      <div className={css.axis} aria-hidden="true">
        {[0, 0.25, 0.5, 0.75].map((part) => (
          <span key={part} style={{ insetInlineStart: `${part * 100}%` }}>
            {part === 0 ? '0' : spanText(length * part)}
          </span>
        ))}
      </div>
      {scale.lanes.map((lane) => (
        <div key={lane.name} className={css.lane} role="group" aria-label={lane.name}>
          <div className={css.laneName} title={lane.name}>
            {lane.name}
          </div>
          <div className={css.track}>
            {lane.lines.map((line, at) => (
              <div key={at} className={css.trackLine}>
                {line.map((bar, place) => (
                  <SpanBar
                    key={bar.span.id}
                    bar={bar}
                    fromMs={fromMs}
                    toMs={toMs}
                    nextMs={line[place + 1]?.startMs ?? toMs}
                    select={select}
                    isSelected={bar.span.id === node.selected}
                  />
                ))}
              </div>
            ))}
          </div>
        </div>
      ))}
    </div>
  );
}

interface SpanBarProps {
  readonly bar: Bar;
  readonly fromMs: number;
  readonly toMs: number;
  /** When the next one of its line begins: until there its words have room. */
  readonly nextMs: number;
  readonly select: EventHandle;
  readonly isSelected: boolean;
}

function SpanBar(props: SpanBarProps): ReactNode {
  const { span, startMs, endMs = props.toMs } = props.bar;
  const { fromMs, toMs, nextMs, select, isSelected } = props;
  const isOpen = props.bar.endMs === undefined;
  const { tone, Icon } = lookOf(span.status);
  const share = (ms: number) => `${(ms / (toMs - fromMs)) * 100}%`;
  const what = span.text ?? span.kind ?? span.status ?? '';
  const took = isOpen ? '…' : spanText(endMs - startMs);
  const more = [span.status, `after ${spanText(startMs - fromMs)}`, isOpen ? 'still going on' : undefined];
  // The bar is a part of the room that its words may take.
  const roomMs = Math.max(nextMs - startMs, endMs - startMs, 1e-6);
  const inside = (
    <>
      <span
        className={css.fill}
        style={{ width: `${((endMs - startMs) / roomMs) * 100}%` }}
        data-open={isOpen || undefined}
      />
      <span className={css.barText}>
        <Icon size={14} aria-hidden />
        <span className={css.hidden}>{span.lane}: </span>
        {what} {took}
        <span className={css.hidden}>, {more.filter(Boolean).join(', ')}</span>
      </span>
    </>
  );
  const placed = {
    className: css.bar,
    style: { insetInlineStart: share(startMs - fromMs), width: share(roomMs), color: toneColour(tone) },
    title: `${what} ${took}, ${more.filter(Boolean).join(', ')}`,
  };
  return select.isThere ? (
    <button type="button" {...placed} aria-pressed={isSelected} onClick={() => void select.fire(span.id)}>
      {inside}
    </button>
  ) : (
    <div {...placed}>{inside}</div>
  );
}

interface EventProps {
  readonly item: TimelineItem;
  readonly select: EventHandle;
  readonly isSelected: boolean;
}

function Event({ item, select, isSelected }: EventProps): ReactNode {
  const { id, at, title, text, tone } = item;
  const canSelect = select.isThere && id !== undefined;
  return (
    <li className={css.event} style={{ color: toneColour(tone) }}>
      <div className={css.eventBody}>
        {canSelect ? (
          <button
            type="button"
            className={css.eventTitle}
            aria-pressed={isSelected}
            onClick={() => void select.fire(id)}
          >
            {title}
          </button>
        ) : (
          <div className={css.eventTitle}>{title}</div>
        )}
        {text !== undefined && <div className={css.eventText}>{text}</div>}
        {at !== undefined && <Moment at={at} />}
      </div>
    </li>
  );
}

function Moment({ at }: { readonly at: string | number }): ReactNode {
  const ms = msOf(at);
  if (!Number.isFinite(ms)) return <div className={css.eventText}>{at}</div>;
  return (
    <div className={css.eventText}>
      <Show node={{ _type: 'time', at: new Date(ms).toISOString(), mode: 'absolute' }} />
    </div>
  );
}
