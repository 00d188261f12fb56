import type { People } from '../../core/people.ts';
import { onCallAt } from '../../core/schedule/oncall.ts';
import type { OnCall, Schedule, Shift, Span } from '../../core/schedule/schedule.ts';
import { handoffs, shiftAt, shifts } from '../../core/schedule/shifts.ts';
import { DAY_MS, zoneClock } from '../../core/schedule/zone.ts';
import { type EpochMs, MINUTE_MS, toIso } from '../../core/time.ts';

/** RFC 3339 with the zone's offset: `2026-11-21T03:04:00+01:00`. The wall clock for people, and still one instant. */
export function localIso(at: EpochMs, timeZone: string): string {
  const shown = zoneClock(timeZone).shown(at);
  const offset = Math.round(Math.abs(shown - at) / MINUTE_MS);
  const two = (part: number) => String(part).padStart(2, '0');
  const sign = shown < at ? '-' : '+';
  return `${toIso(shown).slice(0, 19)}${sign}${two(Math.floor(offset / 60))}:${two(offset % 60)}`;
}

/** A user by id and name; what the configuration does not know (an address) is its own name. */
export function personView(user: string, { users }: Pick<People, 'users'>) {
  return { user, name: users.get(user)?.name ?? user };
}

/** Why somebody is on call, in words. */
export function reasonText({ reason }: OnCall, schedule: Schedule): string {
  if (reason.kind === 'override') return `override ${reason.override}`;
  if (reason.kind === 'day') return `calendar of ${reason.day}`;
  return `layer ${schedule.layers.find(({ id }) => id === reason.layer)?.name ?? reason.layer}`;
}

export function spanView({ from, to }: Span, timeZone: string) {
  return { from: toIso(from), to: toIso(to), fromLocal: localIso(from, timeZone), toLocal: localIso(to, timeZone) };
}

export function shiftView(shift: Shift, schedule: Schedule) {
  const users = shift.onCall.map(({ user }) => user);
  const reasons = shift.onCall.map((person) => reasonText(person, schedule));
  return { ...spanView(shift, schedule.timeZone), users, reasons };
}

/** Who is on call in a schedule at an instant, since when and until when, and who comes next. A nobody is an empty list. */
export function onCallView(schedule: Schedule, at: EpochMs, people: People) {
  const { id, name, timeZone } = schedule;
  const now = onCallAt(schedule, at);
  const { since, until } = now.length > 0 ? stint(schedule, at) : { since: undefined, until: gapEnd(schedule, at) };
  const moment = (instant: EpochMs | undefined) => (instant === undefined ? null : toIso(instant));
  const local = (instant: EpochMs | undefined) => (instant === undefined ? null : localIso(instant, timeZone));
  const who = (list: readonly OnCall[]) =>
    list.map((person) => ({ ...personView(person.user, people), reason: reasonText(person, schedule) }));
  return {
    schedule: id,
    name,
    timeZone,
    onCall: who(now),
    since: moment(since),
    until: moment(until),
    sinceLocal: local(since),
    untilLocal: local(until),
    next:
      until === undefined
        ? null
        : { at: toIso(until), atLocal: localIso(until, timeZone), who: who(onCallAt(schedule, until)) },
  };
}

/** The whole shift at `at`. An end at which the same people go on is only as far as was looked: then there is none in sight. */
function stint(schedule: Schedule, at: EpochMs): { since: EpochMs | undefined; until: EpochMs | undefined } {
  const shift = shiftAt(schedule, at);
  if (!shift) return { since: undefined, until: undefined };
  const goesOn = (instant: EpochMs) => {
    const users = new Set(onCallAt(schedule, instant).map(({ user }) => user));
    return users.size === shift.onCall.length && shift.onCall.every(({ user }) => users.has(user));
  };
  return {
    since: goesOn(shift.from - 1) ? undefined : shift.from,
    until: goesOn(shift.to) ? undefined : shift.to,
  };
}

const FARTHEST_DAYS = 448;

function gapEnd(schedule: Schedule, at: EpochMs): EpochMs | undefined {
  for (let days = 7; days <= FARTHEST_DAYS; days *= 2) {
    const first = shifts(schedule, at, at + days * DAY_MS)[0];
    if (first) return first.from;
  }
  return undefined;
}

const NEXT_WITHIN_MS = 60 * DAY_MS;

/** When `user` comes on call next after `at`, in any of the schedules; looked for in the next 60 days. */
export function nextStint(schedules: readonly Schedule[], user: string, at: EpochMs) {
  const found = schedules.flatMap((schedule) => {
    const begins = handoffs(schedule, at + 1, at + NEXT_WITHIN_MS).find(({ incoming }) =>
      incoming.some((person) => person.user === user),
    );
    return begins ? [{ schedule, at: begins.at }] : [];
  });
  const first = found.sort((a, b) => a.at - b.at)[0];
  if (!first) return null;
  return { schedule: first.schedule.id, at: toIso(first.at), atLocal: localIso(first.at, first.schedule.timeZone) };
}

/** True when a schedule names the person anywhere. */
export function names({ layers, overrides, days }: Schedule, user: string): boolean {
  return (
    layers.some(({ users }) => users.includes(user)) ||
    overrides.some((override) => override.user === user) ||
    Object.values(days).some(({ oncall }) => oncall === user)
  );
}
