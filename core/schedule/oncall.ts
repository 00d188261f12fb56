import type { EpochMs } from '../time.ts';
import { layerAt } from './layer.ts';
import type { CalendarDay, OnCall, Override, Schedule } from './schedule.ts';
import { DAY_MS, zoneClock } from './zone.ts';

/** Overrides on top of what is below them. In the order given, so the newest has the last word. */
export function override(below: readonly OnCall[], overrides: readonly Override[]): readonly OnCall[] {
  let onCall = below;
  for (const { id, kind, user } of overrides) {
    const others = onCall.filter((person) => person.user !== user);
    const person: OnCall = { user, reason: { kind: 'override', override: id } };
    if (kind === 'replace') onCall = [person];
    else if (kind === 'remove') onCall = others;
    else if (others.length === onCall.length) onCall = [...onCall, person];
  }
  return onCall;
}

function rowAt(schedule: Schedule, at: EpochMs): { readonly day: string; readonly row: CalendarDay } | undefined {
  const wall = zoneClock(schedule.timeZone).latestShown(at);
  const day = new Date(Math.floor(wall / DAY_MS) * DAY_MS).toISOString().slice(0, 10);
  const row = Object.hasOwn(schedule.days, day) ? schedule.days[day] : undefined;
  return row && { day, row };
}

function belowOverrides(schedule: Schedule, at: EpochMs): readonly OnCall[] {
  const calendar = rowAt(schedule, at);
  if (calendar) return [{ user: calendar.row.oncall, reason: { kind: 'day', day: calendar.day } }];
  for (const layer of schedule.layers.toReversed()) {
    const onCall = layerAt(layer, at);
    if (onCall.length > 0) return onCall;
  }
  return [];
}

/** Who is on call at an instant, and why. Empty when nobody is: the caller pages the fallback contact then. */
export function onCallAt(schedule: Schedule, at: EpochMs): readonly OnCall[] {
  const inForce = schedule.overrides.filter(({ from, to }) => from <= at && at < to);
  return override(belowOverrides(schedule, at), inForce);
}

/** The escalation contact that the calendar names for the day of `at`; layers name none. */
export function escalationAt(schedule: Schedule, at: EpochMs): string | undefined {
  return rowAt(schedule, at)?.row.escalation;
}
