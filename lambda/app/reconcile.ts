import { settle } from '../../core/escalation.ts';
import { SECOND_MS } from '../../core/time.ts';
import { record } from '../../core/timeline.ts';
import type { IncidentStore } from '../data/incidents.ts';
import { type Workflow, workflowInput } from '../data/workflow.ts';
import { type AdvanceDeps, advance } from './advance.ts';
import { startWorkflow } from './start-workflow.ts';

/** How long a workflow may be late before it is taken to have failed. */
export const GRACE_MS = 30 * SECOND_MS;
/** Per shard and sweep; what is left is the next sweep's, a minute later. */
const MOST_PER_SWEEP = 50;
/** Enough to get through a sweep in time, few enough to stay below SES's default sending rate. */
const AT_ONCE = 10;

export interface ReconcileDeps extends AdvanceDeps {
  readonly incidents: IncidentStore;
  readonly workflow: Workflow;
}

export interface Sweep {
  readonly overdue: number;
  readonly repaired: number;
  readonly failed: number;
}

/**
 * Makes good what is overdue: a workflow that was never started, or died, or waits for nothing. For each such incident the generation
 * goes up (so that a workflow which is merely slow finds itself superseded), what is due is paged here and now, and a new
 * workflow takes over the waiting. One incident's failure does not stop the others.
 */
export async function reconcile(deps: ReconcileDeps): Promise<Sweep> {
  const overdue = await deps.incidents.overdue(deps.now() - GRACE_MS, MOST_PER_SWEEP);
  let repaired = 0;
  let failed = 0;
  for (let at = 0; at < overdue.length; at += AT_ONCE) {
    const batch = overdue.slice(at, at + AT_ONCE);
    const results = await Promise.allSettled(batch.map((incidentId) => repair(deps, incidentId)));
    for (const [i, result] of results.entries()) {
      if (result.status === 'fulfilled') repaired += result.value ? 1 : 0;
      else {
        failed += 1;
        deps.log.error('overdue incident not made good', { incidentId: batch[i], error: String(result.reason) });
      }
    }
  }
  if (repaired > 0) deps.count('OverdueRepaired', repaired);
  return { overdue: overdue.length, repaired, failed };
}

/** The index lags behind the table, so the item itself is asked again. */
async function repair(deps: ReconcileDeps, incidentId: number): Promise<boolean> {
  const incident = await deps.incidents.get(incidentId);
  const now = deps.now();
  if (!incident || incident.dueAt === undefined || incident.dueAt > now - GRACE_MS) return false;
  const lateSeconds = Math.round((now - incident.dueAt) / SECOND_MS);
  const text = `The workflow was ${lateSeconds} s late; the reconciler took over.`;
  const noted = record(incident, now, { kind: 'repaired', by: 'inresponse', text });
  const saved = await deps.incidents.save(
    incident,
    settle({ ...noted, generation: incident.generation + 1 }),
    deps.token(),
  );
  if (saved.kind === 'conflict') return false;
  const result = await advance(deps, workflowInput(saved.incident));
  if (result.status === 'wait') await startWorkflow(deps, saved.incident);
  return true;
}
