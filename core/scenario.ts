import type { ConfigDocument } from './config/document.ts';
import { peopleOf } from './config/people.ts';
import { calendarRowsOf } from './config/projection.ts';
import { servicesOf } from './config/services.ts';
import type { CalendarDay, Directory } from './oncall.ts';
import { instantOf, readMoment } from './schedule/moment.ts';
import { zoneClock } from './schedule/zone.ts';
import type { Service } from './service.ts';
import type { EpochMs } from './time.ts';

/** A service as a checked document has it; undefined when it does not. */
export function serviceIn(document: ConfigDocument, serviceId: string): Service | undefined {
  return servicesOf(document).find((service) => service.serviceId === serviceId);
}

/** Who is who for the incidents of a team, by a checked document alone. */
export function directoryIn(
  document: ConfigDocument,
  team: string | undefined,
  fallback: Directory['fallback'],
): Directory {
  const rows = calendarRowsOf(document).filter(({ teamname }) => teamname === team);
  const calendar = Object.fromEntries(
    rows.map(({ teamname: _team, day, ...row }): [string, CalendarDay] => [day, row]),
  );
  return { calendar, people: peopleOf(document), fallback };
}

/** A text that `momentText` has accepted, as an instant. Without a zone it is the wall clock of the service's people. */
export function instantFor({ timeZone }: Service, text: string): EpochMs {
  return instantOf(readMoment(text), zoneClock(timeZone));
}
