import type { EpochMs } from '../time.ts';
import type { Rotation } from './schedule.ts';
import { DAY_MS, type WallMs, type ZoneClock } from './zone.ts';

/** Months since the year 0. `Date` serves as a calendar in UTC only; the zone has been dealt with before. */
function monthOf(wall: WallMs): number {
  const date = new Date(wall);
  return date.getUTCFullYear() * 12 + date.getUTCMonth();
}

/** The anchor's day and time in another month, or that month's last day where it has no such day. Never drifts: always from the anchor. */
function inMonth(anchor: WallMs, month: number): WallMs {
  const [year, index] = [Math.floor(month / 12), month % 12];
  const lastDay = new Date(Date.UTC(year, index + 1, 0)).getUTCDate();
  const midnight = Math.floor(anchor / DAY_MS) * DAY_MS;
  return Date.UTC(year, index, Math.min(new Date(anchor).getUTCDate(), lastDay)) + (anchor - midnight);
}

/** When turn number `turn` begins. Constant time. Never decreases with the number, and turns leave no time between them. */
export function turnStart(rotation: Rotation, clock: ZoneClock, turn: number): EpochMs {
  const { unit, every, anchor } = rotation;
  if (unit === 'milliseconds') return anchor + turn * every;
  if (unit === 'days') return clock.firstReaching(anchor + turn * every * DAY_MS);
  return clock.firstReaching(inMonth(anchor, monthOf(anchor) + turn * every));
}

/**
 * The number of the turn at `at`: the last one that has begun. Constant time, so year ten costs what day one does. Where a zone
 * leaves out a whole day, the turn that would fill just that day takes no time, and is never the answer.
 */
export function turnAt(rotation: Rotation, clock: ZoneClock, at: EpochMs): number {
  const { unit, every, anchor } = rotation;
  if (unit === 'milliseconds') return Math.floor((at - anchor) / every);
  const wall = clock.latestShown(at);
  if (unit === 'days') return Math.floor((wall - anchor) / (every * DAY_MS));
  const turn = Math.floor((monthOf(wall) - monthOf(anchor)) / every);
  return inMonth(anchor, monthOf(anchor) + turn * every) <= wall ? turn : turn - 1;
}

/** When the turn that `at` falls in began: the hand-off at or before `at`. */
export function shiftStart(rotation: Rotation, clock: ZoneClock, at: EpochMs): EpochMs {
  return turnStart(rotation, clock, turnAt(rotation, clock, at));
}

/** When the turn that `at` falls in ends: the next hand-off, always after `at`. */
export function shiftEnd(rotation: Rotation, clock: ZoneClock, at: EpochMs): EpochMs {
  return turnStart(rotation, clock, turnAt(rotation, clock, at) + 1);
}
