import { mergeIsVoid, mergeTold, takeMerge, undoMerge } from '../../core/actions.ts';
import type { Incident } from '../../core/incident.ts';
import type { IncidentStore } from '../data/incidents.ts';
import type { Workflow } from '../data/workflow.ts';
import type { Surroundings } from './ports.ts';
import { startWorkflow } from './start-workflow.ts';

/**
 * The second half of a merge: tells the receiving incident, then ticks that off on the merged one, or re-opens that if there is nothing
 * left to receive it. Both halves may be repeated; a conflict leaves them to the next turn. Answers the merged incident as it is
 * written then.
 */
export async function tellMerge(
  deps: Surroundings & { readonly incidents: Pick<IncidentStore, 'get' | 'save'> },
  source: Incident,
  into: number,
): Promise<Incident> {
  const target = await deps.incidents.get(into);
  const isVoid = mergeIsVoid(target, source);
  const told = target && !isVoid ? takeMerge(target, source, deps.now()) : undefined;
  if (target && told) {
    const saved = await deps.incidents.save(target, told, deps.token());
    if (saved.kind === 'conflict') return source;
  }
  const after = isVoid ? undoMerge(source, deps.now()) : mergeTold(source);
  const ticked = await deps.incidents.save(source, after, deps.token());
  return ticked.kind === 'saved' ? ticked.incident : source;
}

/**
 * Does what a merge under way still owes, if `source` is one. An incident whose receiver is over opens again, so nobody may take
 * its dedup key from it before that is decided. Answers whether there was anything to do; what the incident is now is to be read anew.
 */
export async function finishMerge(
  deps: Parameters<typeof tellMerge>[0] & { readonly workflow: Workflow },
  source: Incident,
): Promise<boolean> {
  if (!source.mergeOwed || source.mergedInto === undefined) return false;
  const after = await tellMerge(deps, source, source.mergedInto);
  if (after.state !== 'RESOLVED') await startWorkflow(deps, after);
  return true;
}
