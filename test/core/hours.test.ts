import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type Hours, openingAt, within } from '../../core/hours.ts';
import type { Restriction } from '../../core/schedule/schedule.ts';
import { HOUR_MS, MINUTE_MS } from '../../core/time.ts';
import { SEED } from '../support/arbitraries.ts';
import { T0 } from '../support/builders.ts';

const daily = (from: number, hours: number): Restriction => ({
  kind: 'daily',
  startSeconds: from * 3_600,
  durationSeconds: hours * 3_600,
});
const weekly = (day: number, from: number, hours: number): Restriction => ({
  kind: 'weekly',
  day,
  startSeconds: from * 3_600,
  durationSeconds: hours * 3_600,
});
const BERLIN = 'Europe/Berlin';
const office: Hours = { timeZone: BERLIN, times: [1, 2, 3, 4, 5].map((day) => weekly(day, 9, 8)) };
const night: Hours = { timeZone: BERLIN, times: [daily(22, 8)] };
const at = (text: string) => Date.parse(text);

describe('within', () => {
  it.each([
    ['2026-11-20T07:59:59.999Z', false],
    ['2026-11-20T08:00:00Z', true],
    ['2026-11-20T15:59:59.999Z', true],
    ['2026-11-20T16:00:00Z', false],
    ['2026-11-21T10:00:00Z', false],
  ])('knows office hours in Berlin: %s %s', (text, expected) => {
    expect(within(office, at(text))).toBe(expected);
  });

  it.each([
    ['2026-03-27T08:00:00Z', true],
    ['2026-03-27T07:00:00Z', false],
    ['2026-03-30T07:00:00Z', true],
    ['2026-03-30T15:00:00Z', false],
  ])('keeps to the wall clock when the clocks change: %s %s', (text, expected) => {
    expect(within(office, at(text))).toBe(expected);
  });

  it.each([
    ['2026-11-20T20:59:59Z', false],
    ['2026-11-20T21:00:00Z', true],
    ['2026-11-20T23:00:00Z', true],
    ['2026-11-21T04:59:59Z', true],
    ['2026-11-21T05:00:00Z', false],
  ])('runs over midnight: %s %s', (text, expected) => {
    expect(within(night, at(text))).toBe(expected);
  });

  it('is always without times', () => {
    expect(within({ timeZone: 'UTC', times: [] }, T0)).toBe(true);
  });
});

describe('openingAt', () => {
  it('is the next Monday morning from a Saturday', () => {
    expect(openingAt(office, T0)).toEqual({ from: at('2026-11-23T08:00:00Z'), to: at('2026-11-23T16:00:00Z') });
  });

  it('is the span that runs already, from its beginning', () => {
    expect(openingAt(office, at('2026-11-20T12:00:00Z'))).toEqual({
      from: at('2026-11-20T08:00:00Z'),
      to: at('2026-11-20T16:00:00Z'),
    });
  });

  it('is an hour shorter in a night of which the clocks take one', () => {
    expect(openingAt(night, at('2026-03-28T20:00:00Z'))).toEqual({
      from: at('2026-03-28T21:00:00Z'),
      to: at('2026-03-29T04:00:00Z'),
    });
    expect(openingAt(night, at('2026-10-24T19:00:00Z'))).toEqual({
      from: at('2026-10-24T20:00:00Z'),
      to: at('2026-10-25T05:00:00Z'),
    });
  });

  it('begins after the gap when it should have begun inside', () => {
    const twoThirty: Hours = {
      timeZone: BERLIN,
      times: [{ kind: 'daily', startSeconds: 9_000, durationSeconds: 3_600 }],
    };
    expect(openingAt(twoThirty, at('2026-03-28T12:00:00Z'))).toEqual({
      from: at('2026-03-29T01:00:00Z'),
      to: at('2026-03-29T01:30:00Z'),
    });
  });

  it('takes times that touch as one span', () => {
    const both: Hours = { timeZone: 'UTC', times: [daily(8, 4), daily(12, 4)] };
    expect(openingAt(both, at('2026-11-20T09:00:00Z'))).toEqual({
      from: at('2026-11-20T08:00:00Z'),
      to: at('2026-11-20T16:00:00Z'),
    });
  });

  it('agrees with within at every instant, in several zones', () => {
    const zone = fc.constantFrom(
      'UTC',
      BERLIN,
      'America/New_York',
      'Australia/Lord_Howe',
      'Asia/Kolkata',
      'Pacific/Apia',
    );
    const restriction = fc.oneof(
      fc
        .record({ from: fc.nat({ max: 23 }), hours: fc.integer({ min: 1, max: 24 }) })
        .map((r) => daily(r.from, r.hours)),
      fc
        .record({
          day: fc.integer({ min: 1, max: 7 }),
          from: fc.nat({ max: 23 }),
          hours: fc.integer({ min: 1, max: 60 }),
        })
        .map((r) => weekly(r.day, r.from, r.hours)),
    );
    const instant = fc.oneof(
      fc.integer({ min: at('2026-01-01T00:00:00Z'), max: at('2027-01-01T00:00:00Z') }),
      ...['2026-03-29T01:00:00Z', '2026-10-25T01:00:00Z', '2026-04-04T15:00:00Z', '2026-11-01T06:00:00Z'].map((text) =>
        fc.integer({ min: -6 * 60, max: 6 * 60 }).map((minutes) => at(text) + minutes * MINUTE_MS),
      ),
    );
    fc.assert(
      fc.property(zone, fc.array(restriction, { minLength: 1, maxLength: 4 }), instant, (timeZone, times, now) => {
        const hours: Hours = { timeZone, times };
        const span = openingAt(hours, now);
        if (!span) throw new Error('every one of these hours comes within a week');
        expect(span.to).toBeGreaterThan(now);
        expect(span.from <= now).toBe(within(hours, now));
        for (let t = now; t < span.from; t += 17 * MINUTE_MS) expect(within(hours, t)).toBe(false);
        if (span.from > now) expect(within(hours, span.from - 1)).toBe(false);
        for (let t = Math.max(span.from, now); t < span.to; t += HOUR_MS) expect(within(hours, t)).toBe(true);
        if (span.to - now < 8 * 24 * HOUR_MS) expect(within(hours, span.to)).toBe(false);
      }),
      { seed: SEED, numRuns: 300 },
    );
  });
});
