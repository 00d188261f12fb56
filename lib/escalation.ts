import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { IFunction, Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import { LogGroup, type RetentionDays } from 'aws-cdk-lib/aws-logs';
import { DefinitionBody, LogLevel, StateMachine, StateMachineType } from 'aws-cdk-lib/aws-stepfunctions';
import { RemovalPolicy, Stack, Validations } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import { ENV } from '../lambda/env.ts';

const DEFINITION = join(import.meta.dirname, '..', 'statemachine', 'escalation.asl.json');

export interface EscalationProps {
  readonly notifier: IFunction;
  readonly logRetention: RetentionDays;
}

/** The state machine that waits and retries; it may invoke the notifier and nothing else. */
export class Escalation extends Construct {
  readonly stateMachine: StateMachine;

  constructor(scope: Construct, id: string, { notifier, logRetention }: EscalationProps) {
    super(scope, id);
    const logGroup = new LogGroup(this, 'Logs', {
      // Groups with this prefix do not count against the size limit of the account's log resource policy.
      logGroupName: `/aws/vendedlogs/states/${Stack.of(this).stackName}-escalation`,
      retention: logRetention,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    this.stateMachine = new StateMachine(this, 'StateMachine', {
      stateMachineType: StateMachineType.STANDARD,
      definitionBody: DefinitionBody.fromString(readFileSync(DEFINITION, 'utf8')),
      definitionSubstitutions: { NotifierArn: notifier.functionArn },
      tracingEnabled: true,
      logs: { destination: logGroup, level: LogLevel.ALL, includeExecutionData: false },
    });
    this.stateMachine.addToRolePolicy(
      new PolicyStatement({ actions: ['lambda:InvokeFunction'], resources: [notifier.functionArn] }),
    );
    Validations.of(this.stateMachine.role).acknowledge({
      id: 'AwsSolutions-IAM5[Resource::*]',
      reason: 'X-Ray and the log delivery API have no resources to name: they take * alone.',
    });
  }

  /** Lets `handler` start a workflow, and tells it which. */
  grantStart(handler: LambdaFunction): void {
    const { stateMachineArn } = this.stateMachine;
    handler.addEnvironment(ENV.stateMachineArn, stateMachineArn);
    handler.addToRolePolicy(new PolicyStatement({ actions: ['states:StartExecution'], resources: [stateMachineArn] }));
  }
}
