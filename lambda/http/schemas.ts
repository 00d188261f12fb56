import * as z from 'zod';
import { PRIORITIES, SEVERITIES, STATES } from '../../core/incident.ts';
import { momentText } from '../../core/schedule/fields.ts';
import { type EpochMs, parseInstant } from '../../core/time.ts';

/** 0.1 ms to year 9999; seconds are told from milliseconds by their size. */
const SECONDS_BELOW = 100_000_000_000;
const LATEST_MS = 253_402_300_799_999;

function readInstant(value: string | number, context: z.RefinementCtx): EpochMs {
  // A query has no numbers, only texts that look like one.
  const number = typeof value === 'string' && /^\d+$/.test(value) ? Number(value) : value;
  const at = typeof number === 'string' ? parseInstant(number) : number < SECONDS_BELOW ? number * 1000 : number;
  if (at !== undefined && at >= 0 && at <= LATEST_MS) return Math.round(at);
  context.addIssue({ code: 'custom', message: 'must be an RFC 3339 time or seconds since 1970' });
  return z.NEVER;
}

export const instant = z
  .union([z.string().max(40), z.number()])
  .meta({ description: 'RFC 3339; without a zone it is UTC. Or seconds (or milliseconds) since 1970.' })
  .transform(readInstant);

const id = z.string().min(1).max(128);
const longText = z.string().min(1).max(100_000);

const link = z.union([
  z
    .string()
    .min(1)
    .max(2048)
    .transform((href) => ({ href })),
  z.strictObject({ href: z.string().min(1).max(2048), text: z.string().max(200).exactOptional() }),
]);

