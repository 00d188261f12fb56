/**
 * CloudWatch alarms through EventBridge. Follows the Amazon CloudWatch user guide, "Alarm events and EventBridge". Changes of an alarm's
 * configuration and of its single contributors are passed over: the alarm's own change of state comes as an event of its own.
 */
import type { EpochMs } from '../../../core/time.ts';
import { instantOf, isObject, type JsonObject, listOf, objectOf, textOf } from '../shape.ts';
import { type AlarmChange, dimensionsOf, picked } from './alarm.ts';

const STATE_CHANGE = 'CloudWatch Alarm State Change';

/** An event of CloudWatch on an EventBridge bus, of whatever kind. */
export function isEventBridge(body: unknown): boolean {
  return isObject(body) && body.source === 'aws.cloudwatch' && textOf(body['detail-type']) !== undefined;
}

/** The change of state in it, or why there is none. */
export function alarmOfEventBridge(body: unknown, receivedAt: EpochMs): AlarmChange | string {
  const event = objectOf(body);
  if (event['detail-type'] !== STATE_CHANGE) return "it is no change of an alarm's state";
  const detail = objectOf(event.detail);
  const state = objectOf(detail.state);
  const value = textOf(state.value);
  const name = textOf(detail.alarmName);
  if (name === undefined || value === undefined) return 'it names no alarm, or no state';
  const suppressedBy = textOf(state.actionsSuppressedBy);
  if (suppressedBy !== undefined && value !== 'OK')
    return `the alarm's actions are suppressed by ${suppressedBy.slice(0, 100)}`;
  const configuration = objectOf(detail.configuration);
  const metrics = listOf(configuration.metrics).filter(isObject);
  const region = textOf(event.region);
  return {
    name,
    region,
    state: value,
    arn: textOf(listOf(event.resources)[0]) ?? `${textOf(event.account) ?? ''}:${region ?? ''}:${name}`,
    reason: textOf(state.reason),
    description: textOf(configuration.description),
    changedAt: instantOf(state.timestamp, receivedAt) ?? instantOf(event.time, receivedAt) ?? receivedAt,
    details: {
      state: value,
      ...picked(objectOf(detail.previousState), { value: 'previousState' }),
      ...picked(event, { account: 'account', region: 'region' }),
      ...picked(configuration, { alarmRule: 'alarmRule', actionsSuppressor: 'actionsSuppressor' }),
      ...(metrics.length === 0 ? {} : { metrics: metrics.map(metricOf) }),
      ...reasonData(state.reasonData),
    },
  };
}

function metricOf(entry: JsonObject): JsonObject {
  const stat = objectOf(entry.metricStat);
  const metric = objectOf(stat.metric);
  return {
    ...picked(entry, { id: 'id', expression: 'expression', label: 'label', returnData: 'returnData' }),
    ...picked(metric, { name: 'metric', namespace: 'namespace' }),
    ...(metric.dimensions === undefined ? {} : { dimensions: dimensionsOf(metric.dimensions) }),
    ...picked(stat, { period: 'periodSeconds', stat: 'statistic', unit: 'unit' }),
  };
}

/** JSON inside a string; kept as text when it is not. */
function reasonData(value: unknown): JsonObject {
  if (typeof value !== 'string' || value === '') return {};
  try {
    return { reasonData: JSON.parse(value) as unknown };
  } catch {
    return { reasonData: value };
  }
}
