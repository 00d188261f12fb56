import { repeat } from '../../core/actions.ts';
import { groupOf } from '../../core/grouping.ts';
import type { Incident } from '../../core/incident.ts';
import { type NewIncident, openIncident } from '../../core/transitions.ts';
import type { IncidentCounter } from '../data/counter.ts';
import type { DedupLock, DedupStore } from '../data/dedup.ts';
import type { IncidentStore } from '../data/incidents.ts';
import { dedupId, groupId } from '../data/keys.ts';
import type { ServiceStore } from '../data/services.ts';
import type { Workflow } from '../data/workflow.ts';
import { finishMerge } from './merge-incidents.ts';
import { MOST_CONFLICTS, type Surroundings, TooManyConflicts } from './ports.ts';
import { startWorkflow } from './start-workflow.ts';
import { finishReopening } from './update-incident.ts';

export interface RaiseDeps extends Surroundings {
  readonly incidents: IncidentStore;
  readonly services: Pick<ServiceStore, 'get'>;
  readonly counter: IncidentCounter;
  readonly dedup: DedupStore;
  readonly workflow: Workflow;
}

export type Raised =
  | { readonly kind: 'created'; readonly incident: Incident }
  | { readonly kind: 'absorbed'; readonly incident: Incident }
  | { readonly kind: 'unknown service' };

/**
 * Takes an event in. When this answers `created` or `absorbed`, the incident is durable and its paging is owed on the item itself.
 *
 * Order of writes for a new incident with a dedup key (or in a group), and what dying after each leaves behind:
 * 1. the counter: a gap in the numbers;
 * 2. the locks, naming the number: the next event of the key finds no incident there and creates it under that very number;
 * 3. the incident, due now: complete. If its workflow is never started, the reconciler finds it overdue and pages.
 * Two first events in one instant meet at the lock or at the incident's conditional write; the later one is absorbed.
 */
export async function raiseIncident(deps: RaiseDeps, request: NewIncident, by: string): Promise<Raised> {
  const { dedupKey, service: serviceId } = request;
  for (let attempt = 0; attempt < MOST_CONFLICTS; attempt++) {
    const key = dedupKey === undefined ? undefined : await holderOf(deps, dedupId(serviceId, dedupKey));
    if (key?.kind === 'absorbed') return key;
    if (key?.kind === 'changing') continue;
    const service = await deps.services.get(serviceId);
    if (!service) return { kind: 'unknown service' };
    const group = groupOf(request, service);
    const grouped = group && (await holderOf(deps, groupId(serviceId, group.key), group.windowMs));
    if (grouped?.kind === 'changing') continue;
    if (grouped?.kind === 'absorbed') {
      // From now on events of this key find the group's incident by themselves. Dying before costs them the detour, no more.
      if (key) await deps.dedup.set(key.id, { incidentId: grouped.incident.incidentId }, key.lock);
      return grouped;
    }
    const incidentId = await takeLocks(
      deps,
      [key, grouped].filter((held) => held !== undefined),
    );
    if (incidentId === undefined) continue;
    const saved = await deps.incidents.create(openIncident(request, service, incidentId, by, deps.now()), deps.token());
    if (saved.kind === 'conflict') continue;
    deps.count('IncidentRaised');
    await startWorkflow(deps, saved.incident);
    return { kind: 'created', incident: saved.incident };
  }
  throw new TooManyConflicts(`an event of service ${serviceId} met ${MOST_CONFLICTS} concurrent changes`);
}

type Holder =
  | { readonly kind: 'absorbed'; readonly incident: Incident }
  /** Somebody is at it; look again. */
  | { readonly kind: 'changing' }
  /** To be taken: there is no lock, or its incident never came to be (`missing`), or takes no events any more. */
  | { readonly kind: 'free'; readonly id: string; readonly lock: DedupLock | undefined; readonly missing: boolean };

/** Merges that are followed from one incident to the next; two that were merged into each other never end. */
const MOST_MERGES = 20;

/** Adds the event to the incident that a lock names, or that it was merged into, if that takes events in. */
async function holderOf(deps: RaiseDeps, id: string, windowMs?: number): Promise<Holder> {
  const lock = await deps.dedup.get(id);
  if (!lock) return { kind: 'free', id, lock, missing: false };
  const free = { kind: 'free', id, lock } as const;
  let incidentId = lock.incidentId;
  let merging: Incident | undefined;
  for (let merges = 0; merges <= MOST_MERGES; merges++) {
    const now = deps.now();
    const since = windowMs === undefined ? 0 : now - windowMs;
    const absorbed = await deps.incidents.absorb(incidentId, now, deps.token(), since);
    if (absorbed) {
      deps.count('IncidentAbsorbed');
      return { kind: 'absorbed', incident: absorbed };
    }
    const incident = await deps.incidents.get(incidentId);
    if (!incident) return { ...free, missing: incidentId === lock.incidentId };
    const reopening = incidentId === lock.incidentId && lock.reopenVersion === incident.version;
    if (incident.state === 'RESOLVED' && !reopening) {
      if (incident.mergeOwed) merging ??= incident;
      if (incident.mergedInto === undefined) break;
      incidentId = incident.mergedInto;
      continue;
    }
    if (incident.state !== 'RESOLVED' && incident.lastSeenAt <= since) return { ...free, missing: false };
    if (incident.state === 'RESOLVED') await finishReopening(deps, incident);
    else await pageAgain(deps, incident, now);
    return { kind: 'changing' };
  }
  if (merging && (await finishMerge(deps, merging))) return { kind: 'changing' };
  return { ...free, missing: false };
}

/** Old pages are renewed. The event joins afterwards. */
async function pageAgain(deps: RaiseDeps, incident: Incident, now: number): Promise<void> {
  const next = repeat(incident, now);
  if (!next) return;
  const saved = await deps.incidents.save(incident, next, deps.token());
  if (saved.kind === 'saved') await startWorkflow(deps, saved.incident);
}

/** Makes the locks name one number and answers it; undefined when another event took one of them first. */
async function takeLocks(
  deps: RaiseDeps,
  free: readonly Extract<Holder, { kind: 'free' }>[],
): Promise<number | undefined> {
  const incidentId = free.find((held) => held.missing)?.lock?.incidentId ?? (await deps.counter.next());
  for (const { id, lock } of free) {
    if (lock?.incidentId !== incidentId && !(await deps.dedup.set(id, { incidentId }, lock))) return undefined;
  }
  return incidentId;
}
