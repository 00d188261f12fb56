import type { Integration } from '../../core/integration.ts';
import { translateAlertmanager } from '../ingest/alertmanager.ts';
import { translateApprise } from '../ingest/apprise.ts';
import { translateCloudWatch } from '../ingest/cloudwatch/translate.ts';
import { type Mapping, mappingSchema } from '../ingest/generic/mapping.ts';
import { ANY_JSON, NAGIOS } from '../ingest/generic/presets.ts';
import { translateGeneric } from '../ingest/generic/translate.ts';
import { isGrafana, translateGrafana } from '../ingest/grafana.ts';
import { translateHandler, translateIntegration } from '../ingest/integration.ts';
import { translateNetdata } from '../ingest/netdata.ts';
import {
  opsgenieError,
  opsgenieKeyInvalid,
  opsgenieKeyMissing,
  opsgenieThrottled,
  opsgenieTooLarge,
  opsgenieUnreadable,
  type Trace,
} from '../ingest/opsgenie/replies.ts';
import { translateChange } from '../ingest/pagerduty/change.ts';
import {
  eventAccepted,
  eventNotStored,
  eventTooLarge,
  invalidEvent,
  invalidRoutingKey,
  invalidServiceKey,
  throttled,
  unreadableEvent,
  v1Throttled,
} from '../ingest/pagerduty/replies.ts';
import { translateV1 } from '../ingest/pagerduty/v1.ts';
import { translateV2 } from '../ingest/pagerduty/v2.ts';
import { jsonReply, type Reply, retryAfter } from '../ingest/reply.ts';
import { isObject, textOf } from '../ingest/shape.ts';
import type { Arrival, Translation } from '../ingest/translation.ts';
import {
  alertmanagerThrottled,
  webhookThrottled,
  webhookTooLarge,
  webhookUnauthorized,
  webhookUnreadable,
} from '../ingest/webhook-replies.ts';

/** A protocol's own words for what every protocol can meet. */
export interface Refusals {
  unreadable(trace: Trace): Reply;
  tooLarge(trace: Trace): Reply;
  keyMissing(trace: Trace): Reply;
  keyUnknown(trace: Trace): Reply;
  throttled(retryAfterSeconds: number, integration: Integration, trace: Trace): Reply;
  /** A fault of ours: the sender must send again. */
  failed(trace: Trace): Reply;
}

/** How the requests of one route are read and answered. */
export interface Format {
  readonly methods: readonly string[];
  readonly refusals: Refusals;
  /** Where the key is only known once the body has been read. Such a translation knows no integration. */
  readonly keyInBody?: boolean;
  /** Finds the key in a body, for routes that may have it elsewhere. */
  keyOf?(body: unknown): string | undefined;
  translate(body: unknown, arrival: Arrival, found: Found): Translation;
}

export interface Found {
  /** Empty where the key is in the body. */
  readonly key: string;
  readonly integration?: Integration;
  readonly trace: Trace;
}

const PAGERDUTY: Refusals = {
  unreadable: unreadableEvent,
  tooLarge: eventTooLarge,
  keyMissing: () => invalidEvent(["'routing_key' is missing or blank"]),
  keyUnknown: invalidRoutingKey,
  throttled: (seconds, { options }) => throttled(seconds, options?.emptyBody429),
  failed: eventNotStored,
};

const PAGERDUTY_V1: Refusals = { ...PAGERDUTY, keyUnknown: invalidServiceKey, throttled: v1Throttled };

const WEBHOOK: Refusals = {
  unreadable: webhookUnreadable,
  tooLarge: webhookTooLarge,
  keyMissing: webhookUnauthorized,
  keyUnknown: webhookUnauthorized,
  throttled: webhookThrottled,
  failed: () => jsonReply(503, { message: 'The event could not be stored. Please retry.' }, retryAfter(5)),
};

