import type { Incident } from '../../core/incident.ts';
import { applyChange, type Change, type ChangeDecision } from '../../core/transitions.ts';
import type { DedupStore } from '../data/dedup.ts';
import type { IncidentStore } from '../data/incidents.ts';
import { dedupId } from '../data/keys.ts';
import type { Workflow } from '../data/workflow.ts';
import { finishMerge } from './merge-incidents.ts';
import { MOST_CONFLICTS, type Surroundings, TooManyConflicts } from './ports.ts';
import { startWorkflow } from './start-workflow.ts';

export interface UpdateDeps extends Surroundings {
  readonly incidents: IncidentStore;
  readonly dedup: DedupStore;
  readonly workflow: Workflow;
}

export type Updated =
  | { readonly kind: 'changed'; readonly incident: Incident }
  | { readonly kind: 'unchanged'; readonly incident: Incident }
  | Extract<ChangeDecision, { kind: 'refused' }>
  /** A newer incident of the same dedup key is open: that one is the one to work on. */
  | { readonly kind: 'superseded'; readonly incident: Incident; readonly by: number }
  | { readonly kind: 'not found' };

/** Applies a change to an incident: loads, decides, writes on condition, and decides again if somebody was faster. */
export async function updateIncident(deps: UpdateDeps, incidentId: number, change: Change): Promise<Updated> {
  let wanted = change;
  /** The incident as it was when the lock was marked: whoever meets the mark re-opens it, in our stead. */
  let marked: Incident | undefined;
  for (let attempt = 0; attempt < MOST_CONFLICTS; attempt++) {
    const incident = await deps.incidents.get(incidentId);
    if (!incident) return { kind: 'not found' };
    if (marked && reopenedInOurStead(marked, incident)) {
      // It is done. A second time would undo what has been done to the incident since.
      if (change.note === undefined) return { kind: 'unchanged', incident };
      wanted = { by: change.by, note: change.note };
    }
    const decision = applyChange(incident, wanted, deps.now());
    if (decision.kind !== 'changed') return decision;
    const revived = incident.state === 'RESOLVED' && decision.incident.state === 'OPEN';
    const newer = revived ? await regainLock(deps, incident) : 'ours';
    if (newer === 'contended') continue;
    if (newer !== 'ours') return { kind: 'superseded', incident, by: newer };
    if (revived) marked = incident;
    const saved = await deps.incidents.save(incident, decision.incident, deps.token());
    if (saved.kind === 'conflict') continue;
    if (decision.wake) await startWorkflow(deps, saved.incident);
    return { kind: 'changed', incident: saved.incident };
  }
  throw new TooManyConflicts(`incident ${incidentId} changed ${MOST_CONFLICTS} times while it was being updated`);
}

/** True when an event met the mark. Somebody else's own re-opening is not ours: it has an author, and may hold for one version only. */
function reopenedInOurStead({ timelineSeq }: Incident, { timeline }: Incident): boolean {
  return timeline.some(({ seq, kind, by }) => seq === timelineSeq + 1 && kind === 'reopened' && by === 'inresponse');
}

/**
 * Before a resolved incident with a dedup key opens again, its key must point at it, marked as re-opening: an event that arrives
 * meanwhile then finishes the re-opening and joins, instead of opening a second incident. Answers the number of a newer unresolved
 * incident if that holds the key.
 */
async function regainLock(deps: UpdateDeps, incident: Incident): Promise<'ours' | 'contended' | number> {
  if (incident.dedupKey === undefined) return 'ours';
  const id = dedupId(incident.service, incident.dedupKey);
  const lock = await deps.dedup.get(id);
  if (lock && lock.incidentId !== incident.incidentId) {
    const holder = await deps.incidents.get(lock.incidentId);
    if (holder?.state !== 'RESOLVED') return lock.incidentId;
    // To be superseded by what is not open yet would be a lie to whoever asks next.
    if (lock.reopenVersion === holder.version) {
      await finishReopening(deps, holder);
      return 'contended';
    }
    if (await finishMerge(deps, holder)) return 'contended';
  }
  const mine = { incidentId: incident.incidentId, reopenVersion: incident.version };
  return (await deps.dedup.set(id, mine, lock)) ? 'ours' : 'contended';
}

/** Opens an incident in the stead of somebody who has marked its lock, and may have died over it. A conflict means that it is done. */
export async function finishReopening(
  deps: Pick<UpdateDeps, 'incidents' | 'workflow'> & Surroundings,
  incident: Incident,
): Promise<void> {
  const change = applyChange(incident, { state: 'OPEN', by: 'inresponse' }, deps.now());
  if (change.kind !== 'changed') return;
  const saved = await deps.incidents.save(incident, change.incident, deps.token());
  if (saved.kind === 'saved') await startWorkflow(deps, saved.incident);
}
