import { afterAll, describe, expect, it } from '@jest/globals';
import { layerAt, layerShifts } from '../../../core/schedule/layer.ts';
import { isWithin, windows } from '../../../core/schedule/restriction.ts';
import { shiftEnd, shiftStart, turnAt } from '../../../core/schedule/rotation.ts';
import type { Layer, Restriction, Rotation } from '../../../core/schedule/schedule.ts';
import { zoneClock } from '../../../core/schedule/zone.ts';
import { STEP_MS, type Step, transitions, walk, walkedWithin, walkTurns, wallClock } from './walk.ts';

const DAY = 86_400_000;
const HOUR = 3_600_000;

/** The years that people use now, and those of Apia's missing day and of Casablanca's four changes a year. */
const YEARS: Record<string, readonly number[]> = {
  'Europe/Berlin': [2026, 2027],
  'America/New_York': [2026, 2027],
  'Australia/Lord_Howe': [2026, 2027],
  'Asia/Kolkata': [2026],
  'Pacific/Auckland': [2026, 2027],
  'America/Santiago': [2026, 2027],
  'Africa/Casablanca': [2012],
  'Pacific/Apia': [2011],
};

/** Hand-offs at midnight, before, in and after the gaps and folds of these zones, and in office hours. */
const HANDOFFS = ['00:00', '01:45', '02:15', '02:30', '03:00', '09:00', '23:30'];

const RESTRICTIONS: Restriction[] = [
  { kind: 'daily', startSeconds: 9 * 3_600, durationSeconds: 8 * 3_600 },
  { kind: 'daily', startSeconds: 17 * 3_600, durationSeconds: 16 * 3_600 },
  { kind: 'daily', startSeconds: 2 * 3_600 + 900, durationSeconds: 1_800 },
  { kind: 'daily', startSeconds: 0, durationSeconds: 86_400 },
  { kind: 'weekly', day: 5, startSeconds: 17 * 3_600, durationSeconds: 64 * 3_600 },
  { kind: 'weekly', day: 7, startSeconds: 2 * 3_600 + 1_800, durationSeconds: 604_800 - 3_600 },
  { kind: 'weekly', day: 6, startSeconds: 0, durationSeconds: 2 * 86_400 },
];

let checks = 0;

function rotationsAround(timeZone: string, from: number): Rotation[] {
  const midnight = Math.floor(wallClock(timeZone, from) / DAY) * DAY;
  const wall = HANDOFFS.flatMap((handoff): Rotation[] => {
    const anchor = midnight - DAY + Date.parse(`1970-01-01T${handoff}Z`);
    return [
      { unit: 'days', every: 1, anchor },
      { unit: 'days', every: 2, anchor },
      // Turns of the week that end on the day of the change, two days into the walk.
      { unit: 'days', every: 7, anchor: anchor - 4 * DAY },
      { unit: 'months', every: 1, anchor: Date.UTC(2010, 9, 31) + (anchor - Math.floor(anchor / DAY) * DAY) },
    ];
  });
  return [
    ...wall,
    { unit: 'milliseconds', every: HOUR, anchor: from - 10 * HOUR },
    { unit: 'milliseconds', every: 12 * HOUR, anchor: from - 7 * HOUR },
    { unit: 'milliseconds', every: 25 * HOUR, anchor: from - 3 * HOUR },
  ];
}

/** Collects what differs, so that millions of comparisons cost no millions of matchers. */
class Differences {
  readonly found: string[] = [];
  same(name: string, what: string, at: number, actual: unknown, expected: unknown): void {
    checks += 1;
    if (actual === expected || this.found.length >= 10) return;
    this.found.push(`${name}: ${what} at ${new Date(at).toISOString()} is ${actual}, not ${expected}`);
  }
}