const OPSGENIE: Refusals = {
  unreadable: opsgenieUnreadable,
  tooLarge: opsgenieTooLarge,
  keyMissing: opsgenieKeyMissing,
  keyUnknown: (trace) => opsgenieKeyInvalid(trace),
  throttled: (seconds, _integration, trace) => opsgenieThrottled(trace, seconds),
  failed: (trace) => opsgenieError(503, 'The event could not be stored. Please retry.', trace),
};

const POST = ['POST'];
/** Grafana can be told to PUT. */
const POST_PUT = ['POST', 'PUT'];

export const FORMATS = {
  v2: { methods: POST, refusals: PAGERDUTY, keyInBody: true, translate: (body, arrival) => translateV2(body, arrival) },
  change: { methods: POST, refusals: PAGERDUTY, keyInBody: true, translate: translateChange },
  v1: {
    methods: POST,
    refusals: PAGERDUTY_V1,
    keyInBody: true,
    translate: (body, arrival) => translateV1(body, arrival),
  },
  /** `/integration/<key>/enqueue` and `/x-ere/<key>`. */
  integration: { methods: POST_PUT, refusals: PAGERDUTY, translate: translateAny },
  /** pd-event-handler's `POST /`. Its senders know no key, so it may be in the query, in `Authorization`, or in the body. */
  handler: {
    methods: POST,
    refusals: PAGERDUTY,
    keyOf: (body) => (isObject(body) ? textOf(body.routing_key) : undefined),
    translate: (body, arrival, { key }) => translateHandler(body, arrival, key),
  },
  alertmanager: {
    methods: POST,
    refusals: { ...WEBHOOK, throttled: alertmanagerThrottled },
    translate: (body, arrival, { integration }) => translateAlertmanager(body, arrival, integration?.options?.groupBy),
  },
  grafana: {
    methods: POST_PUT,
    refusals: WEBHOOK,
    translate: (body, arrival, { integration }) => translateGrafana(body, arrival, integration?.options?.groupBy),
  },
  cloudwatch: {
    methods: POST,
    refusals: WEBHOOK,
    translate: (body, arrival, { integration }) => translateCloudWatch(body, arrival, integration?.options?.alarms),
  },
  apprise: {
    methods: POST_PUT,
    refusals: WEBHOOK,
    translate: (body, arrival, { integration }) => {
      const success = integration?.options?.appriseSuccess;
      return translateApprise(body, arrival, success === undefined ? {} : { success });
    },
  },
  nagios: {
    methods: POST_PUT,
    refusals: WEBHOOK,
    translate: (body, arrival) => translateGeneric(body, NAGIOS, arrival),
  },
  json: {
    methods: POST_PUT,
    refusals: WEBHOOK,
    translate: (body, arrival, { integration }) => translateGeneric(body, mappingOf(integration) ?? ANY_JSON, arrival),
  },
  netdata: {
    methods: POST,
    refusals: OPSGENIE,
    translate: (body, { receivedAt }, { trace }) => translateNetdata(body, receivedAt, trace),
  },
} as const satisfies Record<string, Format>;

export type FormatName = keyof typeof FORMATS;

/** The mapping of an integration: its own, else Nagios's for a Nagios. */
function mappingOf(integration: Integration | undefined): Mapping | undefined {
  if (integration?.mapping !== undefined) return mappingSchema.parse(integration.mapping);
  return integration?.kind === 'nagios' ? NAGIOS : undefined;
}

function translateAny(body: unknown, arrival: Arrival, { key, integration }: Found): Translation {
  const mapping = mappingOf(integration);
  const { groupBy, alarms } = integration?.options ?? {};
  if (mapping === undefined && groupBy === 'group' && isObject(body) && Array.isArray(body.alerts)) {
    const translate = isGrafana(body) ? translateGrafana : translateAlertmanager;
    const translation = translate(body, arrival, groupBy);
    if (translation.kind === 'refused') return translation;
    return { ...translation, key, reply: eventAccepted(translation.events[0]?.dedupKey ?? '') };
  }
  return translateIntegration(body, arrival, key, {
    ...(mapping === undefined ? {} : { mapping }),
    ...(alarms === undefined ? {} : { alarms }),
  });
}
