import * as z from 'zod';
import { URGENCIES } from '../policy.ts';

const EMAIL = /^[^\s@<>,;"\\]{1,64}@[^\s@<>,;"\\]{1,189}$/;
const ID = /^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/;

/** The address of one person, without a display name. Deliberately loose: SES is the judge, this keeps out what cannot be one. */
export const email = z.string().regex(EMAIL, 'must be an email address');
export const id = z.string().regex(ID, 'must be letters, digits, dots, dashes, underscores');
export const name = z.string().min(1).max(200);
export const urgency = z.enum(URGENCIES);

/** Somebody who can be on call: a configured user, or just an address. */
export const person = z
  .string()
  .refine((text) => EMAIL.test(text) || ID.test(text), 'must be the id of a user, or an email address');

const WEEK_MINUTES = 7 * 24 * 60;
/** Up to a week: later than that nobody is waiting for a page any more. */
export const delayMinutes = z.int().min(0).max(WEEK_MINUTES);
export const delaySeconds = z
  .int()
  .min(0)
  .max(WEEK_MINUTES * 60);
/** A time limit of an incident, up to 30 days. */
export const limitMinutes = z
  .int()
  .min(1)
  .max(30 * 24 * 60);

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * For checks that compare fields of one object: they run although some field or key is at fault by itself, so that all faults are
 * named at once. Such a check must expect any value in a field.
 */
export const EVEN_IF_FAULTY = { when: ({ value }: { value: unknown }) => isRecord(value) };

/** The list, or none where the document leaves it out. */
export function listed<T>(list: readonly T[] | undefined): readonly T[] {
  return list ?? [];
}
