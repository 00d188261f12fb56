import { Rule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction as LambdaTarget } from 'aws-cdk-lib/aws-events-targets';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import { type IReceiptRuleSet, ReceiptRule, ReceiptRuleSet, TlsPolicy } from 'aws-cdk-lib/aws-ses';
import { EmailEncoding, Sns } from 'aws-cdk-lib/aws-ses-actions';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { LambdaSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import { ArnFormat, Duration, Stack } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import type { DeploymentConfig } from './deployment-config.ts';

export interface AwsSendersProps {
  readonly ingest: LambdaFunction;
  /** Where an event goes that could not be taken in. */
  readonly deadLetters: IQueue;
  readonly alarms: DeploymentConfig['cloudWatchAlarms'];
  readonly inboundMail: DeploymentConfig['inboundMail'];
}

/** What brings events to the ingest function inside AWS: alarms through EventBridge, any SNS topic of the account, received mail. */
export class AwsSenders extends Construct {
  constructor(scope: Construct, id: string, { ingest, deadLetters, alarms, inboundMail }: AwsSendersProps) {
    super(scope, id);
    const stack = Stack.of(this);
    // A topic of this account may be subscribed to the function, with the console or another stack.
    ingest.addPermission('TopicsOfTheAccount', {
      principal: new ServicePrincipal('sns.amazonaws.com'),
      sourceArn: stack.formatArn({ service: 'sns', resource: '*', arnFormat: ArnFormat.NO_RESOURCE_NAME }),
    });
    if (alarms) this.takeAlarms(ingest, deadLetters, alarms.namePrefixes);
    if (inboundMail) this.takeMail(ingest, deadLetters, inboundMail);
  }

  private takeAlarms(ingest: LambdaFunction, deadLetters: IQueue, prefixes: readonly string[] | undefined): void {
    new Rule(this, 'Alarms', {
      description: 'Makes incidents of CloudWatch alarms',
      eventPattern: {
        source: ['aws.cloudwatch'],
        detailType: ['CloudWatch Alarm State Change'],
        detail: {
          alarmName: prefixes?.map((prefix) => ({ prefix })) ?? [{ 'anything-but': { prefix: 'TargetTracking-' } }],
        },
      },
      targets: [
        new LambdaTarget(ingest, { deadLetterQueue: deadLetters, maxEventAge: Duration.hours(6), retryAttempts: 60 }),
      ],
    });
  }

  /** Through a topic with the mail in the message: SES takes up to 150 KB that way, and bounces what is larger. */
  private takeMail(
    ingest: LambdaFunction,
    deadLetters: IQueue,
    { recipients, ruleSet }: NonNullable<DeploymentConfig['inboundMail']>,
  ): void {
    const topic = new Topic(this, 'Mail', { enforceSSL: true });
    topic.addToResourcePolicy(
      new PolicyStatement({
        sid: 'SesPublishesMail',
        principals: [new ServicePrincipal('ses.amazonaws.com')],
        actions: ['sns:Publish'],
        resources: [topic.topicArn],
        conditions: { StringEquals: { 'AWS:SourceAccount': Stack.of(this).account } },
      }),
    );
    topic.addSubscription(new LambdaSubscription(ingest, { deadLetterQueue: deadLetters }));
    const rules: IReceiptRuleSet = ruleSet
      ? ReceiptRuleSet.fromReceiptRuleSetName(this, 'RuleSet', ruleSet)
      : new ReceiptRuleSet(this, 'RuleSet');
    new ReceiptRule(this, 'ReceiptRule', {
      ruleSet: rules,
      recipients: [...recipients],
      scanEnabled: true,
      tlsPolicy: TlsPolicy.OPTIONAL,
      actions: [new Sns({ topic, encoding: EmailEncoding.BASE64 })],
    });
  }
}
