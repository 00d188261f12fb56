import * as z from 'zod';
import { zoneName } from '../schedule/fields.ts';
import { id, name, person } from './fields.ts';

const DAY = 'must be YYYY-MM-DD or default';

const calendarDay = z.strictObject({
  day: z.union([z.literal('default'), z.iso.date(DAY)], DAY),
  oncall: person.exactOptional(),
  escalation: person.exactOptional(),
});

export const team = z.strictObject({
  id,
  name: name.exactOptional(),
  /** In which a calendar day begins at midnight. Default UTC. */
  timeZone: zoneName.exactOptional(),
  members: z.array(id).max(500).exactOptional(),
  calendar: z.array(calendarDay).max(5_000).exactOptional(),
  /** Of the team's services that name none themselves. */
  escalationPolicy: id.exactOptional(),
});
export type TeamForm = z.infer<typeof team>;

export const DEFAULT_TIME_ZONE = 'UTC';
