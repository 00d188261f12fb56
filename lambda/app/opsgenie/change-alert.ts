import {
  type AlertAction,
  type AlertDecision,
  type AlertRequest,
  applyAlertAction,
} from '../../../core/alert-change.ts';
import type { Contact } from '../../../core/delivery.ts';
import type { Incident } from '../../../core/incident.ts';
import type { Compiled, CurrentConfig } from '../../data/current-config.ts';
import type { IncidentStore } from '../../data/incidents.ts';
import type { Workflow } from '../../data/workflow.ts';
import type { AlertChange } from '../../ingest/opsgenie/actions.ts';
import { MOST_CONFLICTS, type Surroundings, TooManyConflicts } from '../ports.ts';
import { startWorkflow } from '../start-workflow.ts';
import { type LookUpDeps, policyNamed, targetsOf, userNamed } from './look-up.ts';

export interface ChangeDeps extends Surroundings, LookUpDeps {
  readonly incidents: IncidentStore;
  readonly workflow: Workflow;
  readonly currentConfig: Pick<CurrentConfig, 'current'>;
  readonly fallback: Contact;
  now(): number;
}

export type ChangedAlert =
  | Pick<Extract<AlertDecision, { kind: 'refused' }>, 'kind' | 'reason'>
  | { readonly kind: 'changed' | 'unchanged'; readonly incident: Incident }
  | { readonly kind: 'unknown name' }
  | { readonly kind: 'not found' };

/** Changes an alert: looks up who is meant, then load, decide, write on condition, wake. Durable when it answers. */
export async function changeAlert(
  deps: ChangeDeps,
  incidentId: number,
  change: AlertChange,
  request: AlertRequest,
): Promise<ChangedAlert> {
  const config = NAMING.has(change.kind) ? await deps.currentConfig.current() : undefined;
  for (let attempt = 0; attempt < MOST_CONFLICTS; attempt++) {
    const incident = await deps.incidents.get(incidentId);
    if (!incident) return { kind: 'not found' };
    const action = await lookUp(deps, config, change, incident);
    if (!action) return { kind: 'unknown name' };
    const directory = { calendar: {}, people: config?.people ?? NOBODY_NAMED, fallback: deps.fallback };
    const decision = applyAlertAction(incident, action, request, directory, deps.now());
    if (decision.kind === 'refused') return { kind: 'refused', reason: decision.reason };
    if (decision.kind === 'unchanged') return decision;
    const saved = await deps.incidents.save(incident, decision.incident, deps.token());
    if (saved.kind === 'conflict') continue;
    if (decision.wake) await startWorkflow(deps, saved.incident);
    return { kind: 'changed', incident: saved.incident };
  }
  throw new TooManyConflicts(`incident ${incidentId} changed ${MOST_CONFLICTS} times while it was being updated`);
}

/** Changes that name people or policies; for all others the configuration need not be read. */
const NAMING: ReadonlySet<AlertChange['kind']> = new Set(['escalate', 'assign', 'addResponder']);
const NOBODY_NAMED = { users: new Map(), schedules: new Map(), teams: new Map() };

async function lookUp(
  deps: ChangeDeps,
  config: Compiled | undefined,
  change: AlertChange,
  incident: Incident,
): Promise<AlertAction | undefined> {
  switch (change.kind) {
    case 'escalate': {
      // Opsgenie goes to the next step of the escalation that is named. Under another policy than ours, that is its first.
      const policy = config && policyNamed(config, change.escalation);
      if (!policy || policy.id === incident.escalation.policy.id) return { kind: 'next step' };
      return { kind: 'assign', policy, to: `escalation policy ${policy.id}` };
    }
    case 'assign': {
      const user = config && userNamed(config, change.owner);
      if (!user) return undefined;
      const steps = [{ afterMs: 0, targets: [{ kind: 'user', user: user.id } as const] }];
      const policy = { id: `user ${user.id}`, steps, passMs: 0, atEnd: 'give up' } as const;
      return { kind: 'assign', policy, to: user.label, owner: user.label };
    }
    case 'addResponder': {
      const { responder } = change;
      const targets = config && (await targetsOf(deps, config, responder));
      return targets && { kind: 'add responder', responder, targets };
    }
    default:
      return plain(change);
  }
}

function plain(change: Exclude<AlertChange, { kind: 'escalate' | 'assign' | 'addResponder' }>): AlertAction {
  switch (change.kind) {
    case 'addNote':
      return { kind: 'note' };
    case 'addTags':
      return { kind: 'add tags', tags: change.tags };
    case 'removeTags':
      return { kind: 'remove tags', tags: change.tags };
    case 'addDetails':
      return { kind: 'add details', details: change.details };
    case 'removeDetails':
      return { kind: 'remove details', keys: change.keys };
    case 'setPriority':
      return { kind: 'set priority', priority: change.priority };
    case 'setMessage':
      return { kind: 'set message', text: change.text };
    case 'setDescription':
      return { kind: 'set description', text: change.text };
    default:
      return change;
  }
}
