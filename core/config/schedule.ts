import * as z from 'zod';
import { momentText } from '../schedule/fields.ts';
import { scheduleForm } from '../schedule/form.ts';
import { parsePagerDutySchedule } from '../schedule/pagerduty.ts';
import { id, isRecord, name, person } from './fields.ts';

/** A schedule in our own form; its id can stand in an address. */
const ownForm = scheduleForm.safeExtend({ id });

const pastedForm = z.strictObject({
  id,
  name: name.exactOptional(),
  /** PagerDuty's REST document of a schedule, bare or within `schedule`. */
  pagerduty: z.looseObject({}).superRefine((document, context) => {
    const result = parsePagerDutySchedule(document, { id: 'pasted', layerOrder: 'as-sent' });
    if (result.ok) return;
    for (const { path, message } of result.faults) context.addIssue({ code: 'custom', path: [...path], message });
  }),
  /** Default: as returned when the document has the marks of an answer (`id` or `self`), else as sent. */
  layerOrder: z.enum(['as-sent', 'as-returned']).exactOptional(),
});

export const schedule = z.union(
  [ownForm, pastedForm],
  'must either have a timeZone, and layers, or be a pagerduty document',
);
export type ScheduleEntry = z.input<typeof schedule>;
export type PastedSchedule = z.infer<typeof pastedForm>;

/** An override that is kept apart from its schedule, so that adding one changes nothing else. */
export const override = z.strictObject({
  id: id.exactOptional(),
  schedule: id,
  kind: z.enum(['replace', 'add', 'remove']),
  user: person,
  /** Wall clocks are read in the schedule's zone. */
  from: momentText,
  to: momentText,
});
export type OverrideForm = z.infer<typeof override>;

/** The schedule within a pasted document. */
export function pastedDocument(pagerduty: unknown): Readonly<Record<string, unknown>> {
  const inner = isRecord(pagerduty) && isRecord(pagerduty.schedule) ? pagerduty.schedule : pagerduty;
  return isRecord(inner) ? inner : {};
}
