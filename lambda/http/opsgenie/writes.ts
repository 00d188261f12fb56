import type { Incident } from '../../../core/incident.ts';
import type { Integration } from '../../../core/integration.ts';
import { alertIdOf } from '../../app/opsgenie/alert-id.ts';
import { alertViewOf } from '../../app/opsgenie/alert-view.ts';
import { type ChangeDeps, type ChangedAlert, changeAlert } from '../../app/opsgenie/change-alert.ts';
import { type CreateDeps, createAlert } from '../../app/opsgenie/create-alert.ts';
import { findAlert, isVisible } from '../../app/opsgenie/find-alert.ts';
import { type RequestAction, type RequestResult, requestIdOf, requestRecordOf } from '../../app/opsgenie/request-id.ts';
import { type AlertChange, type AlertCommand, translateAction } from '../../ingest/opsgenie/actions.ts';
import { translateCreate } from '../../ingest/opsgenie/create.ts';
import { type AlertPath, type IdentifierType, identifierTypeOf } from '../../ingest/opsgenie/path.ts';
import { opsgenieAccepted, opsgenieError, opsgenieNotFound, requestStatus } from '../../ingest/opsgenie/replies.ts';
import type { Reply } from '../../ingest/reply.ts';
import type { Call } from './call.ts';

export interface WriteDeps extends CreateDeps, ChangeDeps {
  now(): number;
}

/** `POST /v2/alerts`: answered once the incident is durable. */
export async function create(deps: WriteDeps, call: Call): Promise<Reply> {
  const request = translateCreate(call.body, call.receivedAt, call.trace());
  if (request.kind === 'refused') return request.reply;
  const { incident } = await createAlert(deps, call.integration, request.alert, request.event);
  return accepted(deps, call, 'Create', 'done', incident.incidentId);
}

const ACTIONS: Readonly<Record<AlertChange['kind'], RequestAction>> = {
  close: 'Close',
  acknowledge: 'Acknowledge',
  unacknowledge: 'UnAcknowledge',
  delete: 'Delete',
  snooze: 'Snooze',
  escalate: 'EscalateToNext',
  assign: 'AssignOwnership',
  addResponder: 'AddResponder',
  addNote: 'AddNote',
  addTags: 'AddTags',
  removeTags: 'RemoveTags',
  addDetails: 'AddDetails',
  removeDetails: 'RemoveDetails',
  setPriority: 'UpdatePriority',
  setMessage: 'UpdateMessage',
  setDescription: 'UpdateDescription',
  custom: 'CustomAction',
};

/** A change of one alert. 202 also when there is no such alert, or the change is not possible: `requests/{id}` says so. */
export async function change(deps: WriteDeps, call: Call, path: AlertPath): Promise<Reply> {
  const { operation, identifier = '', actionName } = path;
  const type = identifierTypeOf(call.query.identifierType);
  if (type === undefined) return unknownIdentifierType(call);
  const command = translateAction({ operation, actionName, body: call.body, query: call.query }, call.trace());
  if (command === undefined) return opsgenieNotFound(call.trace(), 'Resource');
  if (command.kind === 'refused') return command.reply;
  if (command.change.kind === 'snooze' && command.change.until <= call.receivedAt)
    return opsgenieError(422, 'Request body is not processable', call.trace(), { endTime: 'must be in the future' });
  const action = operation === 'addTeam' ? 'AddTeam' : ACTIONS[command.change.kind];
  const incident = await findAlert(deps, call.integration, type, identifier);
  if (!incident) return accepted(deps, call, action, 'not found');
  const { change, note } = await sparingOthers(deps, command, incident, type, identifier);
  const by = command.user ?? command.source ?? call.integration.name;
  const changed = await changeAlert(deps, incident.incidentId, change, { by, ...(note === undefined ? {} : { note }) });
  return accepted(deps, call, action, resultOf(changed, command.change), incident.incidentId);
}

