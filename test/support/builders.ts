import type { Contact, Delivery } from '../../core/delivery.ts';
import { decide, settle } from '../../core/escalation.ts';
import type { Incident } from '../../core/incident.ts';
import type { CalendarDay, Directory } from '../../core/oncall.ts';
import { type Report, recordOutcomes } from '../../core/outcome.ts';
import { NOBODY, type People, type User } from '../../core/people.ts';
import type { EscalationPolicy, PolicyStep } from '../../core/policy.ts';
import type { Layer, Schedule } from '../../core/schedule/schedule.ts';
import { DEFAULT_SETTINGS, DEFAULT_URGENCY, type Service, type ServiceSettings } from '../../core/service.ts';
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
    settings: DEFAULT_SETTINGS,
    grouping: { by: 'dedupKey' },
    urgency: DEFAULT_URGENCY,
    lowUrgencyOutsideHours: 'page',
    maintenance: [],
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
export function anIncident(
  request: Partial<NewIncident> = {},
  incidentId = 10_000,
  now = T0,
  service: Partial<Service> = {},
): Incident {
  return openIncident(aRequest(request), aService(service), incidentId, 'test', now);
}

/** A new incident of a service with these settings besides the defaults. */
export function withSettings(settings: Partial<ServiceSettings>, service: Partial<Service> = {}): Incident {
  return anIncident({}, 10_000, T0, { settings: { ...DEFAULT_SETTINGS, ...settings }, ...service });
}

/** One pass that ends with its last step, and then nothing. */
export function aPolicy(steps: readonly PolicyStep[], changes: Partial<EscalationPolicy> = {}): EscalationPolicy {
  return { id: 'test', steps, passMs: steps.at(-1)?.afterMs ?? 0, atEnd: 'give up', ...changes };
}

/** A new incident with a policy of its own. */
export function withPolicy(
  steps: readonly PolicyStep[],
  incident = anIncident(),
  changes: Partial<EscalationPolicy> = {},
): Incident {
  return settle({ ...incident, escalation: { ...incident.escalation, policy: aPolicy(steps, changes) } });
}

/** Ada is on call and Grace is the escalation contact, every day. */
export function aDirectory(
  calendar: Record<string, CalendarDay> = { default: { oncall: ADA, escalation: GRACE } },
  people: Partial<People> = {},
): Directory {
  return { calendar, people: { ...NOBODY, ...people }, fallback: FALLBACK };
}

/** Somebody with one mail address, `<id>@example.org`, who is told at once. */
export function aUser(id: string, changes: Partial<User> = {}): User {
  const name = id.charAt(0).toUpperCase() + id.slice(1);
  return {
    id,
    name,
    contactMethods: [{ id: 'email', kind: 'email', address: `${id}@example.org` }],
    notificationRules: [],
    ...changes,
  };
}

/** Everybody by id, as the directory wants them. */
export function usersById(...users: readonly User[]): People['users'] {
  return new Map(users.map((user) => [user.id, user]));
}

/** Users who take turns of a week, each from Monday 09:00 UTC; nobody is on call without users. */
export function aSchedule(id: string, users: readonly string[], changes: Partial<Schedule> = {}): Schedule {
  const layer: Layer = {
    id: 'week',
    name: 'Week',
    timeZone: 'UTC',
    users,
    start: Date.UTC(2020, 0, 6, 9),
    rotation: { unit: 'days', every: 7, anchor: Date.UTC(2020, 0, 6, 9) },
    restrictions: [],
  };
  return { id, name: id, timeZone: 'UTC', layers: [layer], overrides: [], days: {}, ...changes };
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
  if (decision.kind !== 'send') throw new Error(`nothing is due: ${JSON.stringify(decision)}`);
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
