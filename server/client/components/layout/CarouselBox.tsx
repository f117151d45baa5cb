/** Slides in a track that scrolls sideways: fingers, wheel, arrow keys and buttons all move it, and the track itself says where it is. */
import { IconChevronLeft, IconChevronRight, IconPlayerPause, IconPlayerPlay } from '@tabler/icons-react';
import { useEffect, useLayoutEffect, useRef, useState, type ReactNode } from 'react';
import type { Carousel } from '../../../schemas/components/layout.ts';
import { keysOf, Show } from '../../render/Show.tsx';
import css from './carousel.module.css';

const wantsStillness = () => globalThis.matchMedia('(prefers-reduced-motion: reduce)').matches;

export function CarouselBox({ node }: { readonly node: Carousel }): ReactNode {
  const { children, options = {} } = node;
  const { track, page, goTo } = useTrack(options.initialPage ?? 0);
  const [isHeld, setHeld] = useState(false);
  const [isPlaying, setPlaying] = useState(options.autoPlay === true && !wantsStillness());
  const count = children.length;
  const keys = keysOf(children);
  useTurning(isPlaying && !isHeld && count > 1, options.autoPlayInterval ?? 6_000, () => goTo((page + 1) % count));

  return (
    <div
      className={css.carousel}
      role="group"
      aria-roledescription="carousel"
      aria-label={node.label ?? 'Slides'}
      onPointerEnter={() => setHeld(true)}
      onPointerLeave={() => setHeld(false)}
      onFocus={() => setHeld(true)}
      onBlur={() => setHeld(false)}
    >
      <div
        ref={track}
        className={css.track}
        tabIndex={0}
        role="group"
        aria-label="Slides"
        style={{ height: options.height, aspectRatio: options.aspectRatio }}
      >
        {children.map((child, index) => (
          <div
            key={keys[index]}
            className={css.slide}
            inert={index !== page}
            role="group"
            aria-label={`${index + 1} of ${count}`}
          >
            <Show node={child} />
          </div>
        ))}
      </div>
      {count > 1 && (
        <div className={css.foot}>
          <Turn text="Previous" isOff={page === 0} onPress={() => goTo(page - 1)} Icon={IconChevronLeft} />
          <span aria-live={isPlaying ? 'off' : 'polite'}>
            {page + 1} of {count}
          </span>
          <Turn text="Next" isOff={page === count - 1} onPress={() => goTo(page + 1)} Icon={IconChevronRight} />
          {options.autoPlay === true && (
            <Turn
              text={isPlaying ? 'Stop moving' : 'Move by itself'}
              isOff={false}
              onPress={() => setPlaying(!isPlaying)}
              Icon={isPlaying ? IconPlayerPause : IconPlayerPlay}
            />
          )}
        </div>
      )}
    </div>
  );
}

interface TurnProps {
  readonly text: string;
  readonly isOff: boolean;
  readonly onPress: () => void;
  readonly Icon: typeof IconChevronLeft;
}

function Turn({ text, isOff, onPress, Icon }: TurnProps): ReactNode {
  return (
    <button type="button" className={css.turn} aria-label={text} title={text} disabled={isOff} onClick={onPress}>
      <Icon size={18} aria-hidden />
    </button>
  );
}

function useTrack(initial: number) {
  const track = useRef<HTMLDivElement>(null);
  const [page, setPage] = useState(initial);
  const start = useRef(initial);

  useLayoutEffect(() => {
    const element = track.current;
    if (element === null) return;
    element.scrollLeft = start.current * element.clientWidth;
    const moved = () => setPage(Math.round(element.scrollLeft / Math.max(1, element.clientWidth)));
    moved();
    element.addEventListener('scroll', moved, { passive: true });
    return () => element.removeEventListener('scroll', moved);
  }, []);

  const goTo = (next: number) => {
    const element = track.current;
    element?.scrollTo({ left: next * element.clientWidth, behavior: wantsStillness() ? 'instant' : 'smooth' });
  };
  return { track, page, goTo };
}

function useTurning(isOn: boolean, intervalMs: number, turn: () => void): void {
  const latest = useRef(turn);
  useEffect(() => {
    latest.current = turn;
  });
  useEffect(() => {
    if (!isOn) return;
    const timer = setInterval(() => latest.current(), intervalMs);
    return () => clearInterval(timer);
  }, [isOn, intervalMs]);
}
