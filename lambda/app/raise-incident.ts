import type { Incident } from '../../core/incident.ts';
import { applyChange, type NewIncident, openIncident } from '../../core/transitions.ts';
import type { IncidentCounter } from '../data/counter.ts';
import type { DedupLock, DedupStore } from '../data/dedup.ts';
import type { IncidentStore } from '../data/incidents.ts';
import { dedupId } from '../data/keys.ts';
import type { ServiceStore } from '../data/services.ts';
import type { Workflow } from '../data/workflow.ts';
import { MOST_CONFLICTS, type Surroundings, TooManyConflicts } from './ports.ts';
import { startWorkflow } from './start-workflow.ts';

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
 * Order of writes for a new incident with a dedup key, and what dying after each leaves behind:
 * 1. the counter: a gap in the numbers;
 * 2. the lock, naming the number: the next event of the key finds no incident there and creates it under that very number;
 * 3. the incident, due now: complete. If its workflow is never started, the reconciler finds it overdue and pages.
 * Two first events in one instant meet at the lock or at the incident's conditional write; the later one is absorbed.
 */
export async function raiseIncident(deps: RaiseDeps, request: NewIncident, by: string): Promise<Raised> {
  const { dedupKey } = request;
  if (dedupKey === undefined) return create(deps, request, by, () => deps.counter.next());
  const id = dedupId(request.service, dedupKey);
  for (let attempt = 0; attempt < MOST_CONFLICTS; attempt++) {
    const lock = await deps.dedup.get(id);
    const holder = lock && (await joinHolder(deps, lock));
    if (holder?.kind === 'absorbed') return holder;
    if (holder?.kind === 'changing') continue;
    const raised = await create(deps, request, by, () => takeLock(deps, id, lock, holder?.kind === 'missing'));
    if (raised) return raised;
  }
  throw new TooManyConflicts(`dedup key of service ${request.service} changed hands ${MOST_CONFLICTS} times`);
}

type Holder =
  | { kind: 'absorbed'; incident: Incident }
  | { kind: 'missing' }
  | { kind: 'resolved' }
  | { kind: 'changing' };

/** Adds the event to the incident that the lock names, if that incident takes events in. */
async function joinHolder(deps: RaiseDeps, lock: DedupLock): Promise<Holder> {
  const now = deps.now();
  const absorbed = await deps.incidents.absorb(lock.incidentId, now);
  if (absorbed) {
    deps.count('IncidentAbsorbed');
    return { kind: 'absorbed', incident: absorbed };
  }
  const incident = await deps.incidents.get(lock.incidentId);
  if (!incident) return { kind: 'missing' };
  if (incident.state !== 'RESOLVED') return { kind: 'changing' };
  if (lock.reopenVersion !== incident.version) return { kind: 'resolved' };
  // Somebody is re-opening it and may have died on the way: finish that, then join.
  const change = applyChange(incident, { state: 'OPEN', by: 'inresponse' }, now);
  if (change.kind === 'changed') {
    const saved = await deps.incidents.save(incident, change.incident, deps.token());
    if (saved.kind === 'saved') await startWorkflow(deps, saved.incident);
  }
  return { kind: 'changing' };
}

/** The number to create under, once the lock names it; undefined when another event took the lock first. */
async function takeLock(
  deps: RaiseDeps,
  id: string,
  lock: DedupLock | undefined,
  missing: boolean,
): Promise<number | undefined> {
  if (lock && missing) return lock.incidentId;
  const incidentId = await deps.counter.next();
  return (await deps.dedup.set(id, { incidentId }, lock)) ? incidentId : undefined;
}

function create(deps: RaiseDeps, request: NewIncident, by: string, number: () => Promise<number>): Promise<Raised>;
function create(
  deps: RaiseDeps,
  request: NewIncident,
  by: string,
  number: () => Promise<number | undefined>,
): Promise<Raised | undefined>;
async function create(
  deps: RaiseDeps,
  request: NewIncident,
  by: string,
  number: () => Promise<number | undefined>,
): Promise<Raised | undefined> {
  const service = await deps.services.get(request.service);
  if (!service) return { kind: 'unknown service' };
  const incidentId = await number();
  if (incidentId === undefined) return undefined;
  const saved = await deps.incidents.create(openIncident(request, service, incidentId, by, deps.now()), deps.token());
  if (saved.kind === 'conflict') return undefined;
  deps.count('IncidentRaised');
  await startWorkflow(deps, saved.incident);
  return { kind: 'created', incident: saved.incident };
}
