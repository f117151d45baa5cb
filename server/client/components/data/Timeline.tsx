/** What happened when: spans as bars in lanes over one axis, or events below one another. */
import type { CSSProperties, ReactNode } from 'react';
import type { Timeline as TimelineNode, TimelineItem } from '../../../schemas/components/data/times.ts';
import { Show } from '../../render/Show.tsx';
import { useEvent, type EventHandle } from '../../render/useEvent.ts';
import { lookOf, toneColour } from '../state/tones.ts';
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
                {line.map((bar) => (
                  <SpanBar
                    key={bar.span.id}
                    bar={bar}
                    fromMs={fromMs}
                    toMs={toMs}
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
  readonly select: EventHandle;
  readonly isSelected: boolean;
}

function SpanBar({ bar: { span, startMs, endMs }, fromMs, toMs, select, isSelected }: SpanBarProps): ReactNode {
  const { tone, icon: Icon } = lookOf(span.status);
  const share = (ms: number) => `${((ms - fromMs) / (toMs - fromMs)) * 100}%`;
  const width = `${(((endMs ?? toMs) - startMs) / (toMs - fromMs)) * 100}%`;
  const took = endMs === undefined ? 'still going on' : spanText(endMs - startMs);
  const what = span.text ?? span.kind ?? span.status ?? '';
  const words = [
    span.lane,
    what,
    span.text === undefined ? undefined : span.status,
    `after ${spanText(startMs - fromMs)}`,
    took,
  ];
  const name = words.filter(Boolean).join(', ');
  const style: CSSProperties = { insetInlineStart: share(startMs), width, color: toneColour(tone) };
  const inside = (
    <>
      <span className={css.fill} data-open={endMs === undefined || undefined} />
      <span className={css.barText}>
        <Icon size={14} aria-hidden /> {what} <span className={css.took}>{endMs === undefined ? '…' : took}</span>
      </span>
    </>
  );
  return select.isThere ? (
    <button
      type="button"
      className={css.bar}
      style={style}
      aria-label={name}
      aria-pressed={isSelected}
      title={name}
      onClick={() => void select.fire(span.id)}
    >
      {inside}
    </button>
  ) : (
    <div className={css.bar} style={style} role="img" aria-label={name} title={name}>
      {inside}
    </div>
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
      <Show node={{ _type: 'time', at: new Date(ms).toISOString() }} />
    </div>
  );
}
