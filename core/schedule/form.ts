import * as z from 'zod';
import { clockText, label, momentText, type Parsed, parsed, turnSeconds, zoneName } from './fields.ts';
import {
  instantOf,
  parseClock,
  parseMoment,
  readMoment,
  SECONDS_PER_DAY,
  SECONDS_PER_WEEK,
  secondsRotation,
  wallRotation,
} from './moment.ts';
import type { Layer, Override, Restriction, Rotation, Schedule } from './schedule.ts';
import { type ZoneClock, zoneClock } from './zone.ts';

const UNITS = ['hour', 'day', 'week', 'month'] as const;
/** A turn lasts a year at most. */
const MOST = { hour: 8_760, day: 365, week: 52, month: 12 } as const;

const rotation = z
  .strictObject({ unit: z.enum(UNITS).optional(), every: z.int().min(1).optional(), seconds: turnSeconds.optional() })
  .superRefine(({ unit, every = 1, seconds }, context) => {
    if ((unit === undefined) === (seconds === undefined)) context.addIssue('give either a unit or a length in seconds');
    if (seconds !== undefined && every !== 1)
      context.addIssue({ code: 'custom', path: ['every'], message: 'goes with a unit only' });
    if (unit && every > MOST[unit]) {
      context.addIssue({
        code: 'custom',
        path: ['every'],
        message: `must be ${MOST[unit]} at most for the unit ${unit}`,
      });
    }
  });

const until = z
  .string()
  .refine((text) => parseClock(text) !== undefined, { error: 'must be a time of day from 00:00 to 24:00' });
const weekday = z.int().min(1, 'must be 1 (Monday) to 7 (Sunday)').max(7, 'must be 1 (Monday) to 7 (Sunday)');

const daily = z.strictObject({
  kind: z.literal('daily'),
  from: clockText,
  to: until.optional(),
  durationSeconds: z.int().min(1).max(SECONDS_PER_DAY).optional(),
});

const weekly = z.strictObject({
  kind: z.literal('weekly'),
  day: weekday,
  from: clockText,
  toDay: weekday.optional(),
  to: until.optional(),
  durationSeconds: z
    .int()
    .min(1)
    .max(SECONDS_PER_WEEK - 1)
    .optional(),
});

type RestrictionForm = z.infer<typeof daily> | z.infer<typeof weekly>;

/** From `from` to the next `to`; 0 when both are the same, not a number when either is at fault by itself. */
function restrictionSeconds(form: RestrictionForm): number {
  if (form.durationSeconds !== undefined) return form.durationSeconds;
  const toDay = form.kind === 'weekly' ? form.toDay : undefined;
  const period = toDay === undefined ? SECONDS_PER_DAY : SECONDS_PER_WEEK;
  const days = toDay === undefined || form.kind === 'daily' ? 0 : toDay - form.day;
  const seconds =
    days * SECONDS_PER_DAY + (parseClock(form.to ?? '') ?? Number.NaN) - (parseClock(form.from) ?? Number.NaN);
  // 24:00 after 00:00 is a whole day, not nothing.
  return seconds === SECONDS_PER_DAY && period === SECONDS_PER_DAY ? seconds : (seconds + period) % period;
}

const restriction = z.discriminatedUnion('kind', [daily, weekly]).superRefine((form, context) => {
  const fault = (field: string, message: string) => context.addIssue({ code: 'custom', path: [field], message });
  if ((form.to === undefined) === (form.durationSeconds === undefined))
    fault('to', 'give either to or durationSeconds');
  else if (restrictionSeconds(form) === 0)
    fault('to', 'must differ from the beginning; leave the restriction out for "always"');
  if (form.kind === 'weekly' && form.toDay !== undefined && form.to === undefined) fault('toDay', 'goes with to only');
});

const layer = z.strictObject({
  id: label.optional(),
  name: label.optional(),
  timeZone: zoneName.optional(),
  users: z.array(label).min(1, 'must name at least one user'),
  start: momentText,
  end: momentText.optional(),
  /** Where a turn begins, when it is not at `start`. */
  rotationStart: momentText.optional(),
  rotation,
  restrictions: z.array(restriction).default([]),
});

const overrideForm = z.strictObject({
  id: label.optional(),
  kind: z.enum(['replace', 'add', 'remove']),
  user: label,
  from: momentText,
  to: momentText,
});

const day = z.string().refine((text) => /^\d{4}-\d{2}-\d{2}$/.test(text) && parseMoment(text) !== undefined, {
  error: 'must be a day as YYYY-MM-DD',
});

const fields = z.strictObject({
  id: label,
  name: label.optional(),
  timeZone: zoneName,
  layers: z.array(layer).default([]),
  overrides: z.array(overrideForm).default([]),
  days: z.record(day, z.strictObject({ oncall: label, escalation: label.optional() })).default({}),
});

