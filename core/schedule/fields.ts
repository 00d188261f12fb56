import * as z from 'zod';
import { isTimeZone } from '../time.ts';
import { parseClock, parseMoment, SECONDS_PER_DAY } from './moment.ts';

/** An id or a name. */
export const label = z.string().trim().min(1, 'must not be empty').max(200, 'must have 200 characters at most');

/** Temporal takes offsets and whole dates for zones as well. An offset has no daylight saving: nobody means that. */
export const zoneName = z.string().refine((name) => /^[A-Za-z][\w+/-]*$/.test(name) && isTimeZone(name), {
  error: 'must be a time zone of the IANA database, such as Europe/Berlin',
});

export const momentText = z.string().refine((text) => parseMoment(text) !== undefined, {
  error: 'must be a wall clock such as 2026-11-02T09:00, or an instant such as 2026-11-02T08:00:00Z',
});

export const clockText = z.string().refine((text) => (parseClock(text) ?? SECONDS_PER_DAY) < SECONDS_PER_DAY, {
  error: 'must be a time of day from 00:00 to 23:59:59',
});

/** PagerDuty's bounds. Shorter turns are mistakes, and make a calendar too long to draw. */
export const turnSeconds = z
  .int()
  .min(3_600, 'must be an hour (3600) at least')
  .max(31_536_000, 'must be a year (31536000) at most');

/** What is wrong with a document, at the path of the field. */
export interface Fault {
  readonly path: readonly PropertyKey[];
  readonly message: string;
}

export type Parsed<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly faults: readonly Fault[] };

/** zod's answer as ours, the value made into what it means. */
export function parsed<Form, T>(result: z.ZodSafeParseResult<Form>, make: (form: Form) => T): Parsed<T> {
  if (result.success) return { ok: true, value: make(result.data) };
  return { ok: false, faults: result.error.issues.map(({ path, message }) => ({ path, message })) };
}
