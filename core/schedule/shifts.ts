import type { EpochMs } from '../time.ts';
import { layerShifts } from './layer.ts';
import { onCallAt, override } from './oncall.ts';
import type { OnCall, Override, Schedule, Shift, Span } from './schedule.ts';
import { DAY_MS, zoneClock } from './zone.ts';

const WEEK_MS = 7 * DAY_MS;
/** How far `whole` looks for the ends of a shift. */
const FARTHEST_MS = 128 * WEEK_MS;

/** `whole`: shifts at the edges keep their true ends (looked for up to 128 weeks away) and are not cut to the span asked for. */
export interface ShiftOptions {
  readonly whole?: boolean;
}

/** A day's row as a shift. A day that the zone leaves out makes none. */
function dayShifts(schedule: Schedule, { from, to }: Span): Shift[] {
  const clock = zoneClock(schedule.timeZone);
  return Object.entries(schedule.days)
    .map(([day, row]): Shift => {
      const midnight = Date.parse(`${day}T00:00Z`);
      const onCall: OnCall = { user: row.oncall, reason: { kind: 'day', day } };
      const [begin, end] = [clock.firstReaching(midnight), clock.firstReaching(midnight + DAY_MS)];
      return { from: Math.max(from, begin), to: Math.min(to, end), onCall: [onCall] };
    })
    .filter((shift) => shift.from < shift.to)
    .sort((a, b) => a.from - b.from);
}

/** Both lists in one, the upper one hiding the lower one. */
function lay(upper: readonly Shift[], lower: readonly Shift[]): Shift[] {
  const result: Shift[] = [];
  let next = 0;
  let covered = Number.NEGATIVE_INFINITY;
  for (const low of lower) {
    let begin = Math.max(low.from, covered);
    for (let up = upper[next]; up && up.from < low.to; up = upper[next]) {
      if (begin < up.from) result.push({ ...low, from: begin, to: up.from });
      result.push(up);
      next += 1;
      covered = up.to;
      begin = Math.max(begin, covered);
    }
    if (begin < low.to) result.push({ ...low, from: begin });
  }
  return [...result, ...upper.slice(next)];
}

/** The shifts and, between them, shifts of nobody. */
function filled(shifts: readonly Shift[], { from, to }: Span): Shift[] {
  const result: Shift[] = [];
  let at = from;
  for (const shift of shifts) {
    if (at < shift.from) result.push({ from: at, to: shift.from, onCall: [] });
    result.push(shift);
    at = shift.to;
  }
  return at < to ? [...result, { from: at, to, onCall: [] }] : result;
}

/** `shifts` must leave no time out. Between two instants at which any override begins or ends, the same ones are in force. */
function overridden(shifts: readonly Shift[], overrides: readonly Override[], { from, to }: Span): Shift[] {
  const near = overrides.filter((each) => each.from < to && from < each.to && each.from < each.to);
  const edges = near.flatMap((each) => [each.from, each.to]).filter((at) => from < at && at < to);
  const cuts = [...new Set(edges)].sort((a, b) => a - b);
  const result: Shift[] = [];
  let next = 0;
  let begin = from;
  for (const end of [...cuts, to]) {
    const inForce = near.filter((each) => each.from <= begin && end <= each.to);
    for (let shift = shifts[next]; shift && begin < end; shift = shifts[next]) {
      const part = { from: begin, to: Math.min(end, shift.to) };
      result.push({ ...part, onCall: inForce.length === 0 ? shift.onCall : override(shift.onCall, inForce) });
      begin = part.to;
      if (begin === shift.to) next += 1;
    }
  }
  return result;
}

function samePeople(a: readonly OnCall[], b: readonly OnCall[]): boolean {
  return a.length === b.length && a.every((person, index) => person.user === b[index]?.user);
}

function joined(shifts: readonly Shift[]): Shift[] {
  const result: Shift[] = [];
  for (const shift of shifts) {
    const last = result.at(-1);
    if (last && samePeople(last.onCall, shift.onCall)) result[result.length - 1] = { ...last, to: shift.to };
    else result.push(shift);
  }
  return result;
}

/** From `from` to `to` without a break; times of nobody are shifts with an empty `onCall`. */
function timeline(schedule: Schedule, from: EpochMs, to: EpochMs): Shift[] {
  if (from >= to) return [];
  const span = { from, to };
  const base = schedule.layers
    .toReversed()
    .reduce((upper, layer) => lay(upper, layerShifts(layer, from, to)), dayShifts(schedule, span));
  return joined(overridden(filled(base, span), schedule.overrides, span));
}

function wholeTimeline(schedule: Schedule, from: EpochMs, to: EpochMs): Shift[] {
  let [first, last] = [from, to];
  for (let reach = WEEK_MS; ; reach *= 2) {
    const touched = timeline(schedule, first, last).filter((shift) => shift.from < to && from < shift.to);
    const openBefore = touched[0]?.from === first;
    const openAfter = touched.at(-1)?.to === last;
    if ((!openBefore && !openAfter) || reach > FARTHEST_MS) return touched;
    if (openBefore) first = from - reach;
    if (openAfter) last = to + reach;
  }
}

/**
 * Who is on call between two instants: in order, with every layer, day and override applied. Neighbours differ in their people, so
 * each end is a real hand-off. Times of nobody are left out (see `gaps`). Empty when `from` is not before `to`.
 */
export function shifts(schedule: Schedule, from: EpochMs, to: EpochMs, options: ShiftOptions = {}): Shift[] {
  const all = options.whole ? wholeTimeline(schedule, from, to) : timeline(schedule, from, to);
  return all.filter(({ onCall }) => onCall.length > 0);
}

/** The shift at an instant with its true ends, or undefined when nobody is on call. */
export function shiftAt(schedule: Schedule, at: EpochMs): Shift | undefined {
  // Saves the search for the far ends of a gap.
  if (onCallAt(schedule, at).length === 0) return undefined;
  return shifts(schedule, at, at + 1, { whole: true })[0];
}

/** The times between two instants in which nobody is on call. */
export function gaps(schedule: Schedule, from: EpochMs, to: EpochMs): Span[] {
  return timeline(schedule, from, to)
    .filter(({ onCall }) => onCall.length === 0)
    .map((gap) => ({ from: gap.from, to: gap.to }));
}

/** The part of the time, 0 to 100 and not rounded, in which somebody is on call. No time at all counts as covered. */
export function coveragePercentage(schedule: Schedule, from: EpochMs, to: EpochMs): number {
  if (from >= to) return 100;
  const uncovered = gaps(schedule, from, to).reduce((sum, gap) => sum + (gap.to - gap.from), 0);
  return (100 * (to - from - uncovered)) / (to - from);
}

/** A change of who is on call. Somebody who stays is in neither list. */
export interface Handoff {
  readonly at: EpochMs;
  readonly outgoing: readonly OnCall[];
  readonly incoming: readonly OnCall[];
}

/** The changes from `from` on and before `to`, in order; one exactly at `from` counts. */
export function handoffs(schedule: Schedule, from: EpochMs, to: EpochMs): Handoff[] {
  const all = timeline(schedule, from - 1, to);
  return all.flatMap((shift, index) => {
    const before = all[index - 1]?.onCall;
    if (!before) return [];
    const outgoing = before.filter(({ user }) => !shift.onCall.some((person) => person.user === user));
    const incoming = shift.onCall.filter(({ user }) => !before.some((person) => person.user === user));
    return outgoing.length + incoming.length === 0 ? [] : [{ at: shift.from, outgoing, incoming }];
  });
}