/** What `scheduleForm` answers. */
export type ScheduleForm = z.infer<typeof fields>;

/** The fields that are compared with each other, each left out where it is at fault by itself. */
const given = <T extends z.ZodType>(schema: T) => schema.optional().catch(undefined);
const comparable = z.object({
  timeZone: zoneName.catch('UTC'),
  layers: z
    .array(
      z
        .object({ id: given(label), timeZone: given(zoneName), start: given(momentText), end: given(momentText) })
        .catch({}),
    )
    .catch([]),
  overrides: z
    .array(z.object({ id: given(label), from: given(momentText), to: given(momentText) }).catch({}))
    .catch([]),
});

const layerId = (id: string | undefined, index: number) => id ?? `layer-${index + 1}`;
const overrideId = (id: string | undefined, index: number) => id ?? `override-${index + 1}`;

function isBefore(from: string | undefined, to: string | undefined, timeZone: string): boolean {
  if (from === undefined || to === undefined) return true;
  const clock = zoneClock(timeZone);
  return instantOf(readMoment(from), clock) < instantOf(readMoment(to), clock);
}

/** Our own form of a schedule, as written in YAML or JSON. Names every fault at its path, unknown fields too. */
export const scheduleForm = fields.superRefine(
  (value, context) => {
    const fault = (path: PropertyKey[], message: string) => context.addIssue({ code: 'custom', path, message });
    const { timeZone, layers, overrides } = comparable.parse(value);
    const seen = { layers: new Set<string>(), overrides: new Set<string>() };
    const unique = (list: keyof typeof seen, index: number, id: string) => {
      if (seen[list].has(id)) fault([list, index, 'id'], `is used twice: ${id}`);
      seen[list].add(id);
    };
    layers.forEach(({ id, timeZone: own, start, end }, index) => {
      unique('layers', index, layerId(id, index));
      if (!isBefore(start, end, own ?? timeZone)) fault(['layers', index, 'end'], 'must be after the start');
    });
    overrides.forEach(({ id, from, to }, index) => {
      unique('overrides', index, overrideId(id, index));
      if (!isBefore(from, to, timeZone)) fault(['overrides', index, 'to'], 'must be after from');
    });
  },
  { when: ({ value }) => comparable.safeParse(value).success },
);

function toRotation(form: ScheduleForm['layers'][number], clock: ZoneClock): Rotation {
  const anchor = readMoment(form.rotationStart ?? form.start);
  const { unit, every = 1, seconds } = form.rotation;
  if (unit === 'month') return wallRotation('months', every, anchor, clock);
  if (unit === 'week') return wallRotation('days', 7 * every, anchor, clock);
  if (unit === 'day') return wallRotation('days', every, anchor, clock);
  if (unit === 'hour') return { unit: 'milliseconds', every: every * 3_600_000, anchor: instantOf(anchor, clock) };
  return secondsRotation(seconds ?? SECONDS_PER_DAY, anchor, clock);
}

function toRestriction(form: RestrictionForm): Restriction {
  const hours = { startSeconds: parseClock(form.from) ?? 0, durationSeconds: restrictionSeconds(form) };
  return form.kind === 'daily' ? { kind: 'daily', ...hours } : { kind: 'weekly', day: form.day, ...hours };
}

/** The schedule that a checked form means. Wall clocks are read in the layer's zone, those of overrides in the schedule's. */
export function toSchedule(form: ScheduleForm): Schedule {
  const toLayer = (each: ScheduleForm['layers'][number], index: number): Layer => {
    const timeZone = each.timeZone ?? form.timeZone;
    const clock = zoneClock(timeZone);
    return {
      id: layerId(each.id, index),
      name: each.name ?? `Layer ${index + 1}`,
      timeZone,
      users: each.users,
      start: instantOf(readMoment(each.start), clock),
      ...(each.end === undefined ? {} : { end: instantOf(readMoment(each.end), clock) }),
      rotation: toRotation(each, clock),
      restrictions: each.restrictions.map(toRestriction),
    };
  };
  const clock = zoneClock(form.timeZone);
  const overrides = form.overrides.map(
    ({ id, kind, user, from, to }, index): Override => ({
      id: overrideId(id, index),
      kind,
      user,
      from: instantOf(readMoment(from), clock),
      to: instantOf(readMoment(to), clock),
    }),
  );
  const days = Object.fromEntries(
    Object.entries(form.days).map(([key, { oncall, escalation }]) => [
      key,
      escalation === undefined ? { oncall } : { oncall, escalation },
    ]),
  );
  return {
    id: form.id,
    name: form.name ?? form.id,
    timeZone: form.timeZone,
    layers: form.layers.map(toLayer),
    overrides,
    days,
  };
}

/** Reads and checks our own form. */
export function parseSchedule(input: unknown): Parsed<Schedule> {
  return parsed(scheduleForm.safeParse(input), toSchedule);
}
