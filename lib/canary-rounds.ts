import { Rule, Schedule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction as LambdaTarget } from 'aws-cdk-lib/aws-events-targets';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import { FilterOrPolicy, SubscriptionFilter, Topic } from 'aws-cdk-lib/aws-sns';
import { LambdaSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import { Duration } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import type { Mail } from './mail.ts';

export interface CanaryRoundsProps {
  readonly lambda: LambdaFunction;
  readonly everyMinutes: number;
  readonly address: string;
  readonly mail: Mail;
}

/** A try that comes later than this is late for its alarm. */
const WORTH_TRYING = Duration.minutes(5);

/** Sends a canary every so often, and tells the function of the mails that have arrived at the canary's address, and of no others. */
export class CanaryRounds extends Construct {
  constructor(scope: Construct, id: string, { lambda, everyMinutes, address, mail }: CanaryRoundsProps) {
    super(scope, id);
    new Rule(this, 'Schedule', {
      description: 'Sends a canary incident',
      schedule: Schedule.rate(Duration.minutes(everyMinutes)),
      targets: [new LambdaTarget(lambda, { maxEventAge: WORTH_TRYING, retryAttempts: 2 })],
    });
    lambda.configureAsyncInvoke({ maxEventAge: WORTH_TRYING, retryAttempts: 2 });
    // Apart from the topic of failures, whose messages an alarm counts.
    const deliveries = new Topic(this, 'Deliveries', { enforceSSL: true });
    mail.reportDeliveriesTo(deliveries);
    deliveries.addSubscription(
      new LambdaSubscription(lambda, {
        filterPolicyWithMessageBody: {
          mail: FilterOrPolicy.policy({
            destination: FilterOrPolicy.filter(SubscriptionFilter.stringFilter({ allowlist: [address] })),
          }),
        },
      }),
    );
  }
}
