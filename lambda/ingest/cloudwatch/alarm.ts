/**
 * A CloudWatch alarm's change of state, from SNS or from EventBridge, in one form. Follows the Amazon CloudWatch user guide, "Alarm
 * events and EventBridge", and the message that CloudWatch publishes to SNS.
 */
import type { EventAction, EventSeverity, InboundEvent } from '../../../core/event.ts';
import type { Link } from '../../../core/incident.ts';
import type { EpochMs } from '../../../core/time.ts';
import { makeEvent } from '../make-event.ts';
import { instantOf, isObject, type JsonObject, listOf, objectOf, textOf } from '../shape.ts';

export interface AlarmOptions {
  /** What INSUFFICIENT_DATA does; `ignore` by default. */
  readonly insufficientData?: 'ignore' | 'trigger' | 'resolve';
  /** Alarms carry no severity; `critical` by default. */
  readonly severity?: EventSeverity;
}

/** One change of state. */
export interface AlarmChange {
  readonly name: string;
  readonly arn: string;
  readonly state: string;
  readonly reason?: string | undefined;
  readonly description?: string | undefined;
  readonly changedAt: EpochMs;
  /** A display name from SNS, a code from EventBridge. */
  readonly region?: string | undefined;
  readonly details: JsonObject;
}

/** The event of a change, or why there is none. */
export function eventOfAlarm(alarm: AlarmChange, options: AlarmOptions = {}): InboundEvent | string {
  const action = actionOf(alarm.state, options.insufficientData ?? 'ignore');
  if (action === undefined) return `the alarm's state is ${alarm.state.slice(0, 100)}`;
  const description = alarm.description === undefined ? [] : [alarm.description];
  return makeEvent({
    action,
    dedupKey: alarm.arn,
    severity: alarm.state === 'INSUFFICIENT_DATA' ? 'warning' : (options.severity ?? 'critical'),
    title: `${alarm.name} is in ${alarm.state}${alarm.region === undefined ? '' : ` in ${alarm.region}`}`,
    message: [...description, ...(alarm.reason === undefined ? [] : [alarm.reason])].join('\n\n'),
    details: alarm.details,
    links: [...runbookOf(alarm.description), ...consoleOf(alarm)],
    source: alarm.arn,
    client: 'Amazon CloudWatch',
    class: alarm.name,
    detectedAt: alarm.changedAt,
  });
}

function actionOf(state: string, insufficientData: 'ignore' | 'trigger' | 'resolve'): EventAction | undefined {
  if (state === 'ALARM') return 'trigger';
  if (state === 'OK') return 'resolve';
  return state === 'INSUFFICIENT_DATA' && insufficientData !== 'ignore' ? insufficientData : undefined;
}

/** People write "Runbook: https://…" into the description, for want of another place. */
function runbookOf(description = ''): Link[] {
  const match = /run-?book[^\n]{0,40}?(https?:\/\/[^\s<>"')\]]+)/i.exec(description.slice(0, 10_000));
  return match?.[1] === undefined ? [] : [{ href: match[1].replace(/[.,;:!?]$/, ''), text: 'Runbook' }];
}

const CONSOLES: ReadonlyMap<string, string> = new Map([
  ['aws', 'console.aws.amazon.com'],
  ['aws-cn', 'console.amazonaws.cn'],
  ['aws-us-gov', 'console.amazonaws-us-gov.com'],
]);

function consoleOf({ arn, name }: AlarmChange): Link[] {
  const match = /^arn:(aws[a-z-]*):cloudwatch:([a-z0-9-]+):/.exec(arn);
  const host = CONSOLES.get(match?.[1] ?? '');
  const region = match?.[2];
  if (host === undefined || region === undefined) return [];
  const fragment = `alarmsV2:alarm/${encodeURIComponent(name.toWellFormed())}`;
  return [{ href: `https://${region}.${host}/cloudwatch/home?region=${region}#${fragment}`, text: 'CloudWatch alarm' }];
}

/** Dimensions as a map. SNS sends a list of `{name, value}`, EventBridge a map. */
export function dimensionsOf(value: unknown): Record<string, string> {
  const pairs = isObject(value)
    ? Object.entries(value)
    : listOf(value)
        .filter(isObject)
        .map((pair) => [textOf(pair.name ?? pair.Name) ?? '', pair.value ?? pair.Value] as const);
  return Object.fromEntries(pairs.flatMap(([name, of]) => (name === '' ? [] : [[name, textOf(of) ?? '']])));
}

/** The alarm in CloudWatch's message to SNS; undefined when it is no such message. Composite alarms have `AlarmRule`, no `Trigger`. */
export function alarmOfSns(message: unknown, receivedAt: EpochMs): AlarmChange | undefined {
  if (!isObject(message)) return undefined;
  const name = textOf(message.AlarmName);
  const state = textOf(message.NewStateValue);
  if (name === undefined || state === undefined) return undefined;
  const trigger = objectOf(message.Trigger);
  const metrics = listOf(trigger.Metrics).filter(isObject);
  const region = textOf(message.Region);
  const account = textOf(message.AWSAccountId);
  return {
    name,
    state,
    region,
    arn: textOf(message.AlarmArn) ?? `${account ?? ''}:${region ?? ''}:${name}`,
    reason: textOf(message.NewStateReason),
    description: textOf(message.AlarmDescription),
    changedAt: instantOf(message.StateChangeTime, receivedAt) ?? receivedAt,
    details: {
      state,
      ...picked(message, {
        OldStateValue: 'previousState',
        AWSAccountId: 'account',
        Region: 'region',
        AlarmRule: 'alarmRule',
        TriggeringChildren: 'triggeringChildren',
      }),
      ...picked(trigger, TRIGGER_NAMES),
      ...(trigger.Dimensions === undefined ? {} : { dimensions: dimensionsOf(trigger.Dimensions) }),
      ...(metrics.length === 0 ? {} : { metrics: metrics.map(metricOfSns) }),
    },
  };
}

const TRIGGER_NAMES = {
  MetricName: 'metric',
  Namespace: 'namespace',
  Statistic: 'statistic',
  ExtendedStatistic: 'statistic',
  Period: 'periodSeconds',
  EvaluationPeriods: 'evaluationPeriods',
  DatapointsToAlarm: 'datapointsToAlarm',
  ComparisonOperator: 'comparison',
  Threshold: 'threshold',
  ThresholdMetricId: 'thresholdMetricId',
  TreatMissingData: 'missingData',
  Unit: 'unit',
};

/** A member of a metric math alarm: an expression, or a metric with its dimensions as a list. */
function metricOfSns(entry: JsonObject): JsonObject {
  const stat = objectOf(entry.MetricStat);
  const metric = objectOf(stat.Metric);
  return {
    ...picked(entry, { Id: 'id', Expression: 'expression', Label: 'label', ReturnData: 'returnData' }),
    ...picked(metric, { MetricName: 'metric', Namespace: 'namespace' }),
    ...(metric.Dimensions === undefined ? {} : { dimensions: dimensionsOf(metric.Dimensions) }),
    ...picked(stat, { Period: 'periodSeconds', Stat: 'statistic', Unit: 'unit' }),
  };
}

/** Members under other names; those that are absent, null or empty are left out. */
export function picked(from: JsonObject, names: Readonly<Record<string, string>>): JsonObject {
  return Object.fromEntries(
    Object.entries(names).flatMap(([name, as]) => {
      const value = from[name];
      return value === undefined || value === null || value === '' ? [] : [[as, value]];
    }),
  );
}
