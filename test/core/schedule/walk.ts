import { Temporal } from 'temporal-polyfill';
import type { Restriction, Rotation } from '../../../core/schedule/schedule.ts';

/**
 * The slow, obvious way to know who is on call: look at the wall clock every few minutes and see whether it has come to the next
 * hand-off. Reads the clock with `Intl`, not with what `core` uses.
 */
export const STEP_MS = 5 * 60_000;

export interface Step {
  readonly at: number;
  /** The latest wall clock that has been seen, as if it were UTC. */
  readonly latest: number;
}

const formats = new Map<string, Intl.DateTimeFormat>();

export function wallClock(timeZone: string, at: number): number {
  const format =
    formats.get(timeZone) ??
    new Intl.DateTimeFormat('en-US', {
      timeZone,
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    });
  formats.set(timeZone, format);
  const read = Object.fromEntries(format.formatToParts(at).map(({ type, value }) => [type, Number(value)]));
  const { year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0 } = read;
  return Date.UTC(year, month - 1, day, hour, minute, second);
}

export function walk(timeZone: string, from: number, to: number): Step[] {
  const steps: Step[] = [];
  let latest = Number.NEGATIVE_INFINITY;
  for (let at = from; at < to; at += STEP_MS) {
    latest = Math.max(latest, wallClock(timeZone, at));
    steps.push({ at, latest });
  }
  return steps;
}

/** Every change of a zone's offset, found by looking at each hour's clock and then closer. */
export function transitions(timeZone: string, from: number, to: number): number[] {
  const offset = (at: number) => wallClock(timeZone, at) - at;
  const found: number[] = [];
  const day = 86_400_000;
  for (let at = from; at < to; at += day) {
    if (offset(at) === offset(at + day)) continue;
    let [low, high] = [at, at + day];
    while (high - low > 60_000) {
      const middle = Math.floor((low + high) / 120_000) * 60_000;
      if (offset(middle) === offset(low)) low = middle;
      else high = middle;
    }
    found.push(high);
  }
  return found;
}

export interface WalkedTurn {
  readonly turn: number;
  readonly start: number;
  readonly end: number;
}

/** Walks with a rotation whose turn 0 begins before the walk. Answers the turn of each step; the first and last ones are cut. */
export function walkTurns(rotation: Rotation, steps: readonly Step[]): WalkedTurn[] {
  const anchor = Temporal.Instant.fromEpochMilliseconds(rotation.anchor).toZonedDateTimeISO('UTC').toPlainDateTime();
  const handoff = (turn: number) => {
    const { unit, every } = rotation;
    if (unit === 'milliseconds') return rotation.anchor + turn * every;
    return anchor.add({ [unit]: turn * every }).toZonedDateTime('UTC').epochMilliseconds;
  };
  const seen = (step: Step) => (rotation.unit === 'milliseconds' ? step.at : step.latest);
  const turns: { turn: number; start: number; end: number }[] = [];
  const answers: WalkedTurn[] = [];
  let turn = -1;
  let next = handoff(0);
  for (const step of steps) {
    const before = turn;
    while (next <= seen(step)) {
      turn += 1;
      next = handoff(turn + 1);
    }
    const last = turns.at(-1);
    if (last === undefined || turn !== before) {
      if (last) last.end = step.at;
      turns.push({ turn, start: step.at, end: Number.POSITIVE_INFINITY });
    }
    const current = turns.at(-1);
    if (current) answers.push(current);
  }
  return answers;
}

/** Whether the wall clock stands within a restriction, told from the day of the week and the time of the day. */
export function walkedWithin(restriction: Restriction, { latest }: Step): boolean {
  const date = new Date(latest);
  const seconds = date.getUTCHours() * 3_600 + date.getUTCMinutes() * 60 + date.getUTCSeconds();
  const weekday = date.getUTCDay() === 0 ? 7 : date.getUTCDay();
  const weekly = restriction.kind === 'weekly';
  const now = weekly ? (weekday - 1) * 86_400 + seconds : seconds;
  const begin = weekly ? (restriction.day - 1) * 86_400 + restriction.startSeconds : restriction.startSeconds;
  const end = begin + restriction.durationSeconds;
  return (begin <= now && now < end) || now + (weekly ? 604_800 : 86_400) < end;
}
