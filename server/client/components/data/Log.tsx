/** Lines as they come: at the end while the end is in sight; a reader further up is left where they are. */
import { Button } from '@mantine/core';
import { IconArrowDown } from '@tabler/icons-react';
import { memo, useLayoutEffect, useRef, useState, type ReactNode } from 'react';
import type { Log as LogNode, LogLine } from '../../../schemas/components/data/values.ts';
import { Copy } from '../state/Copy.tsx';
import css from './log.module.css';

/** Nearer to the end than this counts as being there. */
const NEAR_PX = 24;
/** Earlier ones are left out until they are asked for. */
const SHOWN = 1_000;

export function Log({ node }: { readonly node: LogNode }): ReactNode {
  const { lines } = node;
  const box = useRef<HTMLDivElement>(null);
  const isAtEnd = useRef(node.follow ?? true);
  const [seen, setSeen] = useState(lines.length);
  const [shown, setShown] = useState(SHOWN);
  const first = Math.max(0, lines.length - shown);
  const unseen = Math.max(0, lines.length - seen);

  useLayoutEffect(() => {
    const element = box.current;
    if (element === null || !isAtEnd.current) return;
    element.scrollTop = element.scrollHeight;
    setSeen(lines.length);
  }, [lines.length]);

  const onScroll = () => {
    const element = box.current;
    if (element === null) return;
    isAtEnd.current = element.scrollHeight - element.scrollTop - element.clientHeight < NEAR_PX;
    if (isAtEnd.current) setSeen(lines.length);
  };
  const toEnd = () => {
    if (box.current !== null) box.current.scrollTop = box.current.scrollHeight;
  };
  const label = node.label ?? 'Log';
  return (
    <div className={css.log}>
      <div className={css.bar}>
        <span>{lines.length === 1 ? '1 line' : `${lines.length} lines`}</span>
        {unseen > 0 && (
          <Button size="compact-sm" radius="xl" leftSection={<IconArrowDown size={14} />} onClick={toEnd} data-pill>
            {unseen} new
          </Button>
        )}
        <span className={css.right}>
          <Copy what="all lines" text={() => lines.map(textOf).join('\n')} />
        </span>
      </div>
      <div
        ref={box}
        className={css.lines}
        data-height={node.height ?? 'medium'}
        role="log"
        aria-live="off"
        aria-label={label}
        tabIndex={0}
        onScroll={onScroll}
      >
        {lines.length === 0 && <div className={css.none}>No lines yet</div>}
        {first > 0 && (
          <button type="button" className={css.earlier} onClick={() => setShown((was) => was + SHOWN)}>
            Show {Math.min(first, SHOWN)} earlier lines
          </button>
        )}
        {lines.slice(first).map((line, at) => (
          <Line key={first + at} line={line} />
        ))}
      </div>
    </div>
  );
}

const Line = memo(function Line({ line }: { readonly line: LogLine }): ReactNode {
  const { at, level, text } = line;
  return (
    <div className={css.line} data-level={level}>
      {at !== undefined && <time dateTime={at}>{clockOf(at)}</time>}
      {level !== undefined && <span className={css.level}>{level}</span>}
      <span className={css.text}>{text}</span>
    </div>
  );
});

const clock = new Intl.DateTimeFormat(undefined, {
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  fractionalSecondDigits: 3,
  hour12: false,
});

function clockOf(at: string): string {
  const moment = new Date(at);
  return Number.isNaN(moment.getTime()) ? at : clock.format(moment);
}

const textOf = ({ at, level, text }: LogLine) => [at, level, text].filter((part) => part !== undefined).join(' ');
