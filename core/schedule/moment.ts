import { Temporal } from 'temporal-polyfill';
import { type EpochMs, parseInstant } from '../time.ts';
import type { Rotation } from './schedule.ts';
import { DAY_MS, type WallMs, type ZoneClock } from './zone.ts';

/** A point in time as people write it: an instant, or a wall clock that some zone makes an instant of. */
export type Moment =
  | { readonly kind: 'instant'; readonly at: EpochMs }
  | { readonly kind: 'wall'; readonly wall: WallMs };

const WALL = /^\d{4}-\d{2}-\d{2}(?:[Tt ]\d{2}:\d{2}(?::\d{2})?)?$/;

/** `2026-11-02T09:00` and `2026-11-02` (its midnight) are wall clocks; with `Z` or an offset it is an instant. */
export function parseMoment(text: string): Moment | undefined {
  if (!WALL.test(text)) {
    const at = /(?:[Zz]|[+-]\d{2}:?\d{2})$/.test(text) ? parseInstant(text) : undefined;
    return at === undefined ? undefined : { kind: 'instant', at };
  }
  try {
    return { kind: 'wall', wall: Temporal.PlainDateTime.from(text).toZonedDateTime('UTC').epochMilliseconds };
  } catch {
    return undefined;
  }
}

/** The moment of a text that has been checked. Throws RangeError for any other. */
export function readMoment(text: string): Moment {
  const moment = parseMoment(text);
  if (!moment) throw new RangeError(`not a moment: ${text}`);
  return moment;
}

/** The instant: where the wall clock reads it in a gap, the first one after; in a fold, the first time it is shown. */
export function instantOf(moment: Moment, clock: ZoneClock): EpochMs {
  return moment.kind === 'instant' ? moment.at : clock.firstReaching(moment.wall);
}

function wallOf(moment: Moment, clock: ZoneClock): WallMs {
  return moment.kind === 'wall' ? moment.wall : clock.shown(moment.at);
}

/** Days and months are counted on the wall clock, so an anchor that a gap hides keeps its time for the days after. */
export function wallRotation(unit: 'days' | 'months', every: number, anchor: Moment, clock: ZoneClock): Rotation {
  return { unit, every, anchor: wallOf(anchor, clock) };
}

/** Whole days keep the hand-off's wall clock, as PagerDuty's rotations do; any other length is elapsed time. */
export function secondsRotation(seconds: number, anchor: Moment, clock: ZoneClock): Rotation {
  const days = seconds / SECONDS_PER_DAY;
  if (Number.isInteger(days)) return wallRotation('days', days, anchor, clock);
  return { unit: 'milliseconds', every: seconds * 1_000, anchor: instantOf(anchor, clock) };
}

export const SECONDS_PER_DAY = DAY_MS / 1_000;
export const SECONDS_PER_WEEK = 7 * SECONDS_PER_DAY;

/** `09:30` or `09:30:15` as seconds since midnight; undefined for anything else. `24:00` is the end of the day. */
export function parseClock(text: string): number | undefined {
  const match = /^(\d{2}):([0-5]\d)(?::([0-5]\d))?$/.exec(text);
  if (!match) return undefined;
  const seconds = Number(match[1]) * 3_600 + Number(match[2]) * 60 + Number(match[3] ?? 0);
  return seconds <= SECONDS_PER_DAY ? seconds : undefined;
}
