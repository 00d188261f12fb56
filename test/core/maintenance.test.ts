import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { within } from '../../core/hours.ts';
import { type MaintenanceWindow, maintenanceAt } from '../../core/maintenance.ts';
import { HOUR_MS, MINUTE_MS } from '../../core/time.ts';
import { SEED } from '../support/arbitraries.ts';
import { T0 } from '../support/builders.ts';

const DAY_MS = 24 * HOUR_MS;
const window = (id: string, fromHours: number, toHours: number): MaintenanceWindow => ({
  id,
  from: T0 + fromHours * HOUR_MS,
  to: T0 + toHours * HOUR_MS,
});
const recurring = (id: string, days: number, startHour: number, hours: number): MaintenanceWindow => ({
  id,
  from: T0,
  to: T0 + days * DAY_MS,
  hours: {
    timeZone: 'UTC',
    times: [{ kind: 'daily', startSeconds: startHour * 3_600, durationSeconds: hours * 3_600 }],
  },
});

describe('maintenanceAt', () => {
  it('holds from its first instant to the one before its last', () => {
    const windows = [window('one', 0, 2)];
    const held = { id: 'one', until: T0 + 2 * HOUR_MS };
    expect(maintenanceAt(windows, T0 - 1)).toBeUndefined();
    expect(maintenanceAt(windows, T0)).toEqual(held);
    expect(maintenanceAt(windows, T0 + 2 * HOUR_MS - 1)).toEqual(held);
    expect(maintenanceAt(windows, T0 + 2 * HOUR_MS)).toBeUndefined();
  });

  it('is nothing without windows', () => {
    expect(maintenanceAt([], T0)).toBeUndefined();
  });

  it.each([
    ['touch', [window('a', 0, 1), window('b', 1, 2), window('c', 2, 3)]],
    ['touch, in any order', [window('c', 2, 3), window('a', 0, 1), window('b', 1, 2)]],
    ['overlap', [window('a', 0, 2), window('b', 1, 3)]],
    ['lie in each other', [window('b', 1, 2), window('a', 0, 3)]],
  ])('counts windows that %s as one', (_what, windows) => {
    expect(maintenanceAt(windows, T0)).toEqual({ id: 'a', until: T0 + 3 * HOUR_MS });
  });

  it('ends before a window that comes later', () => {
    expect(maintenanceAt([window('a', 0, 1), window('b', 1.001, 2)], T0)).toEqual({ id: 'a', until: T0 + HOUR_MS });
  });

  it('recurs at its hours, within its span', () => {
    const windows = [recurring('nightly', 3, 2, 1)];
    const two = Date.UTC(2026, 10, 22, 2);
    expect(maintenanceAt(windows, T0)).toBeUndefined();
    expect(maintenanceAt(windows, two)).toEqual({ id: 'nightly', until: two + HOUR_MS });
    expect(maintenanceAt(windows, two + HOUR_MS)).toBeUndefined();
    expect(maintenanceAt(windows, two + DAY_MS)?.until).toBe(two + DAY_MS + HOUR_MS);
    expect(maintenanceAt(windows, two - DAY_MS)).toBeUndefined();
    expect(maintenanceAt(windows, two + 3 * DAY_MS)).toBeUndefined();
  });

  it('is cut off at the end of its span', () => {
    const until = Date.UTC(2026, 10, 22, 2, 30);
    expect(maintenanceAt([{ ...recurring('nightly', 9, 2, 1), to: until }], until - 1)?.until).toBe(until);
  });

  it('goes on over midnight, and through days that are whole', () => {
    const late = Date.UTC(2026, 10, 21, 23, 30);
    expect(maintenanceAt([recurring('late', 9, 23, 2)], late)?.until).toBe(Date.UTC(2026, 10, 22, 1));
    expect(maintenanceAt([recurring('whole days', 30, 0, 24)], T0)?.until).toBe(T0 + 30 * DAY_MS);
  });

  it('counts two that take turns for a month as one', () => {
    const windows = [recurring('nights', 30, 19, 12), recurring('days', 30, 7, 12)];
    expect(maintenanceAt(windows, T0)).toEqual({ id: 'days', until: T0 + 30 * DAY_MS });
  });

  const aWindow = fc
    .record({
      from: fc.integer({ min: -48, max: 48 }),
      length: fc.integer({ min: 1, max: 96 }),
      hours: fc.option(fc.record({ start: fc.nat({ max: 23 }), length: fc.integer({ min: 1, max: 24 }) }), {
        nil: undefined,
      }),
    })
    .map(({ from, length, hours }): MaintenanceWindow => {
      const bare = window('w', from, from + length);
      if (!hours) return bare;
      const times = [
        { kind: 'daily' as const, startSeconds: hours.start * 3_600, durationSeconds: hours.length * 3_600 },
      ];
      return { ...bare, hours: { timeZone: 'Europe/Berlin', times } };
    });
  const holds = ({ from, to, hours }: MaintenanceWindow, at: number) =>
    from <= at && at < to && (!hours || within(hours, at));

  it('holds exactly while a window does, without a gap, and lets go when none does', () => {
    fc.assert(
      fc.property(fc.array(aWindow, { maxLength: 5 }), fc.integer({ min: -3_000, max: 3_000 }), (windows, minutes) => {
        const at = T0 + minutes * MINUTE_MS;
        const found = maintenanceAt(windows, at);
        expect(found !== undefined).toBe(windows.some((each) => holds(each, at)));
        if (!found) return;
        expect(found.until).toBeGreaterThan(at);
        for (let t = at; t < found.until; t += 30 * MINUTE_MS)
          expect(windows.some((each) => holds(each, t))).toBe(true);
        expect(windows.some((each) => holds(each, found.until))).toBe(false);
      }),
      { seed: SEED, numRuns: 500 },
    );
  });
});
