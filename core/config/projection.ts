import type { CalendarDay } from '../oncall.ts';
import type { Service } from '../service.ts';
import type { ConfigDocument } from './document.ts';

export interface CalendarRow extends CalendarDay {
  readonly teamname: string;
  readonly day: string;
}

/** The rows that a configuration means, in the tables where they are looked up. */
export interface Rows {
  readonly services: readonly Service[];
  readonly calendar: readonly CalendarRow[];
}

/** Every row of a document, complete in itself: a look-up never has to follow a reference. */
export function rowsOf(document: ConfigDocument): Rows {
  const zones = new Map(document.teams.map((team) => [team.id, team.timeZone]));
  const services = document.services.map(
    ({ id, team, pageAfterSeconds, escalateAfterSeconds }): Service => ({
      serviceId: id,
      ...(team === undefined ? {} : { team }),
      timeZone: (team && zones.get(team)) ?? 'UTC',
      pageAfterSeconds,
      escalateAfterSeconds,
    }),
  );
  const calendar = document.teams.flatMap((team) =>
    team.calendar.map((row): CalendarRow => ({ teamname: team.id, ...row })),
  );
  return { services, calendar };
}

/** What has to be written and removed so that the tables hold `after` where they may hold `before`. All of `after` is written. */
export function projection(before: ConfigDocument, after: ConfigDocument): { put: Rows; remove: Rows } {
  const old = rowsOf(before);
  const put = rowsOf(after);
  const services = new Set(put.services.map((row) => row.serviceId));
  const days = new Set(put.calendar.map((row) => `${row.teamname} ${row.day}`));
  return {
    put,
    remove: {
      services: old.services.filter((row) => !services.has(row.serviceId)),
      calendar: old.calendar.filter((row) => !days.has(`${row.teamname} ${row.day}`)),
    },
  };
}
