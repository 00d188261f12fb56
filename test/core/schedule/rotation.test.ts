import { describe, expect, it } from '@jest/globals';
import { shiftEnd, shiftStart, turnAt, turnStart } from '../../../core/schedule/rotation.ts';
import type { Rotation } from '../../../core/schedule/schedule.ts';
import { zoneClock } from '../../../core/schedule/zone.ts';
import { at, minute } from './build.ts';

const wall = (text: string) => at(`${text}Z`);
const daily = (anchor: string): Rotation => ({ unit: 'days', every: 1, anchor: wall(anchor) });
const starts = (rotation: Rotation, timeZone: string, from: number, count: number) =>
  Array.from({ length: count }, (_, index) => minute(turnStart(rotation, zoneClock(timeZone), from + index)));

describe('the hand-off', () => {
  it('stays at its wall-clock time when the clocks change', () => {
    expect(starts(daily('2026-03-28T09:00'), 'Europe/Berlin', 0, 3)).toEqual([
      '2026-03-28T08:00Z',
      '2026-03-29T07:00Z',
      '2026-03-30T07:00Z',
    ]);
    expect(starts(daily('2026-10-24T09:00'), 'Europe/Berlin', 0, 3)).toEqual([
      '2026-10-24T07:00Z',
      '2026-10-25T08:00Z',
      '2026-10-26T08:00Z',
    ]);
  });

  it('in a gap happens at the first instant after it, and at its own time the day after', () => {
    expect(starts(daily('2026-03-28T02:30'), 'Europe/Berlin', 0, 3)).toEqual([
      '2026-03-28T01:30Z',
      '2026-03-29T01:00Z',
      '2026-03-30T00:30Z',
    ]);
    expect(starts(daily('2026-10-03T02:15'), 'Australia/Lord_Howe', 1, 1)).toEqual(['2026-10-03T15:30Z']);
  });

  it('in a fold happens once, at the first showing', () => {
    expect(starts(daily('2026-10-24T02:30'), 'Europe/Berlin', 0, 3)).toEqual([
      '2026-10-24T00:30Z',
      '2026-10-25T00:30Z',
      '2026-10-26T01:30Z',
    ]);
    const clock = zoneClock('Europe/Berlin');
    const inSecondShowing = at('2026-10-25T01:10Z');
    expect(turnAt(daily('2026-10-24T02:30'), clock, inSecondShowing)).toBe(1);
    expect(minute(shiftStart(daily('2026-10-24T02:30'), clock, inSecondShowing))).toBe('2026-10-25T00:30Z');
  });

  it('of every month is on the 31st, or the last day, without drifting', () => {
    const monthly: Rotation = { unit: 'months', every: 1, anchor: wall('2027-10-31T09:00') };
    const days = starts(monthly, 'UTC', 0, 7).map((start) => start.slice(0, 10));
    expect(days).toEqual([
      '2027-10-31',
      '2027-11-30',
      '2027-12-31',
      '2028-01-31',
      '2028-02-29',
      '2028-03-31',
      '2028-04-30',
    ]);
  });

  it('of elapsed time takes no notice of the clocks', () => {
    const twelveHours: Rotation = { unit: 'milliseconds', every: 43_200_000, anchor: at('2026-03-28T08:00Z') };
    expect(starts(twelveHours, 'Europe/Berlin', 1, 3)).toEqual([
      '2026-03-28T20:00Z',
      '2026-03-29T08:00Z',
      '2026-03-29T20:00Z',
    ]);
  });
});

describe('a day that the zone leaves out', () => {
  const clock = zoneClock('Pacific/Apia');

  it('gives its turn what is left of it', () => {
    expect(starts(daily('2011-12-28T09:00'), 'Pacific/Apia', 1, 3)).toEqual([
      '2011-12-29T19:00Z',
      '2011-12-30T10:00Z',
      '2011-12-30T19:00Z',
    ]);
  });

  it('gives no time to a turn that would fill just that day', () => {
    const rotation = daily('2011-12-28T00:00');
    expect(turnAt(rotation, clock, at('2011-12-30T09:59Z'))).toBe(1);
    expect(turnAt(rotation, clock, at('2011-12-30T10:00Z'))).toBe(3);
    expect(minute(shiftEnd(rotation, clock, at('2011-12-30T09:59Z')))).toBe('2011-12-30T10:00Z');
  });
});

it('numbers the turns before the anchor too', () => {
  const clock = zoneClock('Europe/Berlin');
  const weekly: Rotation = { unit: 'days', every: 7, anchor: wall('2026-11-02T09:00') };
  expect(turnAt(weekly, clock, at('2026-11-02T07:59Z'))).toBe(-1);
  expect(turnAt({ unit: 'months', every: 2, anchor: wall('2026-11-30T09:00') }, clock, at('2026-09-29T00:00Z'))).toBe(
    -2,
  );
});
