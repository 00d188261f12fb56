import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { type App, CfnResource, Validations } from 'aws-cdk-lib/core';
import { AwsSolutionsChecks } from 'cdk-nag';
import { HANDLER_NAMES, HANDLERS } from '../../lib/handlers.ts';
import { makeApp, render, synthesize } from './synthesize.ts';

const { stack, template, ofType } = synthesize({ logRetentionDays: '7', reservedConcurrency: '{"reconciler":1}' });

/** Every type there may be. The local runtime knows these; a new one needs an engine, or a reason for none. */
const TYPES = [
  'AWS::ApiGateway::Account',
  'AWS::ApiGateway::ApiKey',
  'AWS::ApiGateway::Deployment',
  'AWS::ApiGateway::GatewayResponse',
  'AWS::ApiGateway::Method',
  'AWS::ApiGateway::Resource',
  'AWS::ApiGateway::RestApi',
  'AWS::ApiGateway::Stage',
  'AWS::ApiGateway::UsagePlan',
  'AWS::ApiGateway::UsagePlanKey',
  'AWS::CloudWatch::Alarm',
  'AWS::DynamoDB::Table',
  'AWS::Events::Rule',
  'AWS::IAM::Policy',
  'AWS::IAM::Role',
  'AWS::Lambda::EventInvokeConfig',
  'AWS::Lambda::Function',
  'AWS::Lambda::Permission',
  'AWS::Logs::LogGroup',
  'AWS::SES::ConfigurationSet',
  'AWS::SES::ConfigurationSetEventDestination',
  'AWS::SES::EmailIdentity',
  'AWS::SNS::Subscription',
  'AWS::SNS::Topic',
  'AWS::SNS::TopicPolicy',
  'AWS::SQS::Queue',
  'AWS::SQS::QueuePolicy',
  'AWS::StepFunctions::StateMachine',
];

interface Target {
  readonly Arn: unknown;
  readonly DeadLetterConfig: { readonly Arn: unknown };
  readonly RetryPolicy: unknown;
}

/** Errors and warnings alike. */
function findings(app: App): string[] {
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
  try {
    app.synth();
  } catch (error) {
    if (!/ValidationFailed/.test(String(error))) throw error;
  }
  const report = JSON.parse(readFileSync(join(app.outdir, 'validation-report.json'), 'utf8')) as Report;
  return report.pluginReports.flatMap(({ violations }) => violations.map(({ ruleName }) => ruleName));
}

interface Report {
  readonly pluginReports: readonly { readonly violations: readonly { readonly ruleName: string }[] }[];
}

