import type { Contact, Delivery } from '../../core/delivery.ts';
import { decide, settle } from '../../core/escalation.ts';
import type { Incident } from '../../core/incident.ts';
import type { CalendarDay, Directory } from '../../core/oncall.ts';
import { type Report, recordOutcomes } from '../../core/outcome.ts';
import type { EscalationPolicy, PolicyStep } from '../../core/policy.ts';
import type { Service } from '../../core/service.ts';
import { type NewIncident, openIncident } from '../../core/transitions.ts';

/** The instant at which everything begins in the tests: a Saturday, 08:00 in Berlin. */
export const T0 = Date.UTC(2026, 10, 21, 7, 0, 0);

export const ADA = 'ada@example.org';
export const GRACE = 'grace@example.org';
export const FALLBACK: Contact = { kind: 'email', address: 'fallback@example.org', name: 'fallback contact' };

export function aService(changes: Partial<Service> = {}): Service {
  return {
    serviceId: 'athens',
    team: 'payments',
    timeZone: 'Europe/Berlin',
    pageAfterSeconds: 0,
    escalateAfterSeconds: 600,
    ...changes,
  };
}

/** A service that nobody owns. */
export function unownedService(): Service {
  const { team: _team, ...service } = aService();
  return service;
}

export function aRequest(changes: Partial<NewIncident> = {}): NewIncident {
  return { service: 'athens', severity: 'CRIT', title: 'Disk is full', message: '/var has 0 bytes left', ...changes };
}

/** A new incident of {@link aService}, as `openIncident` makes it. */
export function anIncident(request: Partial<NewIncident> = {}, incidentId = 10_000, now = T0): Incident {
  return openIncident(aRequest(request), aService(), incidentId, 'test', now);
}

/** A new incident with a policy of its own. */
export function withPolicy(steps: readonly PolicyStep[], incident = anIncident()): Incident {
  const policy: EscalationPolicy = { id: 'test', steps };
  return settle({ ...incident, escalation: { ...incident.escalation, policy } });
}

/** Ada is on call and Grace is the escalation contact, every day. */
export function aDirectory(
  calendar: Record<string, CalendarDay> = { default: { oncall: ADA, escalation: GRACE } },
): Directory {
  return { calendar, fallback: FALLBACK };
}

export interface Claimed {
  readonly incident: Incident;
  readonly deliveries: readonly Delivery[];
}

/** Decides, expects that something is due, and answers it as the store would have it after the claim was saved. */
export function claimDue(
  incident: Incident,
  now: number,
  directory = aDirectory(),
  claim = `claim at ${now}`,
): Claimed {
  const decision = decide(incident, incident.generation, directory, now, claim);
  if (decision.kind !== 'send') throw new Error(`nothing is due: ${decision.kind}, ${decision.reason}`);
  return { incident: { ...decision.incident, version: incident.version + 1 }, deliveries: decision.deliveries };
}

export const OK = { kind: 'ok', messageId: 'message-1' } as const;
export const LATER = { kind: 'retryable', error: 'throttled' } as const;
export const NEVER = { kind: 'permanent', error: 'address refused' } as const;

/** One whole turn: claims what is due, has every delivery come to `outcome`, writes it down. */
export function pageDue(
  incident: Incident,
  now: number,
  outcome: Report['outcome'] = OK,
  directory = aDirectory(),
): Incident {
  const claimed = claimDue(incident, now, directory);
  const reports = claimed.deliveries.map((delivery) => ({ delivery, outcome }));
  const after = recordOutcomes(claimed.incident, reports, now, directory);
  return { ...after, version: claimed.incident.version + 1 };
}