/** One incident may stand for the alerts of several aliases; that one of them is closed does not end the others. */
async function sparingOthers(
  deps: WriteDeps,
  { change, note, user, source }: AlertCommand,
  incident: Incident,
  type: IdentifierType,
  alias: string,
): Promise<{ change: AlertChange; note?: string | undefined }> {
  if (change.kind !== 'close' || type !== 'alias' || incident.count === 1) return { change, note };
  const grouping = (await deps.services.get(incident.service))?.grouping.by ?? 'dedupKey';
  if (grouping === 'dedupKey') return { change, note };
  const text = `${user ?? source ?? 'The sender'} says that ${alias} is over; the incident holds other events too.`;
  return { change: { kind: 'addNote' }, note: note === undefined ? text : `${text} ${note}` };
}

function resultOf(changed: ChangedAlert, { kind }: AlertChange): RequestResult {
  switch (changed.kind) {
    case 'changed':
      return 'done';
    case 'unchanged':
      return kind === 'close' ? 'already closed' : 'unchanged';
    case 'not found':
    case 'unknown name':
      return changed.kind;
    case 'refused':
      if (changed.reason === 'nothing to escalate to' || changed.reason === 'details are full') return changed.reason;
      return 'already closed';
  }
}

function accepted(
  deps: WriteDeps,
  call: Call,
  action: RequestAction,
  result: RequestResult,
  incidentId?: number,
): Reply {
  const record = { action, result, processedAt: deps.now(), ...(incidentId === undefined ? {} : { incidentId }) };
  return opsgenieAccepted(call.trace(requestIdOf(record, deps.token())));
}

const SENTENCES: Readonly<Record<Exclude<RequestResult, 'done'>, string>> = {
  unchanged: 'Nothing to change',
  'not found': 'Alert does not exist',
  'already closed': 'Alert is already closed',
  'nothing to escalate to': 'The escalation has no further step',
  'unknown name': 'Nobody of this name is configured',
  'details are full': 'The details of the alert are too large',
};

const DONE: Readonly<Record<RequestAction, string>> = {
  Create: 'Created alert',
  Close: 'Closed alert',
  Acknowledge: 'Acknowledged alert',
  UnAcknowledge: 'Unacknowledged alert',
  Snooze: 'Snoozed alert',
  EscalateToNext: 'Escalated alert to next',
  AssignOwnership: 'Assigned alert',
  AddResponder: 'Added responder',
  AddTeam: 'Added team',
  AddNote: 'Added note',
  AddTags: 'Added tags',
  RemoveTags: 'Removed tags',
  AddDetails: 'Added details',
  RemoveDetails: 'Removed details',
  UpdatePriority: 'Updated priority',
  UpdateMessage: 'Updated message',
  UpdateDescription: 'Updated description',
  CustomAction: 'Executed action',
  Delete: 'Deleted alert',
};

/** `GET /v2/alerts/requests/{id}`. Every write was processed before its id was given out. */
export async function requestOutcome(
  deps: Pick<WriteDeps, 'incidents'>,
  call: Call,
  { identifier = '' }: AlertPath,
): Promise<Reply> {
  const record = requestRecordOf(identifier);
  const trace = call.trace();
  if (!record) return opsgenieNotFound(trace, 'Request');
  const { action, result, processedAt, incidentId } = record;
  const incident = incidentId === undefined ? undefined : await deps.incidents.get(incidentId);
  if (incident && !isMine(call.integration, incident)) return opsgenieNotFound(trace, 'Request');
  const success = result === 'done' || result === 'unchanged';
  return requestStatus(
    {
      success,
      action,
      status: result === 'done' ? DONE[action] : SENTENCES[result],
      processedAt,
      integrationId: call.integration.integrationId,
      ...(incident ? { alertId: alertIdOf(incident), alias: alertViewOf(incident).alias } : {}),
    },
    trace,
  );
}

/** Whoever deleted an alert may learn that it is. */
function isMine(integration: Integration, { service, opsgenie }: Incident): boolean {
  const { deleted: _deleted, ...facts } = opsgenie ?? { tags: [], actions: [], responders: [] };
  return isVisible(integration, { service, opsgenie: facts });
}

export function unknownIdentifierType(call: Call): Reply {
  const errors = { identifierType: 'must be one of [id, alias, tiny]' };
  return opsgenieError(422, 'identifierType must be one of [id, alias, tiny]', call.trace(), errors);
}
