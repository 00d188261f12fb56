import { alertViewOf } from '../../app/opsgenie/alert-view.ts';
import { logOf, notesOf, recipientsOf } from '../../app/opsgenie/entries.ts';
import { type FindDeps, findAlert } from '../../app/opsgenie/find-alert.ts';
import { type ListDeps, searchAlerts } from '../../app/opsgenie/list-alerts.ts';
import { readTimeline } from '../../app/read-timeline.ts';
import type { TimelineStore } from '../../data/timeline.ts';
import { alertDetail, alertListItem } from '../../ingest/opsgenie/alert.ts';
import { entryPage, parseEntries } from '../../ingest/opsgenie/entries.ts';
import { compareAlerts, pagingOf, parseList } from '../../ingest/opsgenie/list.ts';
import { type AlertPath, identifierTypeOf } from '../../ingest/opsgenie/path.ts';
import { opsgenieData, opsgenieNotFound, opsgeniePage } from '../../ingest/opsgenie/replies.ts';
import type { Reply } from '../../ingest/reply.ts';
import type { Call } from './call.ts';
import { unknownIdentifierType } from './writes.ts';

export interface ReadDeps extends FindDeps, ListDeps {
  readonly timeline: Pick<TimelineStore, 'list'>;
  now(): number;
}

export async function list(deps: ReadDeps, call: Call): Promise<Reply> {
  const request = parseList(call.query, call.trace());
  if (request.kind === 'refused') return request.reply;
  const found = await searchAlerts(deps, call.integration, request.query);
  const page = found.sort(compareAlerts(request)).slice(request.offset, request.offset + request.limit);
  const paging = pagingOf(`${call.baseUrl}/v2/alerts`, call.query, request, found.length);
  return opsgeniePage(page.map(alertListItem), paging, call.trace());
}

export async function count(deps: ReadDeps, call: Call): Promise<Reply> {
  const request = parseList({ ...call.query, offset: undefined, limit: undefined }, call.trace());
  if (request.kind === 'refused') return request.reply;
  const found = await searchAlerts(deps, call.integration, request.query);
  return opsgenieData({ count: found.length }, call.trace());
}

/** An alert, or something about it. */
export async function readAlert(deps: ReadDeps, call: Call, { operation, identifier = '' }: AlertPath): Promise<Reply> {
  const type = identifierTypeOf(call.query.identifierType);
  if (type === undefined) return unknownIdentifierType(call);
  const incident = await findAlert(deps, call.integration, type, identifier);
  if (!incident) return opsgenieNotFound(call.trace());
  switch (operation) {
    case 'listRecipients':
      return opsgenieData(recipientsOf(incident), call.trace());
    case 'listAttachments':
      return opsgenieData([], call.trace());
    case 'listLogs':
    case 'listNotes': {
      const request = parseEntries(call.query, call.trace());
      if (request.kind === 'refused') return request.reply;
      const timeline = await readTimeline(deps, incident);
      const entries = operation === 'listNotes' ? notesOf(timeline) : timeline.map(logOf);
      const collection = operation === 'listNotes' ? 'notes' : 'logs';
      const url = `${call.baseUrl}/v2/alerts/${alertViewOf(incident).id}/${collection}`;
      const { data, paging } = entryPage(entries, request, url);
      return opsgeniePage(data, paging, call.trace());
    }
    default:
      return opsgenieData(alertDetail(alertViewOf(incident)), call.trace());
  }
}
