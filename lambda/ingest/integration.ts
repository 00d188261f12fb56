/**
 * The routes that take a body of any shape: `POST /integration/<key>/enqueue`, `POST /x-ere/<key>`, and `POST /` as in
 * pd-event-handler. PagerDuty runs a script per integration there; here the shape is recognised, or a mapping from the configuration
 * says how to read it. Nothing that is a JSON object goes unheard.
 */
import type { InboundEvent } from '../../core/event.ts';
import { translateAlertmanager } from './alertmanager.ts';
import { isApprise, translateApprise } from './apprise.ts';
import type { AlarmOptions } from './cloudwatch/alarm.ts';
import { isEventBridge } from './cloudwatch/eventbridge.ts';
import { readSns } from './cloudwatch/sns.ts';
import { translateCloudWatch } from './cloudwatch/translate.ts';
import type { Mapping } from './generic/mapping.ts';
import { ANY_JSON } from './generic/presets.ts';
import { applyMapping } from './generic/translate.ts';
import { isGrafana, translateGrafana } from './grafana.ts';
import { isNetdata, translateNetdata } from './netdata.ts';
import { eventAccepted, handlerAccepted, invalidEvent, unreadableEvent } from './pagerduty/replies.ts';
import { isV1, readV1 } from './pagerduty/v1.ts';
import { isV2, readAction, readV2 } from './pagerduty/v2.ts';
import { isObject, type JsonObject, textOf } from './shape.ts';
import { storable } from './storable.ts';
import { type Arrival, accepted, refused, type Translation } from './translation.ts';

export interface IntegrationOptions {
  /** Comes before everything that would be recognised. */
  readonly mapping?: Mapping;
  readonly alarms?: AlarmOptions;
}

/** Any object or list as events; answers as Events v2 does. `key` is the one in the path. */
export function translateIntegration(
  body: unknown,
  arrival: Arrival,
  key: string,
  options: IntegrationOptions = {},
): Translation {
  const translation = translateAny(body, arrival, options);
  if (translation.kind === 'refused' || translation.confirmUrl !== undefined) return translation;
  return { ...translation, key, reply: eventAccepted(translation.events[0]?.dedupKey ?? '') };
}

/** pd-event-handler's `POST /`: any JSON document, sent on under the key of the deployment whatever key it names itself. */
export function translateHandler(body: unknown, arrival: Arrival, key: string): Translation {
  const translation = translateAny(body, arrival, {});
  if (translation.kind === 'refused') return translation;
  return { ...translation, key, reply: handlerAccepted(storable(body), key) };
}

function translateAny(body: unknown, arrival: Arrival, options: IntegrationOptions): Translation {
  if (!isObject(body) && !Array.isArray(body)) return refused('unreadable', unreadableEvent());
  if (options.mapping !== undefined) return mapped(body, options.mapping, arrival);
  const known = isObject(body) ? translateKnown(body, arrival, options) : undefined;
  return known ?? mapped(body, ANY_JSON, arrival);
}

/** The formats that can be told by their shape. */
function translateKnown(body: JsonObject, arrival: Arrival, { alarms }: IntegrationOptions): Translation | undefined {
  // Alertmanager's v1 mode sends an empty event_action; pd-event-handler's users send a payload without any action.
  if (
    isV2(body)
      ? readAction(body.event_action) !== undefined
      : isObject(body.payload) && textOf(body.payload.summary) !== undefined
  ) {
    return one(readV2(body, arrival), 'dedup_key');
  }
  if (isV1(body)) return one(readV1(body, arrival), 'incident_key');
  if (readSns(body) !== undefined || isEventBridge(body) || 'NewStateValue' in body)
    return translateCloudWatch(body, arrival, alarms);
  if (isGrafana(body)) return translateGrafana(body, arrival);
  if (Array.isArray(body.alerts) && 'groupKey' in body) return translateAlertmanager(body, arrival);
  if (isNetdata(body)) return translateNetdata(body, arrival.receivedAt, { requestId: '', tookSeconds: 0 });
  return isApprise(body) ? translateApprise(body, arrival) : undefined;
}

/** An acknowledge or resolve that names nothing cannot be carried out, however lenient the route. */
function one(event: InboundEvent, keyField: string): Translation {
  if (event.dedupKey === undefined) return refused('invalid', invalidEvent([`'${keyField}' is missing or blank`]));
  return accepted([event], eventAccepted(event.dedupKey));
}

function mapped(body: unknown, mapping: Mapping, arrival: Arrival): Translation {
  const result = applyMapping(body, mapping, arrival);
  if (result.kind === 'errors') return refused('invalid', invalidEvent(result.errors));
  return accepted(result.events, eventAccepted(result.events[0]?.dedupKey ?? ''));
}
