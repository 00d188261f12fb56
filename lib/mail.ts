import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import { ConfigurationSet, EmailIdentity, EmailSendingEvent, EventDestination, Identity } from 'aws-cdk-lib/aws-ses';
import { type ITopic, Topic } from 'aws-cdk-lib/aws-sns';
import { LambdaSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import { Stack, Validations } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import { ENV } from '../lambda/env.ts';

/** What the mail-events function is told: everything that means that a page may not have arrived. */
const EVENTS = [
  EmailSendingEvent.BOUNCE,
  EmailSendingEvent.COMPLAINT,
  EmailSendingEvent.DELIVERY_DELAY,
  EmailSendingEvent.REJECT,
];

export interface MailProps {
  readonly senderEmail: string;
  readonly identity: 'create' | 'existing';
}

/** Sending mail through SES, and hearing what became of it. */
export class Mail extends Construct {
  readonly configurationSet: ConfigurationSet;
  readonly eventTopic: Topic;
  private readonly senderEmail: string;

  constructor(scope: Construct, id: string, { senderEmail, identity }: MailProps) {
    super(scope, id);
    this.senderEmail = senderEmail;
    this.configurationSet = new ConfigurationSet(this, 'ConfigurationSet', { reputationMetrics: true });
    if (identity === 'create') new EmailIdentity(this, 'Sender', { identity: Identity.email(senderEmail) });
    // SNS encrypts on disk by itself. SES cannot publish to a topic under the AWS-managed key, and a key of our own costs more a
    // month than everything else here does idle.
    this.eventTopic = new Topic(this, 'Events', { enforceSSL: true });
    this.configurationSet.addEventDestination('ToTopic', {
      destination: EventDestination.snsTopic(this.eventTopic),
      events: EVENTS,
    });
  }

  /**
   * Lets `handler` send as the sender address, and tells it that and the configuration set. The identity is any, the sender is one: while an
   * account is in the SES sandbox, SES asks for permission on the identity of the *recipient* too.
   */
  grantSend(handler: LambdaFunction): void {
    const stack = Stack.of(this);
    const configurationSet = this.configurationSet.configurationSetName;
    handler.addEnvironment(ENV.senderEmail, this.senderEmail);
    handler.addEnvironment(ENV.configurationSet, configurationSet);
    handler.addToRolePolicy(
      new PolicyStatement({
        actions: ['ses:SendEmail'],
        resources: [
          stack.formatArn({ service: 'ses', resource: 'identity', resourceName: '*' }),
          stack.formatArn({ service: 'ses', resource: 'configuration-set', resourceName: configurationSet }),
        ],
        conditions: { StringEquals: { 'ses:FromAddress': this.senderEmail } },
      }),
    );
    if (!handler.role) return;
    Validations.of(handler.role).acknowledge({
      id: 'AwsSolutions-IAM5[Resource::arn:<AWS::Partition>:ses:<AWS::Region>:<AWS::AccountId>:identity/*]',
      reason: 'Bound to one From address; SES checks identities of recipients too while the account is in the sandbox.',
    });
  }

  /** Publishes to `topic` that a mail has arrived, of every mail. */
  reportDeliveriesTo(topic: ITopic): void {
    this.configurationSet.addEventDestination('Deliveries', {
      destination: EventDestination.snsTopic(topic),
      events: [EmailSendingEvent.DELIVERY],
    });
  }

  /** Gives `handler` the events of mails; what it cannot take goes to `deadLetters`. */
  deliverEventsTo(handler: LambdaFunction, deadLetters: IQueue): void {
    this.eventTopic.addSubscription(new LambdaSubscription(handler, { deadLetterQueue: deadLetters }));
  }
}
