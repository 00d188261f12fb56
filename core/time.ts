import { Temporal } from 'temporal-polyfill';

/** An instant as whole milliseconds since 1970-01-01T00:00:00Z. Passed in everywhere; `core` never reads a clock. */
export type EpochMs = number;

export const SECOND_MS = 1_000;
export const MINUTE_MS = 60 * SECOND_MS;
export const HOUR_MS = 60 * MINUTE_MS;

/** RFC 3339 in UTC with milliseconds, the form of every instant that leaves the service. */
export function toIso(at: EpochMs): string {
  return new Date(at).toISOString();
}

const RFC3339 = /^(\d{4}-\d{2}-\d{2})[Tt ](\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?)(?:([Zz])|([+-]\d{2}):?(\d{2}))?$/;

/**
 * Reads an RFC 3339 instant as senders really write it: with or without a zone (none means UTC), `+0000` without the colon,
 * any fraction up to nanoseconds. Answers undefined for anything else, so the caller can name the field at fault.
 */
export function parseInstant(text: string): EpochMs | undefined {
  const match = RFC3339.exec(text.trim());
  if (!match) return undefined;
  const [, day, clock, , offsetHours, offsetMinutes] = match;
  const zone = offsetHours === undefined ? 'Z' : `${offsetHours}:${offsetMinutes}`;
  try {
    return Temporal.Instant.from(`${day}T${clock}${zone}`).epochMilliseconds;
  } catch {
    return undefined;
  }
}

/** The calendar day (YYYY-MM-DD) that `at` falls on in an IANA zone. Throws RangeError for an unknown zone. */
export function localDay(at: EpochMs, timeZone: string): string {
  return Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(timeZone).toPlainDate().toString();
}

/** The local wall clock in a zone, as a person reads it: `2026-11-21 03:04 Europe/Berlin`. */
export function localClock(at: EpochMs, timeZone: string): string {
  const zoned = Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(timeZone);
  return `${zoned.toPlainDate()} ${zoned.toPlainTime().toString({ smallestUnit: 'minute' })} ${timeZone}`;
}

export function isTimeZone(name: string): boolean {
  try {
    Temporal.Instant.fromEpochMilliseconds(0).toZonedDateTimeISO(name);
    return true;
  } catch {
    return false;
  }
}

/** A length of time as a person says it, cut to the smaller unit: `45 s`, `10 min`, `1 h 30 min`. */
export function spokenDuration(ms: number): string {
  if (ms < 2 * MINUTE_MS) return `${Math.floor(ms / SECOND_MS)} s`;
  const minutes = Math.floor(ms / MINUTE_MS);
  if (minutes < 90) return `${minutes} min`;
  const rest = minutes % 60;
  return `${Math.floor(minutes / 60)} h${rest > 0 ? ` ${rest} min` : ''}`;
}
