import { Temporal } from 'temporal-polyfill';
import type { EpochMs } from '../time.ts';

const DAYS = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'];

/** The wall clock of a zone for people who plan: `Mon 2026-11-02 09:00`. */
export function dayAndClock(at: EpochMs, timeZone: string): string {
  const zoned = Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(timeZone);
  const clock = zoned.toPlainTime().toString({ smallestUnit: 'minute' });
  return `${DAYS[zoned.dayOfWeek - 1]} ${zoned.toPlainDate()} ${clock}`;
}
