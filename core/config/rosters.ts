import type { Schedule, Span } from '../schedule/schedule.ts';
import { shifts } from '../schedule/shifts.ts';
import { DAY_MS, zoneClock } from '../schedule/zone.ts';
import { type EpochMs, localDay } from '../time.ts';
import { listed } from './fields.ts';
import { schedulesOf } from './schedules.ts';
import type { ConfigDocument } from './shape.ts';
import { DEFAULT_TIME_ZONE, type TeamForm } from './team.ts';

/** The same people on call all the time; nobody, where there are none. */
export interface Duty extends Span {
  readonly people: readonly string[];
}

/** Something that says who is on call when: a schedule, or one column of a team's calendar. */
export interface Roster {
  readonly where: string;
  readonly timeZone: string;
  /** From `from` to `to` without a break. */
  readonly duties: (from: EpochMs, to: EpochMs) => Duty[];
}

const ROLES = ['oncall', 'escalation'] as const;

/** Every roster of a checked document, by its name. */
export function rostersOf(document: ConfigDocument): ReadonlyMap<string, Roster> {
  const schedules = [...schedulesOf(document).values()].map(scheduleRoster);
  const calendars = listed(document.teams)
    .filter((team) => listed(team.calendar).length > 0)
    .flatMap((team) => ROLES.map((role) => calendarRoster(team, role)));
  return new Map([...schedules, ...calendars].map((roster) => [roster.where, roster]));
}

export function scheduleName(id: string): string {
  return `schedule ${id}`;
}

export function calendarName(team: string, role: (typeof ROLES)[number]): string {
  return `team ${team}, ${role}`;
}

function scheduleRoster(schedule: Schedule): Roster {
  return {
    where: scheduleName(schedule.id),
    timeZone: schedule.timeZone,
    duties: (from, to) => {
      const all: Duty[] = [];
      for (const shift of [...shifts(schedule, from, to), { from: to, to, onCall: [] }]) {
        const begin = all.at(-1)?.to ?? from;
        if (begin < shift.from) all.push({ from: begin, to: shift.from, people: [] });
        if (shift.from < shift.to)
          all.push({ from: shift.from, to: shift.to, people: shift.onCall.map(({ user }) => user) });
      }
      return all;
    },
  };
}

function calendarRoster(
  { id, timeZone = DEFAULT_TIME_ZONE, calendar }: TeamForm,
  role: (typeof ROLES)[number],
): Roster {
  const rows = new Map(listed(calendar).map((row) => [row.day, row]));
  const clock = zoneClock(timeZone);
  return {
    where: calendarName(id, role),
    timeZone,
    duties: (from, to) => {
      const all: Duty[] = [];
      let midnight = Date.parse(`${localDay(from, timeZone)}T00:00Z`);
      for (let begin = from; begin < to; midnight += DAY_MS) {
        const end = Math.min(to, clock.firstReaching(midnight + DAY_MS));
        const day = new Date(midnight).toISOString().slice(0, 10);
        const person = (rows.get(day) ?? rows.get('default'))?.[role];
        if (begin < end) all.push({ from: begin, to: end, people: person === undefined ? [] : [person] });
        begin = Math.max(begin, end);
      }
      return all;
    },
  };
}
