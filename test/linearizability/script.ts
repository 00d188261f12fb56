import type { InboundEvent } from '../../core/event.ts';
import type { Incident } from '../../core/incident.ts';
import { TooManyConflicts } from '../../lambda/app/ports.ts';
import { incidentView } from '../../lambda/http/views.ts';
import type { Answer, Call, Seen } from './calls.ts';
import type { HttpAnswer, Process } from './processes.ts';
import { serviceOf } from './stage.ts';

type OfClient = Exclude<Call, { kind: 'claim' }>;

/** How a note begins that is so long that two of them do not stay in their incident together. */
export const LONG = 'long note';
const LONG_CHARS = 9_000;

/** Makes a call of a process and says what was heard. Throws at an answer that no call may have. */
export async function ask(process: Process, call: OfClient, bySender: boolean): Promise<Answer> {
  switch (call.kind) {
    case 'raise': {
      if (bySender) return sent(process, call.key, { action: 'trigger', dedupKey: call.key });
      const event = { service: serviceOf(call.key), severity: 'CRIT', title: 'It broke', message: 'All of it' };
      return heard(await process.request('PUT', '/incidents', { ...event, dedupKey: call.key }));
    }
    case 'update by key': {
      const action = call.state === 'CLAIMED' ? 'acknowledge' : 'resolve';
      return sent(process, call.key, { action, dedupKey: call.key, by: call.by });
    }
    case 'get':
      return heard(await process.request('GET', `/incidents/${call.id}`));
    default:
      return heard(await process.request('POST', pathOf(call), bodyOf(call)), call.kind === 'merge');
  }
}

type Change = Exclude<OfClient, { kind: 'raise' | 'update by key' | 'get' }>;

const PATHS: Readonly<Record<Change['kind'], string>> = {
  update: '',
  snooze: '/snooze',
  assign: '/assign',
  escalate: '/escalate',
  ask: '/responders',
  prioritize: '/priority',
  merge: '/merge',
};

function pathOf({ id, kind }: Change): string {
  return `/incidents/${id}${PATHS[kind]}`;
}

function bodyOf(call: Change): object {
  const { by } = call;
  switch (call.kind) {
    case 'update': {
      const { kind: _kind, id: _id, ...body } = call;
      return body.note?.startsWith(LONG) ? { ...body, note: body.note.padEnd(LONG_CHARS, '.') } : body;
    }
    case 'snooze':
      return { by, until: new Date(call.until).toISOString() };
    case 'assign':
      return { by, ...call.body };
    case 'escalate':
      return { by };
    case 'ask':
      return { by, users: [call.user] };
    case 'prioritize':
      return { by, priority: call.priority };
    case 'merge':
      return { by, into: call.into };
  }
}

async function sent(
  process: Process,
  key: string,
  event: Pick<InboundEvent, 'action' | 'dedupKey' | 'by'>,
): Promise<Answer> {
  try {
    const taken = await process.event(serviceOf(key), event);
    if (taken.kind === 'recorded') throw new Error('a change was recorded that nobody sent');
    return taken.kind === 'ignored' ? taken : shown(taken.kind === 'raised' ? 'created' : 'shown', taken.incident);
  } catch (error) {
    if (error instanceof TooManyConflicts) return { kind: 'unavailable' };
    throw error;
  }
}

type View = ReturnType<typeof incidentView>;

function shown(kind: 'created' | 'shown', incident: Incident): Answer {
  return { kind, id: incident.incidentId, seen: seenIn(incidentView(incident)) };
}

/** What is looked at of an incident as the API shows it. */
export function seenIn(view: View): Seen {
  const { version, state, count, claimedBy, resolvedBy, assignedTo, priority, mergedInto, mergedFrom } = view;
  const { run, stepsDone } = view.escalation;
  const snoozedUntil = view.snoozedUntil === null ? null : Date.parse(view.snoozedUntil);
  const who = { claimedBy, resolvedBy, assignedTo, priority };
  return { version, state, count, ...who, snoozedUntil, run, stepsDone, mergedInto, mergedFrom };
}

function heard({ status, json }: HttpAnswer, merging = false): Answer {
  const view = json as unknown as View;
  const problem = json as { code?: string; state: Seen['state']; version: number; openIncidentId?: number };
  if (status === 200 || status === 201)
    return { kind: status === 201 ? 'created' : 'shown', id: view.incidentId, seen: seenIn(view) };
  switch (problem.code) {
    case 'not_found':
      return { kind: 'not found' };
    case 'unavailable':
      return { kind: 'unavailable' };
    case 'superseded':
      return { kind: 'superseded', by: Number(problem.openIncidentId) };
    case 'illegal_transition':
    case 'stale_version':
      return { kind: 'refused', code: problem.code, state: problem.state, version: problem.version };
    case 'invalid_request':
      if (merging) return { kind: 'no such target' };
  }
  throw new Error(`an answer that nobody may hear: ${status} ${JSON.stringify(json)}`);
}
