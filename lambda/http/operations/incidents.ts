import { HOUR_MS, MINUTE_MS } from '../../../core/time.ts';
import type { Refusal } from '../../../core/transitions.ts';
import { type RaiseDeps, raiseIncident } from '../../app/raise-incident.ts';
import { readTimeline } from '../../app/read-timeline.ts';
import { type UpdateDeps, type Updated, updateIncident } from '../../app/update-incident.ts';
import type { IncidentLists } from '../../data/incident-lists.ts';
import type { TimelineStore } from '../../data/timeline.ts';
import { type HttpResponse, json, Problem } from '../problem.ts';
import { check, checkBytes, checkQuery, readJsonObject } from '../request.ts';
import type { Operations } from '../router.ts';
import { incidentNumber, listQuery, raiseBody, updateBody, updateByBody } from '../schemas.ts';
import { incidentView, timelineView } from '../views.ts';

export interface IncidentDeps extends RaiseDeps, UpdateDeps {
  readonly lists: IncidentLists;
  readonly timeline: Pick<TimelineStore, 'list'>;
  readonly publicUrl: string;
}

type Names =
  | 'raiseIncident'
  | 'listIncidents'
  | 'getIncident'
  | 'updateIncident'
  | 'updateIncidentByBody'
  | 'getTimeline';

/** Who did it, when the request does not say: the API key. */
export const BY_API_KEY = 'API key';

export function incidentOperations(deps: IncidentDeps): Pick<Operations, Names> {
  async function show(incidentId: number): Promise<HttpResponse> {
    const incident = await deps.incidents.get(incidentId);
    if (!incident) throw unknownIncident(incidentId);
    return json(200, incidentView(incident), { etag: `"${incident.version}"` });
  }

  return {
    async raiseIncident(event) {
      const { message, description, state: _state, ...facts } = check(raiseBody, readJsonObject(event), 'body');
      const request = { ...facts, message: message ?? description ?? '' };
      // Numbers and escapes may grow when they are written out again.
      checkBytes(Buffer.byteLength(JSON.stringify(request)));
      const raised = await raiseIncident(deps, request, request.source ?? BY_API_KEY);
      if (raised.kind === 'unknown service') {
        const errors = [{ field: 'service', message: 'is not configured' }];
        throw new Problem('unknown_service', `Service ${JSON.stringify(facts.service)} is not configured.`, { errors });
      }
      const { incidentId } = raised.incident;
      const location = `${deps.publicUrl}/incidents/${incidentId}`;
      return json(raised.kind === 'created' ? 201 : 200, incidentView(raised.incident), { location });
    },

    async listIncidents(event) {
      const query = checkQuery(listQuery, event.multiValueQueryStringParameters);
      const { incidentId, cursor, limit, from, to, ...filter } = query;
      if (incidentId !== undefined) {
        const others = Object.keys(event.queryStringParameters ?? {}).filter((name) => name !== 'incidentId');
        const errors = others.map((field) => ({ field, message: 'cannot be combined with incidentId' }));
        if (errors.length > 0)
          throw new Problem('invalid_request', 'incidentId goes with no other parameter.', { errors });
        return show(incidentId);
      }
      const now = deps.now();
      // Nothing is created in the future; a minute allows for clocks that differ.
      const latest = now + MINUTE_MS;
      const span = { from: from ?? now - LOOK_BACK_MS, to: Math.min(to ?? latest, latest) };
      if (from !== undefined && to !== undefined && from > to) {
        const errors = [{ field: 'from', message: 'must not be after `to`' }];
        throw new Problem('invalid_request', 'The time span ends before it begins.', { errors });
      }
      const after = cursor === undefined ? undefined : readCursor(cursor);
      if (span.from > span.to) return json(200, { incidents: [], next: null });
      const page = await deps.lists.list({ ...filter, ...span }, limit, after);
      return json(200, {
        incidents: page.incidents.map(incidentView),
        next: page.next === undefined ? null : Buffer.from(page.next).toString('base64url'),
      });
    },

    getIncident: (event) => show(pathNumber(event.pathParameters?.id)),

    async updateIncident(event) {
      const incidentId = pathNumber(event.pathParameters?.id);
      const { by = BY_API_KEY, ...change } = check(updateBody, readJsonObject(event), 'body');
      return answer(incidentId, await updateIncident(deps, incidentId, { ...change, by }));
    },

    async updateIncidentByBody(event) {
      const { incidentId, by = BY_API_KEY, ...change } = check(updateByBody, readJsonObject(event), 'body');
      return answer(incidentId, await updateIncident(deps, incidentId, { ...change, by }));
    },

    async getTimeline(event) {
      const incidentId = pathNumber(event.pathParameters?.id);
      const incident = await deps.incidents.get(incidentId);
      if (!incident) throw unknownIncident(incidentId);
      const entries = await readTimeline(deps, incident);
      return json(200, { incidentId, timeline: entries.map(timelineView) });
    },
  };
}

/** Why a change is not possible in the incident's present state. */
const REFUSALS: Readonly<Record<Exclude<Refusal, 'stale version'>, string>> = {
  'already resolved': 'The incident is RESOLVED; re-open it (state OPEN) first.',
  'nothing to escalate to': 'The escalation policy has no further step; assign it to another policy, or re-open it.',
  itself: 'An incident cannot be merged into itself.',
};

/** 13 months: a list without `from` shows a year and a little more. */
const LOOK_BACK_MS = 13 * 31 * 24 * HOUR_MS;

export function answer(incidentId: number, result: Updated): HttpResponse {
  if (result.kind === 'not found') throw unknownIncident(incidentId);
  if (result.kind !== 'refused' && result.kind !== 'superseded') return json(200, incidentView(result.incident));
  const { incident } = result;
  const more = { state: incident.state, version: incident.version, incidentId };
  if (result.kind === 'superseded') {
    const detail = `Incident ${result.by} of the same dedup key is open; work on that one.`;
    throw new Problem('superseded', detail, { more: { ...more, openIncidentId: result.by } });
  }
  if (result.reason === 'stale version') {
    throw new Problem('stale_version', `Incident ${incidentId} is at version ${incident.version} by now.`, { more });
  }
  throw new Problem('illegal_transition', REFUSALS[result.reason], { more });
}

export function unknownIncident(incidentId: number): Problem {
  return new Problem('not_found', `There is no incident ${incidentId}.`);
}

export function pathNumber(text: string | undefined): number {
  const number = incidentNumber.safeParse(Number(text));
  if (number.success && /^\d+$/.test(text ?? '')) return number.data;
  throw new Problem('not_found', 'There is no such incident: its number is a whole number.');
}

const POSITION = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z#\d{12,}$/;

function readCursor(cursor: string): string {
  const position = Buffer.from(cursor, 'base64url').toString('utf8');
  if (POSITION.test(position) && Date.parse(position.slice(0, 24)) >= 0) return position;
  const errors = [{ field: 'cursor', message: 'is not one that a list has answered' }];
  throw new Problem('invalid_request', 'The cursor is not valid.', { errors });
}
