import { Rule, Schedule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction as LambdaTarget } from 'aws-cdk-lib/aws-events-targets';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import { Duration } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';

export interface ReconcilerScheduleProps {
  readonly reconciler: LambdaFunction;
  readonly deadLetters: IQueue;
}

/** Runs the reconciler every minute. A tick older than a minute is worthless: the next one does its work. */
export class ReconcilerSchedule extends Construct {
  constructor(scope: Construct, id: string, { reconciler, deadLetters }: ReconcilerScheduleProps) {
    super(scope, id);
    new Rule(this, 'EveryMinute', {
      description: 'Finds overdue work and does it',
      schedule: Schedule.rate(Duration.minutes(1)),
      targets: [
        new LambdaTarget(reconciler, {
          deadLetterQueue: deadLetters,
          maxEventAge: Duration.minutes(1),
          retryAttempts: 2,
        }),
      ],
    });
    reconciler.configureAsyncInvoke({ maxEventAge: Duration.minutes(1), retryAttempts: 0 });
  }
}
