import type { Incident } from '../../core/incident.ts';
import type { TimelineEntry } from '../../core/timeline.ts';
import type { TimelineStore } from '../data/timeline.ts';

/** The whole timeline, oldest first. Entries that are in both places (moved, but not yet dropped) appear once. */
export async function readTimeline(
  deps: { readonly timeline: Pick<TimelineStore, 'list'> },
  incident: Incident,
): Promise<readonly TimelineEntry[]> {
  if (incident.timelineMoved === 0) return incident.timeline;
  const older = await deps.timeline.list(incident.incidentId);
  const kept = incident.timeline[0]?.seq ?? Number.POSITIVE_INFINITY;
  return [...older.filter((entry) => entry.seq < kept), ...incident.timeline];
}
