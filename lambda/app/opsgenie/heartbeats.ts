import { expiryKey, type Heartbeat, type HeartbeatUpdate, pinged, updated } from '../../../core/heartbeat.ts';
import { type Integration, UNROUTED } from '../../../core/integration.ts';
import type { HeartbeatStore, StoredHeartbeat } from '../../data/heartbeats.ts';
import { dedupId } from '../../data/keys.ts';
import type { HeartbeatDraft } from '../../ingest/opsgenie/heartbeat.ts';
import { MOST_CONFLICTS, TooManyConflicts } from '../ports.ts';
import { type UpdateDeps, updateIncident } from '../update-incident.ts';

export interface HeartbeatDeps extends UpdateDeps {
  readonly heartbeats: HeartbeatStore;
}

/** A heartbeat belongs to the service of the key that made it, and is seen by that service's keys alone. */
export function serviceOf({ service }: Pick<Integration, 'service'>): string {
  return service ?? UNROUTED;
}

/** A new heartbeat: it does not expire before it was pinged once. Undefined when there is one of this name. */
export async function createHeartbeat(
  deps: HeartbeatDeps,
  integration: Integration,
  draft: HeartbeatDraft,
): Promise<Heartbeat | undefined> {
  const heartbeat: Heartbeat = {
    ...draft,
    service: serviceOf(integration),
    integration: { id: integration.integrationId, name: integration.name },
    createdAt: deps.now(),
    expired: false,
  };
  return (await deps.heartbeats.create(heartbeat, deps.token())) ? heartbeat : undefined;
}

export type PingOutcome = 'counted' | 'resolved' | 'unknown';

/** Takes a ping. The one that ends an expiry resolves its incident first: dying in between leaves that to the next ping. */
export async function pingHeartbeat(deps: HeartbeatDeps, service: string, name: string): Promise<PingOutcome> {
  for (let attempt = 0; attempt < MOST_CONFLICTS; attempt++) {
    if (await deps.heartbeats.ping(service, name, deps.now())) return 'counted';
    const stored = await deps.heartbeats.get(service, name);
    if (!stored) return 'unknown';
    const { expired } = stored.heartbeat;
    if (expired) await resolveExpiry(deps, stored.heartbeat, `Heartbeat ${name} is back.`);
    if (await deps.heartbeats.replace(stored, pinged(stored.heartbeat, deps.now())))
      return expired ? 'resolved' : 'counted';
  }
  throw new TooManyConflicts(`heartbeat ${name} changed ${MOST_CONFLICTS} times while it was being pinged`);
}

/** Changes a heartbeat; undefined when there is none of this name. One that is switched off has nothing to page for any more. */
export function updateHeartbeat(
  deps: HeartbeatDeps,
  service: string,
  name: string,
  update: HeartbeatUpdate,
): Promise<Heartbeat | undefined> {
  return change(deps, service, name, async (stored) => {
    const after = updated(stored.heartbeat, update, deps.now());
    if (stored.heartbeat.expired && !after.expired)
      await resolveExpiry(deps, stored.heartbeat, `Heartbeat ${name} was disabled.`);
    return (await deps.heartbeats.replace(stored, after)) ? after : undefined;
  });
}

export function switchHeartbeat(
  deps: HeartbeatDeps,
  service: string,
  name: string,
  enabled: boolean,
): Promise<Heartbeat | undefined> {
  return updateHeartbeat(deps, service, name, { enabled });
}

export function deleteHeartbeat(deps: HeartbeatDeps, service: string, name: string): Promise<Heartbeat | undefined> {
  return change(deps, service, name, async (stored) => {
    const { heartbeat } = stored;
    if (heartbeat.expired) await resolveExpiry(deps, heartbeat, `Heartbeat ${name} was deleted.`);
    return (await deps.heartbeats.remove(stored)) ? heartbeat : undefined;
  });
}

async function change(
  deps: HeartbeatDeps,
  service: string,
  name: string,
  write: (stored: StoredHeartbeat) => Promise<Heartbeat | undefined>,
): Promise<Heartbeat | undefined> {
  for (let attempt = 0; attempt < MOST_CONFLICTS; attempt++) {
    const stored = await deps.heartbeats.get(service, name);
    if (!stored) return undefined;
    const written = await write(stored);
    if (written) return written;
  }
  throw new TooManyConflicts(`heartbeat ${name} changed ${MOST_CONFLICTS} times while it was being updated`);
}

/** Resolves the incident that an expiry has opened, if it is open. */
export async function resolveExpiry(
  deps: HeartbeatDeps,
  { service, name }: Pick<Heartbeat, 'service' | 'name'>,
  note: string,
): Promise<void> {
  // A service that has gone from the configuration has its events in the catch-all.
  for (const each of new Set([service, UNROUTED])) {
    const lock = await deps.dedup.get(dedupId(each, expiryKey(name)));
    const incident = lock && (await deps.incidents.get(lock.incidentId));
    if (!incident || incident.state === 'RESOLVED') continue;
    await updateIncident(deps, incident.incidentId, { state: 'RESOLVED', by: `heartbeat ${name}`, note });
    return;
  }
}
