import { describe, expect, it } from '@jest/globals';
import { listOf, render, type Synthesized, synthesize } from './synthesize.ts';

const plain = synthesize();
const full = synthesize({
  cloudWatchAlarms: '{"service":"checkout","namePrefixes":["prod-","web-"]}',
  inboundMail: { recipients: ['alerts@in.example.org'] },
});

function alarmRules({ ofType }: Synthesized) {
  return [...ofType('AWS::Events::Rule').values()].filter(({ Properties }) => Properties.EventPattern !== undefined);
}

/** What calls the ingest function: principal and source. */
function callers({ ofType }: Synthesized): [string, unknown][] {
  return [...ofType('AWS::Lambda::Permission').values()]
    .filter(({ Properties }) => render(Properties.FunctionName).startsWith('IngestFunction'))
    .map(({ Properties }) => [String(Properties.Principal), Properties.SourceArn]);
}

describe('the ingest function', () => {
  it('answers every path that is no route, and POST /, without a key of API Gateway', () => {
    const methods = [...plain.ofType('AWS::ApiGateway::Method').values()]
      .map(({ Properties }) => Properties)
      .filter(({ Integration }) => render((Integration as { Uri: unknown }).Uri).includes('IngestFunction.Arn'));
    expect(methods.map(({ HttpMethod, ApiKeyRequired }) => [HttpMethod, ApiKeyRequired ?? false]).sort()).toEqual([
      ['ANY', false],
      ['POST', false],
    ]);
    const paths = [...plain.ofType('AWS::ApiGateway::Resource').values()].map(({ Properties }) => Properties.PathPart);
    expect(paths).toContain('{proxy+}');
  });

  it('keeps what it could not take in', () => {
    const lambda = plain.ofType('AWS::Lambda::Function').get('IngestFunction')?.Properties;
    expect(lambda).toMatchObject({ DeadLetterConfig: expect.anything() });
  });

  it('is told where alarms go', () => {
    const variables = (of: Synthesized) =>
      of.ofType('AWS::Lambda::Function').get('IngestFunction')?.Properties.Environment;
    expect(variables(plain)).toMatchObject({ Variables: { ALARM_SERVICE: 'unrouted' } });
    expect(variables(full)).toMatchObject({
      Variables: { ALARM_SERVICE: 'checkout', SENDER_EMAIL: 'pager@example.com' },
    });
  });

  it('may be subscribed to the topics of this account, and of no other', () => {
    const [topics] = callers(plain).filter(([principal]) => principal === 'sns.amazonaws.com');
    expect(render(topics?.[1])).toBe('arn:AWS::Partition:sns:AWS::Region:AWS::AccountId:*');
  });
});

describe('alarms of CloudWatch', () => {
  it('are left alone unless a deployment says where they go', () => {
    expect(alarmRules(plain)).toEqual([]);
  });

  it('come by a rule, those with a prefix that is named, else all but those of autoscaling', () => {
    expect(alarmRules(full)).toMatchObject([
      {
        Properties: {
          EventPattern: {
            source: ['aws.cloudwatch'],
            'detail-type': ['CloudWatch Alarm State Change'],
            detail: { alarmName: [{ prefix: 'prod-' }, { prefix: 'web-' }] },
          },
        },
      },
    ]);
    const [rule] = alarmRules(synthesize({ cloudWatchAlarms: {} }));
    expect(rule?.Properties.EventPattern).toMatchObject({
      detail: { alarmName: [{ 'anything-but': { prefix: 'TargetTracking-' } }] },
    });
    const [target] = listOf(alarmRules(full)[0]?.Properties.Targets as { Arn: unknown; DeadLetterConfig: unknown });
    expect(render(target?.Arn)).toBe('IngestFunction.Arn');
    expect(target?.DeadLetterConfig).toBeDefined();
  });
});

describe('received mail', () => {
  it('comes by a receipt rule and a topic, with the mail in the message', () => {
    expect(plain.ofType('AWS::SES::ReceiptRule').size).toBe(0);
    const [rule] = [...full.ofType('AWS::SES::ReceiptRule').values()];
    expect(rule?.Properties.Rule).toMatchObject({
      Recipients: ['alerts@in.example.org'],
      ScanEnabled: true,
      Actions: [{ SNSAction: { Encoding: 'Base64' } }],
    });
    expect(full.ofType('AWS::SES::ReceiptRuleSet').size).toBe(1);
  });

  it('joins a rule set that is there', () => {
    const joined = synthesize({ inboundMail: { recipients: ['in.example.org'], ruleSet: 'default' } });
    expect(joined.ofType('AWS::SES::ReceiptRuleSet').size).toBe(0);
    const [rule] = [...joined.ofType('AWS::SES::ReceiptRule').values()];
    expect(rule?.Properties.RuleSetName).toBe('default');
  });

  it('lets SES publish, and nobody else without TLS', () => {
    const policies = [...full.ofType('AWS::SNS::TopicPolicy').values()].map((policy) => JSON.stringify(policy));
    expect(policies.some((policy) => policy.includes('SesPublishesMail') && policy.includes('ses.amazonaws.com'))).toBe(
      true,
    );
  });
});
