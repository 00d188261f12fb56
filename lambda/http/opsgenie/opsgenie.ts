import { SECOND_MS } from '../../../core/time.ts';
import type { HeartbeatDeps } from '../../app/opsgenie/heartbeats.ts';
import { TooManyConflicts } from '../../app/ports.ts';
import type { DedupStore } from '../../data/dedup.ts';
import type { IncidentStore } from '../../data/incidents.ts';
import type { IntegrationStore } from '../../data/integrations.ts';
import { type ParsedBody, parseBody } from '../../ingest/body.ts';
import { opsgenieKey } from '../../ingest/opsgenie/auth.ts';
import {
  type AlertPath,
  behind,
  type HeartbeatPath,
  type ParsedPath,
  parseAlertPath,
  parseHeartbeatPath,
} from '../../ingest/opsgenie/path.ts';
import {
  opsgenieError,
  opsgenieKeyInvalid,
  opsgenieKeyMissing,
  opsgenieNotFound,
  opsgenieThrottled,
  opsgenieTooLarge,
  opsgenieUnreadable,
  type Trace,
} from '../../ingest/opsgenie/replies.ts';
import { type Reply, retryAfter } from '../../ingest/reply.ts';
import { accessTo } from './access.ts';
import type { Call } from './call.ts';
import { heartbeat } from './heartbeats.ts';
import { count, list, type ReadDeps, readAlert } from './reads.ts';
import { change, create, requestOutcome, type WriteDeps } from './writes.ts';

export interface OpsgenieDeps extends WriteDeps, ReadDeps, HeartbeatDeps {
  readonly integrations: Pick<IntegrationStore, 'use'>;
  readonly incidents: IncidentStore;
  readonly dedup: DedupStore;
  readonly publicUrl: string;
  now(): number;
}

export interface OpsgenieRequest {
  readonly method: string;
  /** Percent-encoded, as on the wire; any prefix, with or without a trailing slash. */
  readonly path: string;
  readonly query: Readonly<Record<string, string | undefined>>;
  /** Names in any case. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly rawBody: Buffer;
}

/** Seconds after which a sender that met a failure of ours may try again. */
const RETRY_SECONDS = 2;

/** The Opsgenie Alert and Heartbeat APIs; undefined for a path that is none of theirs. Never throws: a failure is a 5xx of theirs. */
export function opsgenie(deps: OpsgenieDeps): (request: OpsgenieRequest) => Promise<Reply | undefined> {
  return async (request) => {
    const collection = ['/v2/alerts', '/v2/heartbeats'].find((each) => behind(request.path, each) !== undefined);
    if (collection === undefined) return undefined;
    const receivedAt = deps.now();
    const trace = (requestId = uuidOf(deps.token())): Trace => ({
      requestId,
      tookSeconds: (deps.now() - receivedAt) / SECOND_MS,
    });
    try {
      return await answer(deps, request, collection, receivedAt, trace);
    } catch (error) {
      deps.log.error('Opsgenie request failed', { error: String(error) });
      const contended = error instanceof TooManyConflicts;
      const reply = opsgenieError(contended ? 503 : 500, 'The request failed inside the service; try again.', trace());
      return { ...reply, headers: { ...reply.headers, ...retryAfter(RETRY_SECONDS) } };
    }
  };
}

async function answer(
  deps: OpsgenieDeps,
  request: OpsgenieRequest,
  collection: string,
  receivedAt: number,
  trace: Call['trace'],
): Promise<Reply> {
  const parsed = parseBody(request.rawBody);
  const key = opsgenieKey({ ...request, body: parsed.kind === 'json' ? parsed.value : undefined });
  if (key === undefined) return opsgenieKeyMissing(trace());
  const used = await deps.integrations.use(key, receivedAt);
  if (used.kind === 'unknown') return opsgenieKeyInvalid(trace());
  if (used.kind === 'throttled') return opsgenieThrottled(trace(), used.retryAfterSeconds);
  const alertPath = collection === '/v2/alerts' ? parseAlertPath(request.method, request.path) : undefined;
  const path = alertPath ?? parseHeartbeatPath(request.method, request.path);
  const refusal = refusalOf(path, parsed, trace);
  if (refusal !== undefined) return refusal;
  if (path.kind !== 'operation') return opsgenieNotFound(trace(), 'Resource');
  const access = accessTo(path.operation, used.integration);
  if (access !== true)
    return opsgenieError(403, `The API key lacks access: it needs one of the scopes ${access.join(', ')}`, trace());
  const call: Call = {
    integration: used.integration,
    body: parsed.kind === 'json' ? parsed.value : undefined,
    query: { ...request.query, ...strayQuery(path) },
    receivedAt,
    baseUrl: deps.publicUrl + request.path.slice(0, request.path.indexOf(collection)),
    trace,
  };
  return alertPath?.kind === 'operation' ? alert(deps, call, alertPath) : heartbeat(deps, call, path as HeartbeatPath);
}

function refusalOf(
  path: ParsedPath<AlertPath | HeartbeatPath>,
  body: ParsedBody,
  trace: Call['trace'],
): Reply | undefined {
  if (path.kind === 'methodNotAllowed') return opsgenieError(405, 'Method not allowed', trace());
  if (body.kind === 'tooLarge') return opsgenieTooLarge(trace());
  if (body.kind === 'unreadable') return opsgenieUnreadable(trace());
  return undefined;
}

function alert(deps: OpsgenieDeps, call: Call, path: AlertPath): Promise<Reply> | Reply {
  switch (path.operation) {
    case 'createAlert':
      return create(deps, call);
    case 'listAlerts':
      return list(deps, call);
    case 'countAlerts':
      return count(deps, call);
    case 'getRequest':
      return requestOutcome(deps, call, path);
    case 'savedSearches':
      return opsgenieError(404, 'Saved searches are not supported; send the query itself', call.trace());
    case 'getAlert':
    case 'listNotes':
    case 'listLogs':
    case 'listRecipients':
    case 'listAttachments':
      return readAlert(deps, call, path);
    default:
      return change(deps, call, path);
  }
}

/** The npm SDK glues a query to the path with `&`. */
function strayQuery(path: AlertPath | HeartbeatPath): Record<string, string> {
  return 'strayQuery' in path ? Object.fromEntries(new URLSearchParams(path.strayQuery)) : {};
}

function uuidOf(token: string): string {
  const at = (from: number, to: number) => token.slice(from, to);
  return `${at(0, 8)}-${at(8, 12)}-4${at(13, 16)}-a${at(17, 20)}-${at(20, 32)}`;
}
