import * as z from 'zod';
import { DEFAULT_ESCALATE_AFTER_SECONDS, DEFAULT_PAGE_AFTER_SECONDS } from '../service.ts';
import { isTimeZone } from '../time.ts';

/** The address of one person, without a display name. Deliberately loose: SES is the judge, this keeps out what cannot be one. */
export const email = z.string().regex(/^[^\s@<>,;"\\]{1,64}@[^\s@<>,;"\\]{1,189}$/, 'must be an email address');
const id = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/, 'must be letters, digits, dots, dashes, underscores');
const name = z.string().min(1).max(200);
/** A week: later than that nobody is waiting for a page any more. */
const delaySeconds = z.int().min(0).max(604_800);

const calendarDay = z.strictObject({
  day: z.union([z.literal('default'), z.iso.date()], 'must be YYYY-MM-DD or default'),
  oncall: email.exactOptional(),
  escalation: email.exactOptional(),
});

const team = z.strictObject({
  id,
  name: name.exactOptional(),
  timeZone: z.string().refine(isTimeZone, 'must be an IANA time zone, such as Europe/Berlin').default('UTC'),
  calendar: z.array(calendarDay).max(5_000).default([]),
});

const service = z.strictObject({
  id,
  name: name.exactOptional(),
  team: id.exactOptional(),
  pageAfterSeconds: delaySeconds.default(DEFAULT_PAGE_AFTER_SECONDS),
  escalateAfterSeconds: delaySeconds.default(DEFAULT_ESCALATE_AFTER_SECONDS),
});

/** The configuration of a deployment: who owns what, and who is called when. One document, replaced as a whole. */
export const configDocument = z
  .strictObject({ teams: z.array(team).max(1_000).default([]), services: z.array(service).max(5_000).default([]) })
  .superRefine((document, context) => {
    const fault = (path: (string | number)[], message: string) => context.addIssue({ code: 'custom', path, message });
    const teams = new Set<string>();
    for (const [t, { id: teamId, calendar }] of document.teams.entries()) {
      if (teams.has(teamId)) fault(['teams', t, 'id'], `team ${teamId} is there twice`);
      teams.add(teamId);
      const days = new Set<string>();
      for (const [d, { day }] of calendar.entries()) {
        if (days.has(day)) fault(['teams', t, 'calendar', d, 'day'], `${day} is there twice`);
        days.add(day);
      }
    }
    const services = new Set<string>();
    for (const [s, entry] of document.services.entries()) {
      if (services.has(entry.id)) fault(['services', s, 'id'], `service ${entry.id} is there twice`);
      services.add(entry.id);
      if (entry.team !== undefined && !teams.has(entry.team))
        fault(['services', s, 'team'], `there is no team ${entry.team}`);
      if (entry.escalateAfterSeconds < entry.pageAfterSeconds) {
        fault(['services', s, 'escalateAfterSeconds'], 'must not be before pageAfterSeconds');
      }
    }
  });
export type ConfigDocument = z.output<typeof configDocument>;

export const EMPTY_CONFIG: ConfigDocument = { teams: [], services: [] };
