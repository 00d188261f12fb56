import type { CalendarDay } from '../oncall.ts';
import type { Service } from '../service.ts';
import { listed } from './fields.ts';
import { servicesOf } from './services.ts';
import type { ConfigDocument } from './shape.ts';

export interface CalendarRow extends CalendarDay {
  readonly teamname: string;
  readonly day: string;
}

/** The rows that a configuration means, in the tables where they are looked up. */
export interface Rows {
  readonly services: readonly Service[];
  readonly calendar: readonly CalendarRow[];
}

/** Every row of a checked document, complete in itself. */
export function rowsOf(document: ConfigDocument): Rows {
  return { services: servicesOf(document), calendar: calendarRowsOf(document) };
}

/** The days of all teams' on-call calendars. */
export function calendarRowsOf(document: ConfigDocument): CalendarRow[] {
  return listed(document.teams).flatMap(({ id, calendar }) =>
    listed(calendar).map((row): CalendarRow => ({ teamname: id, ...row })),
  );
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
