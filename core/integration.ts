import type { EventSeverity } from './event.ts';
import { DEFAULT_SETTINGS, DEFAULT_URGENCY, type Service } from './service.ts';
import type { EpochMs } from './time.ts';

export const INTEGRATION_KINDS = [
  'pagerduty',
  'global',
  'opsgenie',
  'alertmanager',
  'grafana',
  'cloudwatch',
  'nagios',
  'netdata',
  'apprise',
  'json',
  'email',
] as const;
/** What an integration was made for. It decides the shape of its keys; every key is taken on every route that its scopes allow. */
export type IntegrationKind = (typeof INTEGRATION_KINDS)[number];

export const SCOPES = ['events', 'read', 'write', 'admin'] as const;
/** `events` may send events; `read`, `write` and `admin` are for the APIs that also answer. */
export type Scope = (typeof SCOPES)[number];

/** How a sender's events are read, where its format leaves a choice. */
export interface IntegrationOptions {
  /** Alertmanager, Grafana: one incident per alert (default), or one per group. */
  readonly groupBy?: 'alert' | 'group';
  /** CloudWatch: alarms carry no severity, and INSUFFICIENT_DATA means what the team says it means. */
  readonly alarms?: {
    readonly insufficientData?: 'ignore' | 'trigger' | 'resolve';
    readonly severity?: EventSeverity;
  };
  /** Apprise: what a success does. */
  readonly appriseSuccess?: 'trigger' | 'resolve';
  /** Email: mails of the same sender and subject are one incident. */
  readonly mailDedup?: 'message' | 'subject';
  /** An empty body with a 429, for pd-event-handler, which queues an event again only then. */
  readonly emptyBody429?: boolean;
  /** Answers in the words of PDaltagent's listener. */
  readonly altAgentReplies?: boolean;
  /** Grafana: refuse a body that was not signed with one of these secrets. */
  readonly signature?: {
    readonly secrets: readonly string[];
    /** `X-Grafana-Alerting-Signature` when left out. */
    readonly header?: string;
    /** The contact point's timestamp header, if it has one; then it is required. */
    readonly timestampHeader?: string;
  };
}

/** A sender that may bring events, and where they go. Its key is known to the sender alone; here there is its hash. */
export interface Integration {
  readonly integrationId: string;
  readonly name: string;
  readonly kind: IntegrationKind;
  /** Absent: routed. An event goes to the service that it names itself, or to {@link UNROUTED}. */
  readonly service?: string;
  readonly scopes: readonly Scope[];
  readonly ratePerMinute: number;
  /** A field mapping (`lambda/ingest/generic/mapping.ts`) in the form in which it was written. */
  readonly mapping?: unknown;
  readonly options?: IntegrationOptions;
  readonly createdAt: EpochMs;
}

/** The catch-all: where events go that name no service that is configured. */
export const UNROUTED = 'unrouted';

/** The catch-all while nobody has configured a service of that name: nobody owns it, so the fallback contact is paged. */
export const UNROUTED_SERVICE: Service = {
  serviceId: UNROUTED,
  timeZone: 'UTC',
  pageAfterSeconds: 0,
  escalateAfterSeconds: 600,
  settings: DEFAULT_SETTINGS,
  grouping: { by: 'dedupKey' },
  urgency: DEFAULT_URGENCY,
  lowUrgencyOutsideHours: 'page',
  maintenance: [],
};

/**
 * The dedup key of an event within its service. Keys of two senders of one service must not meet: netdata's is `1` on every host. So
 * the key counts within its integration, as at PagerDuty. It counts in the whole service where it is meant to (an Opsgenie alias),
 * and where several keys stand for one stream of events (a routed or global key).
 */
export function scopedKey(integration: Pick<Integration, 'integrationId' | 'kind' | 'service'>, key: string): string {
  const shared = integration.service === undefined || integration.kind === 'opsgenie' || integration.kind === 'global';
  return shared ? key : `${integration.integrationId}:${key}`;
}
