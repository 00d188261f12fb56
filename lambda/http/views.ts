import { pagingDue } from '../../core/escalation.ts';
import type { Incident } from '../../core/incident.ts';
import { toIso } from '../../core/time.ts';
import type { TimelineEntry } from '../../core/timeline.ts';

/** An incident as the API shows it: instants as RFC 3339, and of the escalation what a person asks about. */
export function incidentView(incident: Incident) {
  const { escalation } = incident;
  const next = pagingDue(incident);
  return {
    incidentId: incident.incidentId,
    version: incident.version,
    state: incident.state,
    service: incident.service,
    team: incident.team ?? null,
    severity: incident.severity,
    urgency: incident.urgency,
    priority: incident.priority ?? null,
    title: incident.title,
    message: incident.message,
    source: incident.source ?? null,
    dedupKey: incident.dedupKey ?? null,
    details: incident.details ?? {},
    links: incident.links ?? [],
    detectedAt: toIso(incident.detectedAt),
    createdAt: toIso(incident.createdAt),
    updatedAt: toIso(incident.updatedAt),
    count: incident.count,
    lastSeenAt: toIso(incident.lastSeenAt),
    claimedAt: maybeIso(incident.claimedAt),
    claimedBy: incident.claimedBy ?? null,
    resolvedAt: maybeIso(incident.resolvedAt),
    resolvedBy: incident.resolvedBy ?? null,
    snoozedUntil: maybeIso(incident.snoozedUntil),
    assignedTo: incident.assignedTo ?? null,
    mergedInto: incident.mergedInto ?? null,
    mergedFrom: incident.mergedFrom ?? [],
    escalation: {
      run: escalation.run,
      policy: escalation.policy.id,
      stepsDone: escalation.nextStep,
      stepsTotal: escalation.policy.steps.length * ((escalation.policy.repeats ?? 0) + 1),
      nextAt: maybeIso(next),
      pages: escalation.deliveries.map((d) => ({
        to: d.to.address,
        by: d.to.kind,
        role: d.role,
        reason: d.reason,
        status: d.status,
        attempts: d.attempts,
        sentAt: maybeIso(d.sentAt),
        error: d.error ?? null,
      })),
    },
  };
}

export function timelineView(entry: TimelineEntry) {
  const { seq, at, kind, text, by, to, messageId } = entry;
  return { seq, at: toIso(at), kind, text, by: by ?? null, to: to ?? null, messageId: messageId ?? null };
}

function maybeIso(at: number | undefined): string | null {
  return at === undefined ? null : toIso(at);
}
