/** How much memory a process holds, seen from outside: listeners' Buffers escape every limit V8 keeps. */
import { readFileSync } from 'node:fs';

const PAGE_BYTES = 4_096;

/** Undefined where the system does not tell cheaply; runners report it themselves there. */
export function residentBytes(pid: number): number | undefined {
  if (process.platform !== 'linux') return undefined;
  try {
    const [, pages] = readFileSync(`/proc/${pid}/statm`, 'latin1').split(' ');
    return Number(pages) * PAGE_BYTES;
  } catch {
    return undefined;
  }
}

/** What a runner holds before any listener does: the program, and each thread it may start. */
const BASE_MB = 112;
const THREAD_MB = 24;
/** Listeners seldom need all they may at the same moment; more than this many full ones at once count as too much. */
const FULL_AT_ONCE = 3;
const MB = 1024 * 1024;

/**
 * What a process may hold while those jobs go on. `restingBytes` is what it held when last nothing went on for long:
 * the modules that listeners have loaded count to nobody.
 */
export function limitBytes(memoriesMb: readonly number[], threads: number, restingBytes: number): number {
  const full = Math.max(1, Math.min(memoriesMb.length, FULL_AT_ONCE));
  const resting = Math.max((BASE_MB + THREAD_MB * threads) * MB, restingBytes);
  return resting + Math.max(0, ...memoriesMb) * full * MB;
}

/** From here on a process that rests is replaced: no thread may hold this much of its heap, so something piled up. */
export function restingLimitBytes(memoriesMb: readonly number[], threads: number): number {
  return (BASE_MB + threads * Math.max(0, ...memoriesMb)) * MB;
}