/** Taken as it is, so that not even a field called `__proto__` is lost on the way. */
const details = z
  .custom<Record<string, unknown>>(
    (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
    'must be an object',
  )
  .meta({ type: 'object', description: 'Anything else that helps; shown in the mail' });

/** For the OpenAPI document: what the checks across fields demand, as JSON Schema can say it. */
const eitherOf = (...names: readonly string[]) => names.map((name) => ({ required: [name] }));

export const raiseBody = z
  .strictObject({
    service: id.meta({ description: 'The service concerned, as configured' }),
    severity: z.enum(SEVERITIES),
    title: z.string().min(1).max(1024).meta({ description: 'One line; becomes the subject of the email' }),
    message: longText
      .exactOptional()
      .meta({ description: 'What is wrong. Required, under this name or as `description`' }),
    description: longText.exactOptional().meta({ description: 'Another name for `message`' }),
    detectedAt: instant.exactOptional().meta({ description: 'When it was detected; default now' }),
    source: z.string().min(1).max(512).exactOptional(),
    state: z.enum(['OPEN', 'open']).exactOptional().meta({ description: 'A new incident is OPEN' }),
    dedupKey: z.string().min(1).max(512).exactOptional().meta({
      description: 'Events of a service with the same key go to one incident until it is resolved',
    }),
    priority: z.enum(PRIORITIES).exactOptional(),
    details: details.exactOptional(),
    links: z.array(link).max(50).exactOptional(),
  })
  .superRefine(
    (body, context) => {
      if (body.message === undefined && body.description === undefined) {
        context.addIssue({ code: 'custom', path: ['message'], message: 'is required (or `description`)' });
      }
      if (body.message !== undefined && body.description !== undefined) {
        const message = 'is another name for `message`: give one of them';
        context.addIssue({ code: 'custom', path: ['description'], message });
      }
    },
    // Also when other fields are at fault: all of them are named at once.
    { when: ({ value }) => typeof value === 'object' && value !== null },
  )
  .meta({ oneOf: eitherOf('message', 'description') });

const updateFields = {
  state: z
    .enum(STATES)
    .exactOptional()
    .meta({ description: 'CLAIMED acknowledges, RESOLVED ends, OPEN re-opens and pages anew' }),
  note: z.string().min(1).max(10_000).exactOptional(),
  by: z.string().min(1).max(256).exactOptional().meta({ description: 'Who did it; default the API key' }),
  ifVersion: z
    .int()
    .min(1)
    .exactOptional()
    .meta({ description: 'Refuse with 409 unless the incident still has this version' }),
};

function needsAnything(body: { state?: unknown; note?: unknown }, context: z.RefinementCtx): void {
  if (body.state === undefined && body.note === undefined) {
    context.addIssue({ code: 'custom', path: ['state'], message: 'give a state, a note, or both' });
  }
}

export const incidentNumber = z.int().min(1).max(Number.MAX_SAFE_INTEGER);
const anything = { anyOf: eitherOf('state', 'note') };
export const updateBody = z.strictObject(updateFields).superRefine(needsAnything).meta(anything);
export const updateByBody = z
  .strictObject({ incidentId: incidentNumber, ...updateFields })
  .superRefine(needsAnything)
  .meta(anything);

const DEFAULT_LIMIT = 25;
const MOST = 100;

const wholeNumber = z
  .string()
  .regex(/^\d{1,15}$/, 'must be a whole number')
  .transform(Number);

export const listQuery = z.strictObject({
  incidentId: wholeNumber.exactOptional().meta({ description: 'One incident by number; goes with no other parameter' }),
  state: z.enum(STATES).exactOptional(),
  severity: z.enum(SEVERITIES).exactOptional(),
  service: id.exactOptional(),
  team: id.exactOptional(),
  from: instant.exactOptional().meta({ description: 'Created at or after; default 13 months ago' }),
  to: instant.exactOptional().meta({ description: 'Created at or before; default now' }),
  limit: wholeNumber
    .refine((n) => n >= 1 && n <= MOST, `must be from 1 to ${MOST}`)
    .default(DEFAULT_LIMIT)
    .meta({ description: `1 to ${MOST}, default ${DEFAULT_LIMIT}`, pattern: '^0*([1-9]\\d?|100)$' }),
  cursor: z.string().max(200).exactOptional().meta({ description: '`next` of the page before' }),
});

const who = {
  by: updateFields.by,
  ifVersion: updateFields.ifVersion,
};

/** The longest snooze: beyond that an incident is not snoozed but forgotten. */
export const MOST_SNOOZE_MINUTES = 60 * 24 * 30;

export const snoozeBody = z
  .strictObject({
    until: instant.exactOptional(),
    minutes: z.number().positive().max(MOST_SNOOZE_MINUTES).exactOptional(),
    ...who,
  })
  .superRefine((body, context) => {
    if ((body.until === undefined) === (body.minutes === undefined)) {
      context.addIssue({ code: 'custom', path: ['until'], message: 'give either until or minutes' });
    }
  })
  .meta({ oneOf: eitherOf('until', 'minutes') });

export const assignBody = z
  .strictObject({ user: id.exactOptional(), escalationPolicy: id.exactOptional(), ...who })
  .superRefine((body, context) => {
    if ((body.user === undefined) === (body.escalationPolicy === undefined)) {
      context.addIssue({ code: 'custom', path: ['user'], message: 'give either a user or an escalationPolicy' });
    }
  })
  .meta({ oneOf: eitherOf('user', 'escalationPolicy') });

export const escalateBody = z.strictObject(who);
export const respondersBody = z.strictObject({ users: z.array(id).min(1).max(50), ...who });
export const mergeBody = z.strictObject({ into: incidentNumber, ...who });
export const priorityBody = z.strictObject({ priority: z.enum(PRIORITIES), ...who });

export const onCallQuery = z.strictObject({
  at: instant.exactOptional().meta({ description: 'Default: now' }),
  team: id.exactOptional(),
  service: id.exactOptional(),
  schedule: id.exactOptional(),
  user: id.exactOptional(),
});

export const spanQuery = z.strictObject({
  from: instant.exactOptional().meta({ description: 'Default: now' }),
  to: instant.exactOptional().meta({ description: 'Default: 14 days after from; at most 400 days after it' }),
});

export const overrideBody = z.strictObject({
  id: id.exactOptional(),
  kind: z.enum(['replace', 'add', 'remove']).default('replace'),
  user: id,
  from: z.string().min(1).max(40).meta({ description: 'An instant, or a wall clock in the zone of the schedule' }),
  to: z.string().min(1).max(40),
});

const epoch = z.number().refine((value) => instant.safeParse(value).success, 'must be seconds since 1970');
const moment = z.union([momentText, epoch], 'must be a time such as 2026-11-21T03:04, or with a zone');

export const simulateBody = z.strictObject({
  service: id,
  severity: z.enum(SEVERITIES).default('CRIT'),
  at: moment.exactOptional().meta({
    description:
      'When the incident comes up; default now. RFC 3339, or seconds since 1970; without a zone it is the wall clock of the service',
  }),
  acknowledgedAfterMinutes: z.number().min(0).max(100_000).exactOptional(),
  config: z
    .record(z.string(), z.unknown())
    .exactOptional()
    .meta({ description: 'A configuration to try; default the one in force' }),
});

export const dryRunQuery = z.strictObject({ dryRun: z.enum(['true', 'false']).exactOptional() });
