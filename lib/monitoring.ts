import { Alarm, ComparisonOperator, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import { Stack } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import { ALARMS, type AlarmDefinition, type Watched } from './alarms.ts';

export interface MonitoringProps {
  readonly watched: Watched;
  readonly alarmEmail?: string | undefined;
  /** Of what this deployment alone has. */
  readonly more?: readonly AlarmDefinition[];
}

/** The alarms of alarms.ts, and the topic that each of them tells when it goes off and when it is over. */
export class Monitoring extends Construct {
  readonly topic: Topic;

  constructor(scope: Construct, id: string, { watched, alarmEmail, more = [] }: MonitoringProps) {
    super(scope, id);
    // SNS encrypts on disk by itself; CloudWatch cannot publish to a topic under the AWS-managed key.
    this.topic = new Topic(this, 'Topic', { enforceSSL: true });
    this.topic.addToResourcePolicy(
      new PolicyStatement({
        sid: 'CloudWatchPublishesAlarms',
        principals: [new ServicePrincipal('cloudwatch.amazonaws.com')],
        actions: ['sns:Publish'],
        resources: [this.topic.topicArn],
        conditions: { StringEquals: { 'AWS:SourceAccount': Stack.of(this).account } },
      }),
    );
    if (alarmEmail) this.topic.addSubscription(new EmailSubscription(alarmEmail));
    const action = new SnsAction(this.topic);
    for (const definition of [...ALARMS, ...more]) {
      const alarm = this.addAlarm(definition, watched);
      alarm.addAlarmAction(action);
      alarm.addOkAction(action);
    }
  }

  private addAlarm(definition: AlarmDefinition, watched: Watched): Alarm {
    const { name, severity, says, runbook = name, above = 0, below, breaches, silenceIsBad = false } = definition;
    return new Alarm(this, name, {
      alarmName: `${Stack.of(this).stackName}-${name}`,
      alarmDescription: `[${severity}] ${says}. Runbook: docs/runbook.md#${runbook}`,
      metric: definition.metric(watched),
      threshold: below ?? above,
      comparisonOperator:
        below === undefined ? ComparisonOperator.GREATER_THAN_THRESHOLD : ComparisonOperator.LESS_THAN_THRESHOLD,
      evaluationPeriods: breaches?.of ?? 1,
      datapointsToAlarm: breaches?.count ?? 1,
      treatMissingData: silenceIsBad ? TreatMissingData.BREACHING : TreatMissingData.NOT_BREACHING,
    });
  }
}
