import { describe, expect, it } from '@jest/globals';
import { type AlarmDefinition, canaryAlarms } from '../../lib/alarms.ts';
import { OPTIONAL_HANDLERS } from '../../lib/handlers.ts';
import { render, synthesize } from './synthesize.ts';

const plain = synthesize();
const full = synthesize({
  canary: '{"everyMinutes":30,"address":"canary@example.org"}',
  reservedConcurrency: '{"canary":1}',
  watchdogUrl: 'ssm:/inresponse/watchdog-url:3',
});
const other = synthesize({ canary: {}, watchdogUrl: 'secretsmanager:inresponse/watchdog' });

type Properties = Readonly<Record<string, unknown>>;

function propertiesOf(type: string, of = full): Properties[] {
  return [...of.ofType(type).values()].map(({ Properties }) => Properties);
}

function alarm(name: string): Properties | undefined {
  return propertiesOf('AWS::CloudWatch::Alarm').find(({ AlarmName }) => AlarmName === `InResponse-${name}`);
}

describe('a stack without a canary', () => {
  it('has nothing of it', () => {
    expect(JSON.stringify(plain.template)).not.toMatch(/canary/i);
  });

  it('has one of everything less than one with a canary', () => {
    const types = Object.values(full.template.Resources).map(({ Type }) => Type);
    const more = Object.fromEntries(
      [...new Set(types)].map((type) => [type, full.ofType(type).size - plain.ofType(type).size]),
    );
    expect(
      Object.entries(more)
        .filter(([, count]) => count !== 0)
        .sort(),
    ).toEqual([
      ['AWS::CloudWatch::Alarm', 2],
      ['AWS::Events::Rule', 1],
      ['AWS::IAM::Policy', 1],
      ['AWS::IAM::Role', 1],
      ['AWS::Lambda::EventInvokeConfig', 1],
      ['AWS::Lambda::Function', 1],
      // EventBridge and SNS.
      ['AWS::Lambda::Permission', 2],
      ['AWS::Logs::LogGroup', 1],
      ['AWS::SES::ConfigurationSetEventDestination', 1],
      ['AWS::SNS::Subscription', 1],
      ['AWS::SNS::Topic', 1],
      ['AWS::SNS::TopicPolicy', 1],
    ]);
  });
});

describe('the canary', () => {
  it('runs as often as asked for, every quarter of an hour by default', () => {
    const rates = (of: typeof full) => propertiesOf('AWS::Events::Rule', of).map((rule) => rule.ScheduleExpression);
    expect(rates(full)).toContain('rate(30 minutes)');
    expect(rates(other)).toContain('rate(15 minutes)');
    const rule = propertiesOf('AWS::Events::Rule').find((each) => each.ScheduleExpression === 'rate(30 minutes)');
    const targets = (rule?.Targets ?? []) as { Arn: unknown }[];
    expect(targets.map(({ Arn }) => render(Arn))).toEqual(['CanaryFunction.Arn']);
  });

  it('is told its address and where the API is, and keeps no dead letters', () => {
    const lambda = full.ofType('AWS::Lambda::Function').get('CanaryFunction')?.Properties;
    expect(lambda).toMatchObject({
      Timeout: OPTIONAL_HANDLERS.canary.timeoutSeconds,
      ReservedConcurrentExecutions: 1,
      Environment: { Variables: { CANARY_ADDRESS: 'canary@example.org', PUBLIC_URL: expect.anything() } },
    });
    expect(lambda).not.toHaveProperty('DeadLetterConfig');
  });

  it('hears of the mails that arrived at its address, by a topic whose messages are no failures', () => {
    const destinations = propertiesOf('AWS::SES::ConfigurationSetEventDestination').map(({ EventDestination }) => {
      const { MatchingEventTypes, SnsDestination } = EventDestination as {
        MatchingEventTypes: string[];
        SnsDestination: { TopicARN: unknown };
      };
      return [MatchingEventTypes, render(SnsDestination.TopicARN)];
    });
    expect(destinations).toEqual([
      [['bounce', 'complaint', 'deliveryDelay', 'reject'], 'MailEvents'],
      [['delivery'], 'CanaryRoundsDeliveries'],
    ]);
    const [subscription] = propertiesOf('AWS::SNS::Subscription').filter(
      ({ TopicArn }) => render(TopicArn) === 'CanaryRoundsDeliveries',
    );
    expect(subscription).toMatchObject({
      Protocol: 'lambda',
      FilterPolicyScope: 'MessageBody',
      FilterPolicy: { mail: { destination: ['canary@example.org'] } },
    });
    expect(render(subscription?.Endpoint)).toBe('CanaryFunction.Arn');
    const dimensions = alarm('mail-not-delivered')?.Dimensions as { Value: unknown }[];
    expect(dimensions.map(({ Value }) => render(Value))).toEqual(['MailEvents.TopicName']);
  });

  it('alarms when none has arrived for a period and ten minutes, no data included', () => {
    expect(alarm('canary-missing')).toMatchObject({
      Metrics: [
        { Expression: 'FILL(arrived, 0)' },
        {
          ReturnData: false,
          MetricStat: {
            Metric: {
              Namespace: 'InResponse',
              MetricName: 'CanaryArrived',
              Dimensions: [{ Name: 'service', Value: 'InResponse' }],
            },
            Period: 300,
            Stat: 'Sum',
          },
        },
      ],
      ComparisonOperator: 'LessThanThreshold',
      Threshold: 1,
      EvaluationPeriods: 8,
      DatapointsToAlarm: 8,
      TreatMissingData: 'breaching',
      AlarmDescription: expect.stringMatching(/^\[critical\] .+ Runbook: docs\/runbook\.md#canary-missing$/),
    });
    expect(alarm('function-failing-canary')?.AlarmDescription).toMatch(/runbook\.md#function-failing$/);
  });

  it('alarms within the day that CloudWatch looks back, however rare it is', () => {
    const canary = undefined as never;
    for (const everyMinutes of [1, 7, 720]) {
      const [missing] = canaryAlarms({ everyMinutes, canary });
      const minutes = 5 * ((missing as AlarmDefinition).breaches?.of ?? 0);
      expect(minutes).toBeGreaterThanOrEqual(everyMinutes + 10);
      expect(minutes).toBeLessThanOrEqual(24 * 60);
    }
  });

  it('can be found by its output', () => {
    expect(render(full.template.Outputs.CanaryFunctionName?.Value)).toBe('CanaryFunction');
  });
});

describe('the watchdog', () => {
  const variable = ({ ofType }: typeof full) => {
    const { Environment } = ofType('AWS::Lambda::Function').get('ReconcilerFunction')?.Properties ?? {};
    return (Environment as { Variables: Record<string, unknown> }).Variables.WATCHDOG_URL;
  };

  it('is in the template as a reference alone, which CloudFormation resolves when it deploys', () => {
    expect(variable(full)).toBe('{{resolve:ssm:/inresponse/watchdog-url:3}}');
    expect(variable(other)).toBe('{{resolve:secretsmanager:inresponse/watchdog:SecretString}}');
  });

  it('is nowhere unless asked for', () => {
    expect(variable(plain)).toBeUndefined();
    expect(JSON.stringify(plain.template)).not.toMatch(/watchdog|resolve:/i);
  });
});
