import * as z from 'zod';
import { clockText, zoneName } from '../schedule/fields.ts';
import { parseClock } from '../schedule/moment.ts';
import { DEFAULT_ESCALATE_AFTER_SECONDS, DEFAULT_PAGE_AFTER_SECONDS } from '../service.ts';
import { delaySeconds, EVEN_IF_FAULTY, id, limitMinutes, name, urgency } from './fields.ts';

/** In the order of the numbers that schedules use: 1 is Monday. */
export const WEEKDAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;

const DAY = 'must be mon to sun, or 1 (Monday) to 7 (Sunday)';

const supportHours = z
  .strictObject({
    /** Default: the team's zone. */
    timeZone: zoneName.exactOptional(),
    days: z
      .array(z.union([z.enum(WEEKDAYS), z.int().min(1, DAY).max(7, DAY)], DAY))
      .min(1)
      .max(7),
    from: clockText,
    /** Not after `from` means on the next day; 24:00 is the end of the day. */
    to: z.string().refine((text) => parseClock(text) !== undefined, 'must be a time of day from 00:00 to 24:00'),
  })
  .superRefine(({ from, to }, context) => {
    if (from === to) context.addIssue({ code: 'custom', path: ['to'], message: 'must differ from the beginning' });
  }, EVEN_IF_FAULTY);
export type SupportHoursForm = z.infer<typeof supportHours>;

const windowMinutes = z
  .int()
  .min(1)
  .max(24 * 60);
const field = z
  .string()
  .regex(
    /^(?:severity|source|title|dedupKey|details\..{1,100})$/,
    'must be severity, source, title, dedupKey or details.<name>',
  );

const grouping = z.discriminatedUnion('by', [
  z.strictObject({ by: z.literal('dedupKey') }),
  z.strictObject({ by: z.literal('time'), windowMinutes }),
  z.strictObject({ by: z.literal('fields'), fields: z.array(field).min(1).max(10), windowMinutes }),
]);

const urgencies = z.strictObject({
  CRIT: urgency.exactOptional(),
  ERR: urgency.exactOptional(),
  WARN: urgency.exactOptional(),
});

export const service = z
  .strictObject({
    id,
    name: name.exactOptional(),
    /** Without it, whatever depends on the owner pages the fallback contact. */
    team: id.exactOptional(),
    /** Default: the team's; else the team's on-call calendar, after the two delays below. */
    escalationPolicy: id.exactOptional(),
    pageAfterSeconds: delaySeconds.exactOptional(),
    escalateAfterSeconds: delaySeconds.exactOptional(),
    urgency: z.union([urgency, urgencies], 'must be high, low, or one of them by severity').exactOptional(),
    supportHours: supportHours.exactOptional(),
    /** Default: it waits. */
    lowUrgencyOutsideHours: z.enum(['wait', 'page']).exactOptional(),
    acknowledgementTimeoutMinutes: limitMinutes.exactOptional(),
    autoResolveMinutes: limitMinutes.exactOptional(),
    repageAfterMinutes: limitMinutes.exactOptional(),
    repageAfterAcknowledgedMinutes: limitMinutes.exactOptional(),
    grouping: grouping.exactOptional(),
  })
  .superRefine((form, context) => {
    const fault = (field: keyof typeof form, message: string) =>
      context.addIssue({ code: 'custom', path: [field], message });
    const { pageAfterSeconds: page, escalateAfterSeconds: escalate } = form;
    if (form.escalationPolicy !== undefined) {
      if (page !== undefined)
        fault('pageAfterSeconds', 'goes with the on-call calendar, not with an escalation policy');
      if (escalate !== undefined)
        fault('escalateAfterSeconds', 'goes with the on-call calendar, not with an escalation policy');
    } else if (seconds(escalate, DEFAULT_ESCALATE_AFTER_SECONDS) < seconds(page, DEFAULT_PAGE_AFTER_SECONDS)) {
      fault('escalateAfterSeconds', 'must not be before pageAfterSeconds');
    }
    if (form.lowUrgencyOutsideHours !== undefined && form.supportHours === undefined)
      fault('lowUrgencyOutsideHours', 'goes with supportHours only');
  }, EVEN_IF_FAULTY);
export type ServiceForm = z.infer<typeof service>;

/** Not a number where the field is at fault by itself. */
function seconds(value: unknown, otherwise: number): number {
  if (value === undefined) return otherwise;
  return typeof value === 'number' ? value : Number.NaN;
}