function checkRotation(rotation: Rotation, timeZone: string, steps: readonly Step[], differences: Differences): void {
  const clock = zoneClock(timeZone);
  const name = `${timeZone} ${JSON.stringify(rotation)}`;
  const walked = walkTurns(rotation, steps);
  const [begin, end] = [steps[0]?.at ?? 0, (steps.at(-1)?.at ?? 0) + STEP_MS];
  steps.forEach(({ at }, index) => {
    const expected = walked[index];
    if (!expected) throw new Error('the walk is too short');
    differences.same(name, 'turn', at, turnAt(rotation, clock, at), expected.turn);
    const start = shiftStart(rotation, clock, at);
    if (expected.start === begin) differences.same(name, 'start', at, start <= begin, true);
    else differences.same(name, 'start', at, start, expected.start);
    const stop = shiftEnd(rotation, clock, at);
    if (expected.end === Number.POSITIVE_INFINITY) differences.same(name, 'end', at, stop > end - STEP_MS, true);
    else differences.same(name, 'end', at, stop, expected.end);
  });
  const layer: Layer = {
    id: 'l',
    name: 'l',
    timeZone,
    users: ['a', 'b', 'c'],
    start: begin,
    rotation,
    restrictions: [],
  };
  const shifts = layerShifts(layer, begin, end);
  let next = 0;
  for (const { at } of steps) {
    while ((shifts[next]?.to ?? end) <= at) next += 1;
    differences.same(name, 'layer', at, shifts[next]?.onCall[0]?.user, layerAt(layer, at)[0]?.user);
  }
}

function checkRestrictions(
  restrictions: readonly Restriction[],
  timeZone: string,
  steps: readonly Step[],
  differences: Differences,
): void {
  const clock = zoneClock(timeZone);
  const name = `${timeZone} ${JSON.stringify(restrictions)}`;
  const open = windows(restrictions, clock, { from: steps[0]?.at ?? 0, to: (steps.at(-1)?.at ?? 0) + STEP_MS });
  for (const step of steps) {
    const expected = restrictions.some((restriction) => walkedWithin(restriction, step));
    differences.same(name, 'within', step.at, isWithin(restrictions, clock, step.at), expected);
    differences.same(
      name,
      'windows',
      step.at,
      open.some(({ from, to }) => from <= step.at && step.at < to),
      expected,
    );
  }
}

describe('around every change of the clocks, against a walk along the wall clock', () => {
  for (const [timeZone, years] of Object.entries(YEARS)) {
    it(timeZone, () => {
      const differences = new Differences();
      const changes = years.flatMap((year) => transitions(timeZone, Date.UTC(year, 0, 1), Date.UTC(year + 1, 0, 1)));
      for (const change of changes.length > 0 ? changes : [Date.UTC(2026, 2, 29)]) {
        const from = Math.floor(change / HOUR) * HOUR - 2 * DAY;
        const steps = walk(timeZone, from - DAY, change + 2 * DAY).filter(({ at }) => at >= from);
        for (const rotation of rotationsAround(timeZone, from)) checkRotation(rotation, timeZone, steps, differences);
        for (const each of RESTRICTIONS) checkRestrictions([each], timeZone, steps, differences);
        checkRestrictions(
          RESTRICTIONS.slice(2, 5).filter(({ durationSeconds }) => durationSeconds < 86_400 * 3),
          timeZone,
          steps,
          differences,
        );
      }
      expect(differences.found).toEqual([]);
    });
  }

  it('knows the changes that make these zones hard', () => {
    const inYear = (timeZone: string, year: number) =>
      transitions(timeZone, Date.UTC(year, 0, 1), Date.UTC(year + 1, 0, 1)).length;
    expect([inYear('Africa/Casablanca', 2012), inYear('Pacific/Apia', 2011), inYear('Asia/Kolkata', 2026)]).toEqual([
      4, 3, 0,
    ]);
  });
});

afterAll(() => {
  console.info(`${checks} brute-force checks of the schedule engine`);
  expect(checks).toBeGreaterThan(1_000_000);
});
