import { type Action, type ActionRequest, applyAction } from '../../core/actions.ts';
import { policyById } from '../../core/config/policies.ts';
import type { Contact } from '../../core/delivery.ts';
import type { Priority } from '../../core/incident.ts';
import type { Directory } from '../../core/oncall.ts';
import { type EpochMs, MINUTE_MS } from '../../core/time.ts';
import type { CurrentConfig } from '../data/current-config.ts';
import { tellMerge } from './merge-incidents.ts';
import { MOST_CONFLICTS, TooManyConflicts } from './ports.ts';
import { startWorkflow } from './start-workflow.ts';
import type { UpdateDeps, Updated } from './update-incident.ts';

export interface ActDeps extends UpdateDeps {
  readonly currentConfig: Pick<CurrentConfig, 'current'>;
  readonly fallback: Contact;
}

/** A person who was assigned and does not acknowledge within this time is not the end of it: the fallback contact is paged. */
const ASSIGNEE_ANSWERS_WITHIN_MS = 10 * MINUTE_MS;

/** An action as it is asked for: names, not yet looked up. */
export type ActionOrder =
  | { readonly kind: 'snooze'; readonly until: EpochMs }
  | { readonly kind: 'assign'; readonly user: string }
  | { readonly kind: 'assign'; readonly escalationPolicy: string }
  | { readonly kind: 'escalate' }
  | { readonly kind: 'add responders'; readonly users: readonly string[] }
  | { readonly kind: 'prioritize'; readonly priority: Priority }
  | { readonly kind: 'merge'; readonly into: number };

export type Acted = Updated | { readonly kind: 'unknown name'; readonly field: string; readonly name: string };

/** Does something to an incident: looks up who and what is meant, then load, decide, write on condition, wake. */
export async function actOnIncident(
  deps: ActDeps,
  incidentId: number,
  order: ActionOrder,
  request: ActionRequest,
): Promise<Acted> {
  const { document, people } = await deps.currentConfig.current();
  const unknown = await findUnknown(deps, incidentId, order, { document, people });
  if (unknown) return { kind: 'unknown name', ...unknown };
  const directory: Directory = { calendar: {}, people, fallback: deps.fallback };
  for (let attempt = 0; attempt < MOST_CONFLICTS; attempt++) {
    const incident = await deps.incidents.get(incidentId);
    if (!incident) return { kind: 'not found' };
    const action = lookUp(order, document, people);
    const decision = applyAction(incident, action, request, directory, deps.now());
    if (decision.kind !== 'changed') return decision;
    const saved = await deps.incidents.save(incident, decision.incident, deps.token());
    if (saved.kind === 'conflict') continue;
    const after = action.kind === 'merge' ? await tellMerge(deps, saved.incident, action.into) : saved.incident;
    if (decision.wake && after.state !== 'RESOLVED') await startWorkflow(deps, after);
    return { kind: 'changed', incident: after };
  }
  throw new TooManyConflicts(`incident ${incidentId} changed ${MOST_CONFLICTS} times while it was being updated`);
}

type Config = Pick<Awaited<ReturnType<CurrentConfig['current']>>, 'document' | 'people'>;

async function findUnknown(
  deps: ActDeps,
  incidentId: number,
  order: ActionOrder,
  { document, people }: Config,
): Promise<{ field: string; name: string } | undefined> {
  const user = (name: string, field: string) => (people.users.has(name) ? undefined : { field, name });
  switch (order.kind) {
    case 'assign':
      if ('user' in order) return user(order.user, 'user');
      return policyById(document, order.escalationPolicy)
        ? undefined
        : { field: 'escalationPolicy', name: order.escalationPolicy };
    case 'add responders':
      return order.users.map((name, i) => user(name, `users[${i}]`)).find((fault) => fault !== undefined);
    case 'merge': {
      const [source, target] = await Promise.all([deps.incidents.get(incidentId), deps.incidents.get(order.into)]);
      // Asked again: it has happened, whatever became of the other one since.
      if (source?.mergedInto === order.into) return undefined;
      return target && target.state !== 'RESOLVED'
        ? undefined
        : { field: 'into', name: `unresolved incident ${order.into}` };
    }
    default:
      return undefined;
  }
}

function lookUp(order: ActionOrder, document: Config['document'], people: Config['people']): Action {
  if (order.kind !== 'assign') return order;
  if ('user' in order) {
    const steps = [{ afterMs: 0, targets: [{ kind: 'user', user: order.user } as const] }];
    const to = people.users.get(order.user)?.name ?? order.user;
    return {
      kind: 'assign',
      to,
      policy: { id: `user ${order.user}`, steps, passMs: ASSIGNEE_ANSWERS_WITHIN_MS, atEnd: 'fallback' },
    };
  }
  const policy = policyById(document, order.escalationPolicy);
  if (!policy) throw new Error(`escalation policy ${order.escalationPolicy} was looked up before`);
  return { kind: 'assign', policy, to: `escalation policy ${policy.id}` };
}
