import { mergeTold, takeMerge } from '../../core/actions.ts';
import type { Incident } from '../../core/incident.ts';
import type { IncidentStore } from '../data/incidents.ts';
import type { Surroundings } from './ports.ts';

/**
 * The second half of a merge: tells the receiving incident, then ticks that off on the merged one. Both halves may be repeated; a
 * conflict leaves them to the next turn.
 */
export async function tellMerge(
  deps: Surroundings & { readonly incidents: Pick<IncidentStore, 'get' | 'save'> },
  source: Incident,
  into: number,
): Promise<void> {
  const target = await deps.incidents.get(into);
  const told = target && takeMerge(target, source, deps.now());
  if (target && told) {
    const saved = await deps.incidents.save(target, told, deps.token());
    if (saved.kind === 'conflict') return;
  }
  await deps.incidents.save(source, mergeTold(source), deps.token());
}
