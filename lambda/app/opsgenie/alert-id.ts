import { createHash } from 'node:crypto';
import type { Incident } from '../../../core/incident.ts';

type Numbered = Pick<Incident, 'incidentId' | 'createdAt'>;

/**
 * The id of an incident's alert: a UUID and the creation time, as Opsgenie's are. The last group holds the number, so an id is found
 * without an index; the rest makes ids of two deployments differ. It is no secret.
 */
export function alertIdOf({ incidentId, createdAt }: Numbered): string {
  const hash = createHash('sha256').update(`alert ${incidentId} ${createdAt}`).digest('hex');
  const number = incidentId.toString(16).padStart(12, '0');
  return `${hash.slice(0, 8)}-${hash.slice(8, 12)}-8${hash.slice(13, 16)}-a${hash.slice(17, 20)}-${number}-${createdAt}`;
}

const ALERT_ID = /^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-a[0-9a-f]{3}-([0-9a-f]{12})-(\d{1,15})$/;

/** The incident that an id can only be of; undefined when it is none of ours. */
export function numberedBy(alertId: string): Numbered | undefined {
  const [, number, createdAt] = ALERT_ID.exec(alertId.toLowerCase()) ?? [];
  if (number === undefined || createdAt === undefined) return undefined;
  const found = { incidentId: Number.parseInt(number, 16), createdAt: Number(createdAt) };
  return alertIdOf(found) === alertId.toLowerCase() ? found : undefined;
}
