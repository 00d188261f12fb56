import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { layerShifts } from '../../../core/schedule/layer.ts';
import { onCallAt } from '../../../core/schedule/oncall.ts';
import { shiftEnd, shiftStart, turnAt } from '../../../core/schedule/rotation.ts';
import type {
  CalendarDay,
  Layer,
  OnCall,
  Override,
  Restriction,
  Rotation,
  Schedule,
} from '../../../core/schedule/schedule.ts';
import { coveragePercentage, gaps, handoffs, shifts } from '../../../core/schedule/shifts.ts';
import { zoneClock } from '../../../core/schedule/zone.ts';

const MINUTE = 60_000;
const DAY = 86_400_000;
const FROM = Date.UTC(2011, 11, 1);
const SPAN = 90 * DAY;

/** Apia's missing day and Santiago's changes at midnight lie in the time looked at. */
const zone = fc.constantFrom('Pacific/Apia', 'America/Santiago', 'Australia/Lord_Howe', 'Europe/Berlin', 'UTC');
const instant = fc.integer({ min: 0, max: SPAN / MINUTE }).map((minutes) => FROM + minutes * MINUTE);
const user = fc.constantFrom('a', 'b', 'c', 'd');

const rotation: fc.Arbitrary<Rotation> = fc.oneof(
  fc.record({ unit: fc.constant('days' as const), every: fc.integer({ min: 1, max: 15 }), anchor: instant }),
  fc.record({ unit: fc.constant('months' as const), every: fc.integer({ min: 1, max: 3 }), anchor: instant }),
  fc.record({
    unit: fc.constant('milliseconds' as const),
    every: fc.integer({ min: 60, max: 3_000 }).map((n) => n * MINUTE),
    anchor: instant,
  }),
);

const seconds = (max: number) => fc.integer({ min: 1, max: max / 900 }).map((quarters) => quarters * 900);
const restriction: fc.Arbitrary<Restriction> = fc.oneof(
  fc.record({ kind: fc.constant('daily' as const), startSeconds: seconds(85_500), durationSeconds: seconds(86_400) }),
  fc.record({
    kind: fc.constant('weekly' as const),
    day: fc.integer({ min: 1, max: 7 }),
    startSeconds: seconds(85_500),
    durationSeconds: seconds(603_900),
  }),
);

const layer: fc.Arbitrary<Layer> = fc
  .record({
    id: fc.constantFrom('one', 'two'),
    name: fc.constant('layer'),
    timeZone: zone,
    users: fc.array(user, { minLength: 1, maxLength: 4 }),
    start: instant,
    length: fc.option(fc.integer({ min: 1, max: SPAN }), { nil: undefined }),
    rotation,
    restrictions: fc.array(restriction, { maxLength: 3 }),
  })
  .map(({ length, ...rest }) => (length === undefined ? rest : { ...rest, end: rest.start + length }));

const override: fc.Arbitrary<Override> = fc
  .record({
    id: fc.string(),
    kind: fc.constantFrom('replace', 'add', 'remove'),
    user,
    from: instant,
    length: fc.integer({ min: 1, max: 20 * DAY }),
  })
  .map(({ length, ...rest }) => ({ ...rest, to: rest.from + length }));

const days: fc.Arbitrary<Record<string, CalendarDay>> = fc.dictionary(
  fc.integer({ min: 0, max: 89 }).map((day) => new Date(FROM + day * DAY).toISOString().slice(0, 10)),
  user.map((oncall) => ({ oncall })),
  { maxKeys: 4, noNullPrototype: true },
);

const schedules: fc.Arbitrary<Schedule> = fc.record({
  id: fc.constant('s'),
  name: fc.constant('s'),
  timeZone: zone,
  layers: fc.array(layer, { maxLength: 4 }),
  overrides: fc.array(override, { maxLength: 5 }),
  days,
});

const people = (onCall: readonly OnCall[]) => onCall.map((person) => person.user).join('+');

describe('a rotation', () => {
  it('has turns that hold each instant once', () => {
    fc.assert(
      fc.property(rotation, zone, instant, (turns, timeZone, at) => {
        const clock = zoneClock(timeZone);
        const [start, end] = [shiftStart(turns, clock, at), shiftEnd(turns, clock, at)];
        expect(start <= at && at < end).toBe(true);
        expect(shiftStart(turns, clock, start)).toBe(start);
        expect(shiftStart(turns, clock, end)).toBe(end);
        expect(shiftEnd(turns, clock, end - 1)).toBe(end);
        expect(turnAt(turns, clock, start)).toBe(turnAt(turns, clock, end - 1));
      }),
      { numRuns: 3_000 },
    );
  });
});

