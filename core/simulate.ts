import type { Contact } from './delivery.ts';
import { decide, settle } from './escalation.ts';
import type { Incident, Severity } from './incident.ts';
import type { Directory } from './oncall.ts';
import { recordOutcomes } from './outcome.ts';
import { pagingStart, type Service } from './service.ts';
import type { EpochMs } from './time.ts';
import type { TimelineEntry } from './timeline.ts';
import { acknowledge, type NewIncident, openIncident } from './transitions.ts';

/** One notification that would be sent. */
export interface SimulatedPage {
  readonly at: EpochMs;
  /** Milliseconds after the incident. */
  readonly afterMs: number;
  readonly to: Contact;
  readonly role: string;
  readonly reason: string;
}

export type StoryLine = Pick<TimelineEntry, 'at' | 'kind' | 'text'>;

export interface Simulation {
  readonly pages: readonly SimulatedPage[];
  /** The timeline that the incident would have: the same sentences. */
  readonly story: readonly StoryLine[];
  /** How it ends. */
  readonly end: 'policy finished' | 'acknowledged' | 'resolved' | 'goes on';
  /** Why nobody is paged at once, if so. */
  readonly held?: string;
}

export interface Question {
  readonly service: Service;
  readonly severity: Severity;
  readonly at: EpochMs;
  /** Somebody acknowledges so long after the incident. Absent: nobody ever does. */
  readonly acknowledgedAfterMs?: number;
}

/** More than the longest policy has (50 rules in 10 passes, a send and a wait each), with room for people's own rules. */
const MOST_TURNS = 3_000;
/** Nobody reads further, and the time that a simulation takes grows with the square. */
const MOST_PAGES = 2_000;

/**
 * What would happen if an incident came up: the very decisions that page people, with a clock that jumps from one due time to the
 * next and a provider that takes every message. `directoryAt` answers who is who at an instant.
 */
export function simulate(
  { service, severity, at, acknowledgedAfterMs }: Question,
  directoryAt: (at: EpochMs) => Directory,
): Simulation {
  const request: NewIncident = { service: service.serviceId, severity, title: 'Simulation', message: 'Simulation' };
  const pages: SimulatedPage[] = [];
  const acknowledgeAt = acknowledgedAfterMs === undefined ? undefined : at + acknowledgedAfterMs;
  let incident = openIncident(request, service, 1, 'simulation', at);
  let now = at;
  let end: Simulation['end'] = 'goes on';
  for (let turn = 0; turn < MOST_TURNS && pages.length < MOST_PAGES; turn++) {
    if (acknowledgeAt !== undefined && acknowledgeAt <= now && incident.firstClaimedAt === undefined) {
      incident = settle(acknowledge(incident, 'somebody', acknowledgeAt));
    }
    const directory = directoryAt(now);
    const decision = decide(incident, incident.generation, directory, now, 'simulation');
    if (decision.kind === 'done' || decision.kind === 'tell merge') {
      end = decision.kind === 'done' && decision.reason !== 'superseded' ? decision.reason : 'goes on';
      if (acknowledgeAt === undefined || incident.firstClaimedAt !== undefined || incident.state !== 'OPEN') break;
      end = 'goes on';
      now = acknowledgeAt;
    } else if (decision.kind === 'wait') {
      const early =
        acknowledgeAt !== undefined && incident.firstClaimedAt === undefined && acknowledgeAt < decision.until;
      now = early ? acknowledgeAt : decision.until;
    } else if (decision.kind === 'change') {
      incident = decision.incident;
    } else {
      pages.push(
        ...decision.deliveries.map(({ to, role, reason }) => ({ at: now, afterMs: now - at, to, role, reason })),
      );
      const reports = decision.deliveries.map((delivery) => ({
        delivery,
        outcome: { kind: 'ok', messageId: 'simulation' } as const,
      }));
      incident = recordOutcomes(decision.incident, reports, now, directory);
    }
  }
  const { held } = pagingStart(service, incident.urgency, at);
  return { pages, story: story(incident), end, ...(held ? { held: held.reason } : {}) };
}

function story({ timeline }: Incident): Simulation['story'] {
  return timeline.map(({ at, kind, text }) => ({ at, kind, text }));
}
