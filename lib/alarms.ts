import { type IMetric, MathExpression, Metric, Stats } from 'aws-cdk-lib/aws-cloudwatch';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { IStateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import { Duration } from 'aws-cdk-lib/core';
import { HANDLER_NAMES, type HandlerName } from './handlers.ts';

/** The namespace of the metrics that the functions write. */
export const METRIC_NAMESPACE = 'InResponse';

/** What there is to watch. */
export interface Watched {
  /** Value of the dimension `service` of our own metrics: the stack's name, so that two stacks do not mix. */
  readonly service: string;
  readonly apiName: string;
  readonly stage: string;
  readonly stateMachine: IStateMachine;
  readonly functions: Readonly<Record<HandlerName, IFunction>>;
  readonly deadLetterQueue: string;
  readonly mailEventTopic: string;
  readonly configurationSet: string;
}

export interface AlarmDefinition {
  readonly name: string;
  /** `critical`: pages may be lost, act now. `high`: pages arrive late, or soon will not. `warning`: look into it today. */
  readonly severity: 'critical' | 'high' | 'warning';
  readonly says: string;
  /** Section of docs/runbook.md; the name when left out. */
  readonly runbook?: string;
  /** Alarms when above zero, unless `above` or `below` says otherwise. */
  readonly metric: (watched: Watched) => IMetric;
  readonly above?: number;
  readonly below?: number;
  /** Alarms when this many of the last `of` periods breach: 1 of 1 when left out. */
  readonly breaches?: { readonly count: number; readonly of: number };
  /** No data is bad news too. */
  readonly silenceIsBad?: boolean;
}

const MINUTE = Duration.minutes(1);
const FIVE_MINUTES = Duration.minutes(5);

/** Every alarm of InResponse about itself. Few, and each with something to do: docs/runbook.md has a section for every row. */
export const ALARMS: readonly AlarmDefinition[] = [
  {
    name: 'reconciler-silent',
    severity: 'critical',
    says: 'The reconciler does not finish its runs: nothing repairs what goes wrong',
    metric: ({ service }) => own(service, 'ReconcilerCleanPass'),
    below: 1,
    breaches: { count: 3, of: 5 },
    silenceIsBad: true,
  },
  {
    name: 'page-given-up',
    severity: 'critical',
    says: 'A page reached nobody, not even the fallback contact',
    metric: ({ service }) => own(service, 'PageFailed'),
  },
  {
    name: 'overdue-repaired',
    severity: 'high',
    says: 'The reconciler had to do overdue work: escalations are late',
    metric: ({ service }) => own(service, 'OverdueRepaired'),
    breaches: { count: 2, of: 5 },
  },
  {
    name: 'workflow-failed',
    severity: 'high',
    says: 'Escalation workflows failed, timed out or were throttled; the reconciler takes over',
    metric: ({ stateMachine }) =>
      new MathExpression({
        label: 'workflows failed, timed out or throttled',
        expression: 'failed + timedOut + throttled',
        period: FIVE_MINUTES,
        usingMetrics: {
          failed: stateMachine.metricFailed(),
          timedOut: stateMachine.metricTimedOut(),
          throttled: stateMachine.metricThrottled(),
        },
      }),
  },
  {
    name: 'api-failing',
    severity: 'high',
    says: 'The API answers 5xx: alerts are not accepted',
    metric: ({ apiName, stage }) => count('AWS/ApiGateway', '5XXError', { ApiName: apiName, Stage: stage }, MINUTE),
    breaches: { count: 2, of: 5 },
  },
  ...HANDLER_NAMES.map((name) => functionFailing(name, ({ functions }) => functions[name])),
  {
    name: 'dead-letters',
    severity: 'warning',
    says: 'Events could not be delivered and wait in the dead-letter queue',
    metric: ({ deadLetterQueue }) =>
      new Metric({
        namespace: 'AWS/SQS',
        metricName: 'ApproximateNumberOfMessagesVisible',
        dimensionsMap: { QueueName: deadLetterQueue },
        statistic: Stats.MAXIMUM,
        period: FIVE_MINUTES,
      }),
  },
  {
    name: 'mail-not-delivered',
    severity: 'warning',
    says: 'A mail bounced, was delayed or refused, or was marked as spam',
    // Nothing but such events is published to this topic.
    metric: ({ mailEventTopic }) =>
      count('AWS/SNS', 'NumberOfMessagesPublished', { TopicName: mailEventTopic }, FIVE_MINUTES),
  },
  {
    name: 'bounce-rate',
    severity: 'high',
    says: 'More than 5 % of mails bounce: SES puts the account under review at this rate, and stops it at 10 %',
    metric: ({ configurationSet }) =>
      new Metric({
        namespace: 'AWS/SES',
        metricName: 'Reputation.BounceRate',
        dimensionsMap: { 'ses:configuration-set': configurationSet },
        statistic: Stats.MAXIMUM,
        period: Duration.hours(1),
      }),
    above: 0.05,
  },
];

/** The alarms of a deployment that sends canaries. */
export function canaryAlarms({ everyMinutes, canary }: CanaryWatched): AlarmDefinition[] {
  // From one arrival to the next, and what a run that is tried again may take; by the periods' bounds it is one more.
  const periods = Math.ceil(everyMinutes / FIVE_MINUTES.toMinutes()) + 2;
  return [
    {
      name: 'canary-missing',
      severity: 'critical',
      says: 'A canary incident did not arrive as a mail within five minutes: pages may not arrive either',
      // Filled, because CloudWatch looks for older data in place of what is missing, and would find the last arrival for longer.
      metric: ({ service }) =>
        new MathExpression({
          label: 'canaries arrived',
          expression: 'FILL(arrived, 0)',
          period: FIVE_MINUTES,
          usingMetrics: { arrived: own(service, 'CanaryArrived') },
        }),
      below: 1,
      breaches: { count: periods, of: periods },
      silenceIsBad: true,
    },
    functionFailing('canary', () => canary),
  ];
}

export interface CanaryWatched {
  readonly everyMinutes: number;
  readonly canary: IFunction;
}

function functionFailing(handler: string, find: (watched: Watched) => IFunction): AlarmDefinition {
  return {
    name: `function-failing-${handler}`,
    severity: 'high',
    says: `The ${handler} function ends in errors, or is throttled`,
    runbook: 'function-failing',
    metric: (watched) =>
      new MathExpression({
        label: 'errors and throttles',
        expression: 'errors + throttles',
        period: FIVE_MINUTES,
        usingMetrics: { errors: find(watched).metricErrors(), throttles: find(watched).metricThrottles() },
      }),
  };
}

function own(service: string, metricName: string): Metric {
  return count(METRIC_NAMESPACE, metricName, { service }, MINUTE);
}

function count(namespace: string, metricName: string, dimensionsMap: Record<string, string>, period: Duration): Metric {
  return new Metric({ namespace, metricName, dimensionsMap, statistic: Stats.SUM, period });
}