describe('a layer', () => {
  it('without restrictions leaves no gap and no overlap', () => {
    fc.assert(
      fc.property(layer, ({ end: _, ...open }) => {
        const tiles = layerShifts({ ...open, restrictions: [] }, FROM, FROM + SPAN);
        const edges = [...tiles.map(({ from }) => from), FROM + SPAN];
        expect(tiles.map(({ to }) => to)).toEqual(edges.slice(1));
        expect(edges[0]).toBe(Math.min(Math.max(open.start, FROM), FROM + SPAN));
      }),
    );
  });
});

describe('a schedule', () => {
  it('answers at an instant what its shifts say, with the reason where a shift begins', () => {
    fc.assert(
      fc.property(schedules, fc.array(instant, { minLength: 20, maxLength: 20 }), (schedule, instants) => {
        const all = shifts(schedule, FROM, FROM + SPAN + MINUTE);
        for (const at of instants) {
          const shift = all.find(({ from, to }) => from <= at && at < to);
          expect(people(shift?.onCall ?? [])).toBe(people(onCallAt(schedule, at)));
        }
        for (const { from, to, onCall } of all) {
          expect(onCallAt(schedule, from)).toEqual(onCall);
          expect(people(onCallAt(schedule, to - 1))).toBe(people(onCall));
        }
      }),
      { numRuns: 500 },
    );
  });

  it('says the same whatever part of the time is asked for', () => {
    fc.assert(
      fc.property(schedules, instant, instant, (schedule, a, b) => {
        const [from, to] = [Math.min(a, b), Math.max(a, b)];
        const cut = shifts(schedule, FROM, FROM + SPAN)
          .map((shift) => ({
            from: Math.max(from, shift.from),
            to: Math.min(to, shift.to),
            onCall: people(shift.onCall),
          }))
          .filter((shift) => shift.from < shift.to);
        expect(shifts(schedule, from, to).map((shift) => ({ ...shift, onCall: people(shift.onCall) }))).toEqual(cut);
        const whole = shifts(schedule, from, to, { whole: true });
        expect(whole.map((shift) => [Math.max(from, shift.from), Math.min(to, shift.to)])).toEqual(
          cut.map((shift) => [shift.from, shift.to]),
        );
      }),
      { numRuns: 200 },
    );
  });

  it('has gaps exactly where it has no shifts, and a hand-off at each end', () => {
    fc.assert(
      fc.property(schedules, (schedule) => {
        const all = shifts(schedule, FROM, FROM + SPAN);
        const parts = [...all, ...gaps(schedule, FROM, FROM + SPAN)].sort((a, b) => a.from - b.from);
        expect(parts.map(({ to }) => to)).toEqual([...parts.slice(1).map(({ from }) => from), FROM + SPAN]);
        const covered = all.reduce((sum, { from, to }) => sum + to - from, 0);
        expect(coveragePercentage(schedule, FROM, FROM + SPAN)).toBeCloseTo((100 * covered) / SPAN, 9);
        const changes = handoffs(schedule, FROM + 1, FROM + SPAN).map(({ at }) => at);
        const order = (onCall: readonly OnCall[]) =>
          onCall
            .map((person) => person.user)
            .sort()
            .join('+');
        const expected = parts
          .slice(1)
          .filter(({ from }) => order(onCallAt(schedule, from - 1)) !== order(onCallAt(schedule, from)));
        expect(changes).toEqual(expected.map(({ from }) => from));
      }),
      { numRuns: 200 },
    );
  });
});

it('uses the host zone nowhere', () => {
  const folder = new URL('../../../core/schedule/', import.meta.url);
  for (const file of readdirSync(folder)) {
    const local =
      /\.(?:get|set)(?!UTC|Time)(?:FullYear|Month|Date|Day|Hours|Minutes|Seconds)\b|new Date\(\)|new Date\([^()]*,|Date\.now|toLocale|Temporal\.Now/;
    expect([file, local.exec(readFileSync(new URL(file, folder), 'utf8'))]).toEqual([file, null]);
  }
});
