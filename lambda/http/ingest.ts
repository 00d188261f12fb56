import type { Integration } from '../../core/integration.ts';
import type { Log } from '../app/ports.ts';
import type { TakeDeps } from '../app/take-event.ts';
import { takeEvents } from '../app/take-events.ts';
import type { IntegrationStore, Use } from '../data/integrations.ts';
import { parseBody } from '../ingest/body.ts';
import type { Trace } from '../ingest/opsgenie/replies.ts';
import { asAltAgent } from '../ingest/pagerduty/replies.ts';
import { jsonReply, type Reply } from '../ingest/reply.ts';
import { isFromGrafana } from '../ingest/signatures.ts';
import type { Translation } from '../ingest/translation.ts';
import { webhookBadSignature } from '../ingest/webhook-replies.ts';
import { withoutKey } from '../ingest/without-key.ts';
import { FORMATS, type Format, type Refusals } from './ingest-formats.ts';
import { type IngestRequest, requestKey } from './ingest-request.ts';
import { isOpsgeniePath, routeIngest } from './ingest-router.ts';
import type { SnsCheck } from './sns.ts';

export interface IngestDeps extends TakeDeps {
  readonly integrations: Pick<IntegrationStore, 'use'>;
  readonly sns: SnsCheck;
  /** The Opsgenie API, where it is served: undefined for what it does not know. */
  readonly opsgenie?: (request: IngestRequest) => Promise<Reply | undefined>;
  readonly log: Log;
}

/** Answers a sender. Whatever happens, the answer is the protocol's own; a 2xx is given only when the event is durable. */
export async function ingest(deps: IngestDeps, request: IngestRequest): Promise<Reply> {
  if (isOpsgeniePath(request.path)) {
    const reply = await deps.opsgenie?.(request);
    if (reply) return reply;
  }
  const route = routeIngest(request.path);
  if (!route) return problem(404, 'not_found', 'Not found', 'There is nothing at this path.');
  const format: Format = FORMATS[route.format];
  if (!format.methods.includes(request.method)) {
    const allow = format.methods.join(', ');
    const reply = problem(405, 'method_not_allowed', 'Method not allowed', `${allow} is possible here.`);
    return { ...reply, headers: { ...reply.headers, Allow: allow } };
  }
  const startedAt = deps.now();
  const requestId = deps.token();
  const trace: Trace = {
    requestId: requestId.replace(/^(.{8})(.{4})(.{4})(.{4})(.*)$/, '$1-$2-$3-$4-$5'),
    tookSeconds: 0,
  };
  try {
    return await serve(deps, request, { format, key: route.key, trace, startedAt });
  } catch (error) {
    deps.log.error('event not stored', {
      format: route.format,
      error: error instanceof Error ? `${error.name}: ${error.message}` : String(error),
    });
    return format.refusals.failed(trace);
  }
}

interface Served {
  readonly format: Format;
  /** Of the path. */
  readonly key: string | undefined;
  readonly trace: Trace;
  readonly startedAt: number;
}

async function serve(deps: IngestDeps, request: IngestRequest, served: Served): Promise<Reply> {
  const { format, trace, startedAt } = served;
  const { refusals } = format;
  const refuse = (reply: Reply): Reply => {
    deps.count('EventRefused');
    return reply;
  };
  const body = parseBody(request.rawBody);
  if (body.kind === 'tooLarge') return refuse(refusals.tooLarge(trace));
  if (body.kind === 'unreadable') return refuse(refusals.unreadable(trace));
  const arrival = { receivedAt: startedAt, newKey: () => deps.token() };

  if (format.keyInBody) {
    const translation = format.translate(body.value, arrival, { key: '', trace });
    if (translation.kind === 'refused') return refuse(translation.reply);
    const use = await useKey(deps, translation.key ?? '');
    const ok = use.kind === 'ok';
    return ok
      ? take(deps, use.integration, translation, translation.key ?? '')
      : refuse(denied(deps, use, refusals, trace));
  }
  const key = served.key ?? requestKey(request) ?? format.keyOf?.(body.value);
  if (key === undefined) return refuse(refusals.keyMissing(trace));
  const use = await useKey(deps, key);
  if (use.kind !== 'ok') return refuse(denied(deps, use, refusals, trace));
  const { integration } = use;
  if (!isSigned(request, integration, startedAt) || !(await deps.sns.isGenuine(body.value))) {
    return refuse(webhookBadSignature());
  }
  const translation = format.translate(body.value, arrival, { key, integration, trace });
  if (translation.kind === 'accepted') return take(deps, integration, translation, key);
  return refuse(integration.options?.altAgentReplies ? asAltAgent(translation) : translation.reply);
}

/** A key that may do other things, but send no events, is as good as unknown here. */
async function useKey(deps: IngestDeps, key: string): Promise<Use> {
  const use = await deps.integrations.use(key, deps.now());
  return use.kind === 'unknown' || use.integration.scopes.includes('events') ? use : { kind: 'unknown' };
}

function denied(deps: IngestDeps, use: Exclude<Use, { kind: 'ok' }>, refusals: Refusals, trace: Trace): Reply {
  if (use.kind === 'unknown') return refusals.keyUnknown(trace);
  deps.count('EventThrottled');
  return refusals.throttled(use.retryAfterSeconds, use.integration, trace);
}

async function take(
  deps: IngestDeps,
  integration: Integration,
  translation: Extract<Translation, { kind: 'accepted' }>,
  key: string,
): Promise<Reply> {
  if (translation.confirmUrl !== undefined) {
    await deps.sns.confirm(translation.confirmUrl);
    deps.log.info('SNS subscription confirmed', { integration: integration.integrationId });
  }
  if (translation.ignored !== undefined) deps.count('EventIgnored');
  await takeEvents(deps, integration, withoutKey(translation.events, key));
  return integration.options?.altAgentReplies ? asAltAgent(translation) : translation.reply;
}

const SIGNATURE_HEADER = 'x-grafana-alerting-signature';

function isSigned({ rawBody, headers }: IngestRequest, { options }: Integration, now: number): boolean {
  const required = options?.signature;
  if (required === undefined) return true;
  const signature = headers[(required.header ?? SIGNATURE_HEADER).toLowerCase()];
  if (required.timestampHeader === undefined) return isFromGrafana({ rawBody, signature }, required.secrets, now);
  const timestamp = headers[required.timestampHeader.toLowerCase()];
  return timestamp !== undefined && isFromGrafana({ rawBody, signature, timestamp }, required.secrets, now);
}

function problem(status: number, code: string, title: string, detail: string): Reply {
  const headers = { 'Content-Type': 'application/problem+json' };
  return jsonReply(status, { type: 'about:blank', title, status, code, detail }, headers);
}
