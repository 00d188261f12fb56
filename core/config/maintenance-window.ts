import * as z from 'zod';
import { momentText, zoneName } from '../schedule/fields.ts';
import { instantOf, parseMoment } from '../schedule/moment.ts';
import { zoneClock } from '../schedule/zone.ts';
import type { EpochMs } from '../time.ts';
import { EVEN_IF_FAULTY, id, name } from './fields.ts';
import { restriction } from './restrictions.ts';
import { DEFAULT_TIME_ZONE } from './team.ts';

const ids = z.array(id).min(1).max(1_000).exactOptional();

export const maintenanceWindow = z
  .strictObject({
    id,
    name: name.exactOptional(),
    services: ids,
    /** All services of these teams. */
    teams: ids,
    /** For wall clocks in `from`, `to` and `recurring`. Default UTC. */
    timeZone: zoneName.exactOptional(),
    from: momentText,
    to: momentText,
    /** Within `from` and `to`, at these times only. */
    recurring: z.array(restriction).min(1).max(50).exactOptional(),
  })
  .superRefine((form, context) => {
    const fault = (path: string[], message: string) => context.addIssue({ code: 'custom', path, message });
    if (form.services === undefined && form.teams === undefined) fault(['services'], 'give services, teams or both');
    const [from, to] = [instantIn(form.from, form.timeZone), instantIn(form.to, form.timeZone)];
    if (from !== undefined && to !== undefined && to <= from) fault(['to'], 'must be after from');
  }, EVEN_IF_FAULTY);
export type MaintenanceForm = z.infer<typeof maintenanceWindow>;

/** The instant that a text means in a zone; undefined for anything that is not a moment, or where the zone is none. */
export function instantIn(text: unknown, timeZone: unknown = DEFAULT_TIME_ZONE): EpochMs | undefined {
  const moment = typeof text === 'string' ? parseMoment(text) : undefined;
  if (!moment || !zoneName.safeParse(timeZone).success) return undefined;
  return instantOf(moment, zoneClock(String(timeZone)));
}
