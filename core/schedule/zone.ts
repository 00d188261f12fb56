import { Temporal } from 'temporal-polyfill';
import type { EpochMs } from '../time.ts';

/** A reading of the wall clock, without a zone: the epoch milliseconds that it would be in UTC. */
export type WallMs = number;

export const DAY_MS = 86_400_000;

/**
 * A zone's clock for whole milliseconds. Both functions rest on one idea that makes daylight saving harmless: the latest reading
 * that the wall clock has shown *so far*. It never runs backwards; in a gap it leaps, in a fold it stands still.
 *
 * So a wall-clock time in a gap is reached at the first instant after the gap, and one that a fold shows twice at the first showing.
 */
export interface ZoneClock {
  /** What the wall clock shows at `at`. */
  readonly shown: (at: EpochMs) => WallMs;
  /** The latest reading shown up to and including `at`. Never decreases. */
  readonly latestShown: (at: EpochMs) => WallMs;
  /** The first instant at which the clock shows `wall` or later: `firstReaching(w) <= t` exactly when `w <= latestShown(t)`. */
  readonly firstReaching: (wall: WallMs) => EpochMs;
}

/** A time of one offset from UTC; it begins where the one before it ends. */
interface Stretch {
  readonly end: EpochMs;
  readonly offsetMs: number;
}

const PAGE_MS = 366 * DAY_MS;
/** More than the widest offset (14 hours) and the longest jump of a clock (24 hours, Pacific/Apia in 2011) together. */
const MARGIN_MS = 3 * DAY_MS;
/** Bounds what a caller asking for strange zones or years can make us keep; far above what real schedules need. */
const MAX_ENTRIES = 1_000;

function readPage(timeZone: string, page: number): readonly Stretch[] {
  const limit = (page + 1) * PAGE_MS + MARGIN_MS;
  const stretches: Stretch[] = [];
  let at = Temporal.Instant.fromEpochMilliseconds(page * PAGE_MS - MARGIN_MS).toZonedDateTimeISO(timeZone);
  for (;;) {
    const offsetMs = at.offsetNanoseconds / 1e6;
    const next = at.getTimeZoneTransition('next');
    if (!next || next.epochMilliseconds >= limit) return [...stretches, { end: Number.POSITIVE_INFINITY, offsetMs }];
    stretches.push({ end: next.epochMilliseconds, offsetMs });
    at = next;
  }
}

function remember<K, V>(known: Map<K, V>, key: K, make: () => V): V {
  const found = known.get(key);
  if (found !== undefined) return found;
  const made = make();
  if (known.size >= MAX_ENTRIES) known.clear();
  known.set(key, made);
  return made;
}

function makeClock(timeZone: string): ZoneClock {
  const pages = new Map<number, readonly Stretch[]>();
  const around = (ms: number) => {
    const page = Math.floor(ms / PAGE_MS);
    return remember(pages, page, () => readPage(timeZone, page));
  };
  const offsetAt = (at: EpochMs) => around(at).find((stretch) => at < stretch.end)?.offsetMs ?? 0;
  return {
    shown: (at) => at + offsetAt(at),
    latestShown: (at) => {
      let latest = Number.NEGATIVE_INFINITY;
      for (const { end, offsetMs } of around(at)) {
        latest = Math.max(latest, Math.min(at, end - 1) + offsetMs);
        if (at < end) break;
      }
      return latest;
    },
    firstReaching: (wall) => {
      let begin = Number.NEGATIVE_INFINITY;
      for (const { end, offsetMs } of around(wall)) {
        begin = Math.max(begin, wall - offsetMs);
        if (begin < end) break;
        begin = end;
      }
      return begin;
    },
  };
}

const clocks = new Map<string, ZoneClock>();

/** The clock of an IANA zone. Its changes are looked up once a year of the calendar and kept. Use throws RangeError for an unknown zone. */
export function zoneClock(timeZone: string): ZoneClock {
  return remember(clocks, timeZone, () => makeClock(timeZone));
}
