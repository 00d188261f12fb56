import { mergeTold, takeMerge, undoMerge } from '../../core/actions.ts';
import type { Incident } from '../../core/incident.ts';
import type { IncidentStore } from '../data/incidents.ts';
import type { Surroundings } from './ports.ts';

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
  const told = target && takeMerge(target, source, deps.now());
  const over = !target || (told && target.state === 'RESOLVED');
  if (told && !over) {
    const saved = await deps.incidents.save(target, told, deps.token());
    if (saved.kind === 'conflict') return source;
  }
  const after = over ? undoMerge(source, deps.now()) : mergeTold(source);
  const ticked = await deps.incidents.save(source, after, deps.token());
  return ticked.kind === 'saved' ? ticked.incident : source;
}
