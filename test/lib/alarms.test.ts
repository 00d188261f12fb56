import { existsSync, readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ALARMS, canaryAlarms, METRIC_NAMESPACE } from '../../lib/alarms.ts';
import { HANDLER_NAMES } from '../../lib/handlers.ts';
import { render, synthesize } from './synthesize.ts';

const { ofType } = synthesize({ stackName: 'Pager', alarmEmail: 'ops@example.com' });
const alarms = [...ofType('AWS::CloudWatch::Alarm').values()].map(({ Properties }) => Properties);

interface MetricProperties {
  readonly Namespace?: string;
  readonly MetricName?: string;
  readonly Dimensions?: readonly { Name: string; Value: unknown }[];
}

function alarm(name: string): Readonly<Record<string, unknown>> {
  const found = alarms.find((properties) => properties.AlarmName === `Pager-${name}`);
  if (!found) throw new Error(`no alarm ${name}`);
  return found;
}

function dimensions(properties: MetricProperties): Record<string, string> {
  return Object.fromEntries((properties.Dimensions ?? []).map(({ Name, Value }) => [Name, render(Value)]));
}

/** The anchor that a Markdown heading gets. */
function anchor(heading: string): string {
  return heading
    .toLowerCase()
    .replace(/[^\w\- ]/g, '')
    .trim()
    .replace(/ /g, '-');
}

describe('alarms', () => {
  it('are one for each row, with a name, a severity and the place in the runbook', () => {
    expect(alarms).toHaveLength(ALARMS.length);
    for (const { name, severity, runbook = name } of ALARMS) {
      expect(alarm(name).AlarmDescription).toMatch(
        new RegExp(`^\\[${severity}\\] .+ Runbook: docs/runbook\\.md#${runbook}$`),
      );
    }
  });

  it('tell the alarm topic when they go off and when they are over', () => {
    for (const { AlarmActions, OKActions } of alarms) {
      expect([AlarmActions, OKActions].map((actions) => (actions as unknown[]).map(render))).toEqual([
        ['MonitoringTopic'],
        ['MonitoringTopic'],
      ]);
    }
    const [subscription] = [...ofType('AWS::SNS::Subscription').values()].filter(
      (s) => s.Properties.Protocol === 'email',
    );
    expect(subscription?.Properties).toMatchObject({ Endpoint: 'ops@example.com' });
  });

  it('may reach the alarm topic, over TLS alone', () => {
    const { PolicyDocument } = ofType('AWS::SNS::TopicPolicy').get('MonitoringTopicPolicy')?.Properties ?? {};
    const { Statement } = PolicyDocument as { Statement: unknown[] };
    expect(Statement).toEqual([
      expect.objectContaining({ Effect: 'Deny', Condition: { Bool: { 'aws:SecureTransport': 'false' } } }),
      expect.objectContaining({
        Effect: 'Allow',
        Principal: { Service: 'cloudwatch.amazonaws.com' },
        Condition: { StringEquals: { 'AWS:SourceAccount': { Ref: 'AWS::AccountId' } } },
      }),
    ]);
  });

  it('go off when the reconciler is silent, and stay quiet without data otherwise', () => {
    for (const { name } of ALARMS) {
      expect([name, alarm(name).TreatMissingData]).toEqual([
        name,
        name === 'reconciler-silent' ? 'breaching' : 'notBreaching',
      ]);
    }
    expect(alarm('reconciler-silent')).toMatchObject({
      MetricName: 'ReconcilerCleanPass',
      ComparisonOperator: 'LessThanThreshold',
      Threshold: 1,
      Period: 60,
    });
    expect(alarm('overdue-repaired')).toMatchObject({
      MetricName: 'OverdueRepaired',
      ComparisonOperator: 'GreaterThanThreshold',
      Threshold: 0,
      DatapointsToAlarm: 2,
      EvaluationPeriods: 5,
      Period: 60,
    });
  });

  it('watch the errors and throttles of every function', () => {
    for (const handler of HANDLER_NAMES) {
      const metrics = alarm(`function-failing-${handler}`).Metrics as {
        Expression?: string;
        MetricStat?: { Metric: MetricProperties };
      }[];
      expect(metrics.map((m) => m.Expression ?? m.MetricStat?.Metric.MetricName)).toEqual([
        'errors + throttles',
        'Errors',
        'Throttles',
      ]);
    }
  });

  it('have a section in the runbook, where there is a runbook', () => {
    if (!existsSync('docs/runbook.md')) return;
    const headings = [...readFileSync('docs/runbook.md', 'utf8').matchAll(/^#+ (.+)$/gm)].map(([, h]) =>
      anchor(h ?? ''),
    );
    const all = [...ALARMS, ...canaryAlarms({ everyMinutes: 15, canary: undefined as never })];
    expect(headings).toEqual(expect.arrayContaining(all.map(({ name, runbook = name }) => runbook)));
  });
});

describe('our own metrics', () => {
  const environment = ofType('AWS::Lambda::Function').get('ReconcilerFunction')?.Properties.Environment;
  const { Variables } = environment as { Variables: Record<string, unknown> };
  const before = { ...process.env };

  beforeAll(() => {
    for (const [name, value] of Object.entries(Variables)) process.env[name] = render(value);
  });
  afterAll(() => {
    process.env = before;
  });

  it('are written where the alarms look for them', async () => {
    const { surroundings } = await import('../../lambda/deps.ts');
    const { metrics, count } = surroundings();
    for (const name of ['ReconcilerCleanPass', 'OverdueRepaired', 'PageFailed'] as const) count(name);
    const record = metrics.serializeMetrics();
    metrics.clearMetrics();
    const [directive] = record._aws.CloudWatchMetrics;
    const own = alarms.filter((properties) => properties.Namespace === METRIC_NAMESPACE);
    expect(own).toHaveLength(3);
    for (const properties of own) {
      expect(directive?.Namespace).toBe(properties.Namespace);
      expect(directive?.Metrics).toContainEqual(expect.objectContaining({ Name: properties.MetricName }));
      const looked = dimensions(properties);
      expect(directive?.Dimensions).toContainEqual(Object.keys(looked));
      expect(record).toMatchObject(looked);
    }
  });
});
