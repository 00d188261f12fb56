import type { Delivery } from '../../../core/delivery.ts';
import type { Incident } from '../../../core/incident.ts';
import { toIso } from '../../../core/time.ts';
import type { TimelineEntry } from '../../../core/timeline.ts';
import type { Entry } from '../../ingest/opsgenie/entries.ts';
import type { JsonObject } from '../../ingest/shape.ts';

/** What a timeline entry is called in an alert's log. */
function logType({ kind }: TimelineEntry): string {
  return kind === 'notified' || kind === 'notify_failed' ? 'alertRecipient' : 'system';
}

export function logOf(entry: TimelineEntry): Entry {
  const { seq, at, text, by = 'System' } = entry;
  return { seq, at, body: { log: text, type: logType(entry), owner: by } };
}

/** The notes of a timeline. */
export function notesOf(timeline: readonly TimelineEntry[]): Entry[] {
  return timeline
    .filter(({ kind }) => kind === 'noted')
    .map(({ seq, at, text, by = 'System' }) => ({ seq, at, body: { note: text, owner: by } }));
}

const STATES: Readonly<Record<Delivery['status'], string>> = {
  pending: 'notactive',
  claimed: 'active',
  sent: 'active',
  failed: 'failed',
  cancelled: 'cancelled',
};

/** Whom the running escalation has paged, or is about to: everybody once, by the newest of their pages. */
export function recipientsOf(incident: Incident): JsonObject[] {
  const newest = new Map(
    incident.escalation.deliveries.map((delivery) => [delivery.to.address.toLowerCase(), delivery]),
  );
  return [...newest.values()].map(({ to, status, notBefore, sentAt }) => {
    const acknowledged = incident.claimedBy?.toLowerCase() === to.address.toLowerCase();
    return {
      user: { id: to.address, username: to.address },
      state: acknowledged ? 'action' : (STATES[status] ?? 'active'),
      method: acknowledged ? 'Acknowledge' : to.kind,
      createdAt: toIso(notBefore),
      updatedAt: toIso(sentAt ?? notBefore),
    };
  });
}
