import type { EpochMs } from '../time.ts';
import type { Restriction, Span } from './schedule.ts';
import { DAY_MS, type WallMs, type ZoneClock } from './zone.ts';

/** 1970-01-05 was a Monday. */
const FIRST_MONDAY: WallMs = 4 * DAY_MS;

/** A restriction as what it is on the wall clock: `lengthMs` from `first` on, and again every `periodMs`. */
interface Recurrence {
  readonly first: WallMs;
  readonly periodMs: number;
  readonly lengthMs: number;
}

function recurrence(restriction: Restriction): Recurrence {
  const weekly = restriction.kind === 'weekly';
  const periodMs = weekly ? 7 * DAY_MS : DAY_MS;
  const dayMs = weekly ? FIRST_MONDAY + (restriction.day - 1) * DAY_MS : 0;
  return {
    first: dayMs + restriction.startSeconds * 1_000,
    periodMs,
    lengthMs: Math.min(restriction.durationSeconds * 1_000, periodMs),
  };
}

/** True in any of the restrictions, and always where there are none. */
export function isWithin(restrictions: readonly Restriction[], clock: ZoneClock, at: EpochMs): boolean {
  if (restrictions.length === 0) return true;
  const wall = clock.latestShown(at);
  return restrictions.map(recurrence).some(({ first, periodMs, lengthMs }) => {
    const sinceFirst = wall - first;
    return sinceFirst - Math.floor(sinceFirst / periodMs) * periodMs < lengthMs;
  });
}

function* occurrences({ first, periodMs, lengthMs }: Recurrence, clock: ZoneClock, within: Span): Generator<Span> {
  // None is longer than its period, so the last one begun is the only one that can be running.
  const begun = Math.floor((clock.latestShown(within.from) - first) / periodMs);
  for (let begin = first + begun * periodMs; ; begin += periodMs) {
    const from = Math.max(within.from, clock.firstReaching(begin));
    if (from >= within.to) return;
    const to = Math.min(within.to, clock.firstReaching(begin + lengthMs));
    if (from < to) yield { from, to };
  }
}

/** The times within a span that the restrictions leave, in order and apart from each other. */
export function windows(restrictions: readonly Restriction[], clock: ZoneClock, within: Span): Span[] {
  if (within.from >= within.to) return [];
  if (restrictions.length === 0) return [within];
  const all = restrictions.flatMap((restriction) => [...occurrences(recurrence(restriction), clock, within)]);
  const joined: Span[] = [];
  for (const next of all.sort((a, b) => a.from - b.from)) {
    const last = joined.at(-1);
    if (last && next.from <= last.to) joined[joined.length - 1] = { from: last.from, to: Math.max(last.to, next.to) };
    else joined.push(next);
  }
  return joined;
}