describe('the stack', () => {
  it('holds plain resources of known types, and no custom resource', () => {
    expect([...new Set(Object.values(template.Resources).map(({ Type }) => Type))].sort()).toEqual(TYPES);
  });

  it.each([
    {},
    {
      manageApiGatewayAccountRole: false,
      sesIdentity: 'existing',
      environmentName: 'staging',
      canary: {},
      watchdogUrl: 'ssm:/watchdog',
    },
  ])('passes the AWS Solutions checks and the validation of CloudFormation with %j', (settings) => {
    const { app } = makeApp(settings, true);
    expect(findings(app)).toEqual([]);
  });

  it('would not pass them with a topic that takes messages without TLS, and a property of the wrong type', () => {
    const made = makeApp({}, true);
    new Topic(made.stack, 'Careless');
    new CfnResource(made.stack, 'Wrong', { type: 'AWS::SQS::Queue', properties: { DelaySeconds: 'soon' } });
    expect(findings(made.app)).toEqual(['AwsSolutions-SNS3', 'F3012']);
  });

  it('protects itself in production, and only there', () => {
    expect(stack.terminationProtection).toBe(true);
    expect(makeApp({ environmentName: 'staging' }).stack.terminationProtection).toBe(false);
    expect(stack.tags.tagValues()).toEqual({ application: 'InResponse', environment: 'production' });
  });

  it('has a log group of its own for every writer, with the retention asked for', () => {
    const groups = ofType('AWS::Logs::LogGroup');
    const writers = ['Ingest', 'MailEvents', 'Notifier', 'Processor', 'Reconciler', 'Escalation'].map(
      (name) => `${name}Logs`,
    );
    expect([...groups.keys()].sort()).toEqual(['ApiAccessLog', ...writers].sort());
    for (const { Properties } of groups.values()) expect(Properties.RetentionInDays).toBe(7);
  });

  it('has the functions of the table of handlers', () => {
    const functions = ofType('AWS::Lambda::Function');
    expect(functions.size).toBe(HANDLER_NAMES.length);
    for (const name of HANDLER_NAMES) {
      const id = `${name.charAt(0).toUpperCase()}${name.slice(1)}Function`;
      const { ReservedConcurrentExecutions, ...properties } = functions.get(id)?.Properties ?? {};
      expect(properties).toMatchObject({
        Runtime: 'nodejs24.x',
        Architectures: ['arm64'],
        Handler: 'index.handler',
        Timeout: HANDLERS[name].timeoutSeconds,
        TracingConfig: { Mode: 'Active' },
      });
      expect(ReservedConcurrentExecutions).toBe(name === 'reconciler' ? 1 : undefined);
    }
  });

  it('reserves no concurrency unless asked to: a new account has none to spare', () => {
    for (const { Properties } of synthesize().ofType('AWS::Lambda::Function').values()) {
      expect(Properties).not.toHaveProperty('ReservedConcurrentExecutions');
    }
  });

  it('runs the state machine as written, with the notifier in place, and logs no incident data', () => {
    const [machine] = [...ofType('AWS::StepFunctions::StateMachine').values()];
    const { DefinitionString, DefinitionSubstitutions, ...rest } = machine?.Properties ?? {};
    const substitutions = DefinitionSubstitutions as Record<string, unknown>;
    expect(render(substitutions.NotifierArn)).toBe('NotifierFunction.Arn');
    expect([...String(DefinitionString).matchAll(/\$\{(\w+)\}/g)].map(([, name]) => name)).toEqual(['NotifierArn']);
    expect(rest).toMatchObject({
      StateMachineType: 'STANDARD',
      TracingConfiguration: { Enabled: true },
      LoggingConfiguration: { Level: 'ALL', IncludeExecutionData: false },
    });
  });

  it('runs the reconciler every minute, and drops a tick that comes too late', () => {
    const [rule] = [...ofType('AWS::Events::Rule').values()];
    const [target] = (rule?.Properties.Targets ?? []) as Target[];
    expect(rule?.Properties).toMatchObject({ ScheduleExpression: 'rate(1 minute)', State: 'ENABLED' });
    expect(render(target?.Arn)).toBe('ReconcilerFunction.Arn');
    expect(render(target?.DeadLetterConfig.Arn)).toBe('DeadLettersQueue.Arn');
    expect(target?.RetryPolicy).toEqual({ MaximumEventAgeInSeconds: 60, MaximumRetryAttempts: 2 });
  });

  it('brings bounces, complaints, delays and rejects to the mail-events function, or to the dead letters', () => {
    const [destination] = [...ofType('AWS::SES::ConfigurationSetEventDestination').values()];
    expect(destination?.Properties.EventDestination).toMatchObject({
      Enabled: true,
      MatchingEventTypes: ['bounce', 'complaint', 'deliveryDelay', 'reject'],
      SnsDestination: { TopicARN: { Ref: expect.stringMatching(/^MailEvents/) } },
    });
    const [subscription] = [...ofType('AWS::SNS::Subscription').values()];
    const { Endpoint, RedrivePolicy } = subscription?.Properties ?? {};
    expect(render(Endpoint)).toBe('MailEventsFunction.Arn');
    expect(render((RedrivePolicy as { deadLetterTargetArn: unknown }).deadLetterTargetArn)).toBe(
      'DeadLettersQueue.Arn',
    );
    const deadLetters = [...ofType('AWS::Lambda::Function')].filter(
      ([, f]) => f.Properties.DeadLetterConfig !== undefined,
    );
    expect(deadLetters.map(([id]) => id).sort()).toEqual([
      'IngestFunction',
      'MailEventsFunction',
      'ReconcilerFunction',
    ]);
  });

  it('encrypts the dead letters and refuses to take them without TLS', () => {
    const [queue] = [...ofType('AWS::SQS::Queue').values()];
    expect(queue?.Properties).toMatchObject({ SqsManagedSseEnabled: true, MessageRetentionPeriod: 1_209_600 });
    const [policy] = [...ofType('AWS::SQS::QueuePolicy').values()];
    expect(JSON.stringify(policy)).toContain('{"Bool":{"aws:SecureTransport":"false"}},"Effect":"Deny"');
  });

  it('makes the SES identity, or uses the one there is', () => {
    const [identity] = [...ofType('AWS::SES::EmailIdentity').values()];
    expect(identity?.Properties.EmailIdentity).toBe('pager@example.com');
    expect(synthesize({ sesIdentity: 'existing' }).ofType('AWS::SES::EmailIdentity').size).toBe(0);
  });

  it('tells scripts where things are', () => {
    expect(Object.keys(template.Outputs)).toEqual(
      expect.arrayContaining(['ApiUrl', 'ApiKeyId', 'StateMachineArn', 'AlarmTopicArn', 'IncidentTableName']),
    );
  });
});
