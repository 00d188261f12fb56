import type { ChannelOutcome, Contact, Delivery } from '../../core/delivery.ts';
import { decide, nextDue } from '../../core/escalation.ts';
import type { Incident } from '../../core/incident.ts';
import type { Directory } from '../../core/oncall.ts';
import { type Report, recordOutcomes } from '../../core/outcome.ts';
import { SECOND_MS, toIso } from '../../core/time.ts';
import type { IncidentStore } from '../data/incidents.ts';
import type { LinkSecret } from '../data/link-secrets.ts';
import type { PagingStore } from '../data/paging.ts';
import type { WorkflowInput } from '../data/workflow.ts';
import { tellMerge } from './merge-incidents.ts';
import { MOST_CONFLICTS, type Surroundings, TooManyConflicts } from './ports.ts';

/** Sends one page. Never throws: whatever happens is an outcome. */
export type SendPage = (
  incident: Incident,
  delivery: Delivery,
  directory: Directory,
  secrets: readonly LinkSecret[],
) => Promise<ChannelOutcome>;

export interface AdvanceDeps extends Surroundings {
  readonly incidents: Pick<IncidentStore, 'get' | 'save'>;
  readonly paging: PagingStore;
  readonly sendPage: SendPage;
  readonly fallback: Contact;
}

/** A turn begins with what the one before it answered: `until` is the moment that was waited for. */
export type AdvanceInput = WorkflowInput & { readonly until?: string };

/** What the state machine reads: come back at `until`, or end. */
export type Advanced = WorkflowInput &
  (
    | { readonly status: 'wait'; readonly until: string; readonly reason: string }
    | { readonly status: 'done'; readonly reason: string }
  );

/**
 * One turn of an incident's escalation: load, decide, claim, send, write down. Running it twice, or two at a time, pages nobody
 * twice: the claim is a conditional write, and only its winner sends. Dying between claim and report leaves a lease that lapses.
 */
export async function advance(deps: AdvanceDeps, input: AdvanceInput): Promise<Advanced> {
  const { incidentId, generation, team, timeZone } = input;
  for (let attempt = 0; attempt < MOST_CONFLICTS; attempt++) {
    const now = deps.now();
    const facts = await deps.paging.load(incidentId, team, timeZone, now);
    if (!facts.incident) return { ...input, status: 'done', reason: 'no such incident' };
    const { incident, calendar, people, secrets } = facts;
    if (facts.configFault !== undefined) {
      deps.count('ConfigUnreadable');
      deps.log.error('configuration cannot be read; people are unknown', { incidentId, error: facts.configFault });
    }
    const directory: Directory = { calendar, people, fallback: deps.fallback };
    const decision = decide(incident, generation, directory, now, deps.token());
    switch (decision.kind) {
      case 'done':
        return { ...input, status: 'done', reason: decision.reason };
      case 'wait':
        return { ...input, status: 'wait', until: wakeAt(input, decision.until), reason: decision.reason };
      case 'tell merge':
        await tellMerge(deps, incident, decision.into);
        continue;
      case 'change':
        await deps.incidents.save(incident, decision.incident, deps.token());
        continue;
    }
    const claimed = await deps.incidents.save(incident, decision.incident, deps.token());
    if (claimed.kind === 'conflict') continue;
    const reports = await Promise.all(
      decision.deliveries.map(
        async (delivery): Promise<Report> => ({
          delivery,
          outcome: await deps.sendPage(claimed.incident, delivery, directory, secrets),
        }),
      ),
    );
    const after = await writeDown(deps, claimed.incident, reports, directory);
    countOutcomes(deps, reports, after);
    return comeBack(input, after, deps.now());
  }
  throw new TooManyConflicts(`incident ${incidentId} changed ${MOST_CONFLICTS} times while it was being paged`);
}

async function writeDown(
  deps: AdvanceDeps,
  claimed: Incident,
  reports: readonly Report[],
  directory: Directory,
): Promise<Incident> {
  let incident = claimed;
  for (let attempt = 0; attempt < MOST_CONFLICTS; attempt++) {
    const saved = await deps.incidents.save(
      incident,
      recordOutcomes(incident, reports, deps.now(), directory),
      deps.token(),
    );
    if (saved.kind === 'saved') return saved.incident;
    incident = (await deps.incidents.get(incident.incidentId)) ?? incident;
  }
  throw new TooManyConflicts(`the pages of incident ${incident.incidentId} were sent, but could not be written down`);
}

function comeBack(input: WorkflowInput, incident: Incident, now: number): Advanced {
  const due = nextDue(incident);
  if (incident.generation !== input.generation) return { ...input, status: 'done', reason: 'superseded' };
  if (due === undefined)
    return { ...input, status: 'done', reason: incident.state === 'OPEN' ? 'policy finished' : incident.state };
  return { ...input, status: 'wait', until: toIso(Math.max(due, now)), reason: 'next step not due' };
}

/**
 * Never the moment that was waited for already: when that has come by the clock of Step Functions and not yet by ours, the two would
 * hand each other the turn without a pause until they agree.
 */
function wakeAt({ until: waitedFor }: AdvanceInput, at: number): string {
  return toIso(waitedFor === undefined ? at : Math.max(at, Date.parse(waitedFor) + SECOND_MS));
}

function countOutcomes(deps: AdvanceDeps, reports: readonly Report[], after: Incident): void {
  for (const { delivery, outcome } of reports) {
    const facts = { delivery: delivery.id, role: delivery.role, attempt: delivery.attempts };
    if (outcome.kind === 'ok') {
      deps.count('PageSent');
      deps.log.info('paged', { ...facts, to: delivery.to.address, messageId: outcome.messageId });
      continue;
    }
    // The last resort has been given up: nobody is paged by this step any more, and an operator must know.
    const lost =
      delivery.role === 'fallback' &&
      after.escalation.deliveries.some((d) => d.id === delivery.id && d.status === 'failed');
    deps.count(lost ? 'PageFailed' : 'PageRetried');
    deps.log.warn('page not taken', { ...facts, to: delivery.to.address, outcome: outcome.kind, error: outcome.error });
  }
}
