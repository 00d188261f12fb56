import type { Incident } from '../../../core/incident.ts';
import { type Integration, scopedKey, UNROUTED } from '../../../core/integration.ts';
import type { DedupStore } from '../../data/dedup.ts';
import type { IncidentStore } from '../../data/incidents.ts';
import { aliasId, dedupId } from '../../data/keys.ts';
import { aliasOf } from '../../ingest/opsgenie/create.ts';
import type { IdentifierType } from '../../ingest/opsgenie/path.ts';
import { numberedBy } from './alert-id.ts';

export interface FindDeps {
  readonly incidents: Pick<IncidentStore, 'get'>;
  readonly dedup: Pick<DedupStore, 'get'>;
}

/** Whether a key may know of an incident: one of a service knows that service and what it has raised, a routed one knows all. */
export function isVisible(
  { service, integrationId }: Pick<Integration, 'service' | 'integrationId'>,
  { opsgenie, service: its }: Pick<Incident, 'opsgenie' | 'service'>,
): boolean {
  if (opsgenie?.deleted) return false;
  return service === undefined || service === its || opsgenie?.integration?.id === integrationId;
}

/** The incident of an alert, as a sender names it; an alias is one of an open alert only. Strongly consistent. */
export async function findAlert(
  deps: FindDeps,
  integration: Integration,
  type: IdentifierType,
  identifier: string,
): Promise<Incident | undefined> {
  const found = await byType(deps, integration, type, identifier);
  return found && isVisible(integration, found) ? found : undefined;
}

async function byType(
  deps: FindDeps,
  integration: Integration,
  type: IdentifierType,
  identifier: string,
): Promise<Incident | undefined> {
  switch (type) {
    case 'id':
      return byId(deps, identifier);
    case 'tiny':
      return /^\d{1,15}$/.test(identifier) ? deps.incidents.get(Number(identifier)) : undefined;
    case 'alias':
      return (await byAlias(deps, integration, identifier)) ?? (await byOwnAlias(deps, identifier));
  }
}

async function byId(deps: FindDeps, alertId: string): Promise<Incident | undefined> {
  const numbered = numberedBy(alertId);
  const incident = numbered && (await deps.incidents.get(numbered.incidentId));
  return incident?.createdAt === numbered?.createdAt ? incident : undefined;
}

/** An alert without an alias has its id for one. */
async function byOwnAlias(deps: FindDeps, alias: string): Promise<Incident | undefined> {
  const incident = await byId(deps, alias);
  return incident && incident.dedupKey === undefined && incident.state !== 'RESOLVED' ? incident : undefined;
}

async function byAlias(deps: FindDeps, integration: Integration, text: string): Promise<Incident | undefined> {
  const alias = aliasOf(text);
  if (alias === undefined) return undefined;
  const key = scopedKey(integration, alias);
  const { service, integrationId } = integration;
  const locks = service === undefined ? [aliasId(integrationId, key), dedupId(UNROUTED, key)] : [dedupId(service, key)];
  // The service may have gone from the configuration since: its events went to the catch-all then.
  if (service !== undefined && service !== UNROUTED) locks.push(dedupId(UNROUTED, key));
  for (const id of locks) {
    const lock = await deps.dedup.get(id);
    const incident = lock && (await deps.incidents.get(lock.incidentId));
    if (incident && incident.state !== 'RESOLVED') return incident;
  }
  return undefined;
}
