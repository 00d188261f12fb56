import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import type { RetentionDays } from 'aws-cdk-lib/aws-logs';
import { CfnDynamicReference, CfnDynamicReferenceService, CfnOutput, Stack, Tags } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import { ENV } from '../lambda/env.ts';
import { canaryAlarms, METRIC_NAMESPACE } from './alarms.ts';
import { Api } from './api.ts';
import { AwsSenders } from './aws-senders.ts';
import { CanaryRounds } from './canary-rounds.ts';
import { DeadLetters } from './dead-letters.ts';
import type { DeploymentConfig } from './deployment-config.ts';
import { Escalation } from './escalation.ts';
import { HandlerFunction } from './handler-function.ts';
import { HANDLER_NAMES, HANDLERS, type HandlerName, OPTIONAL_HANDLERS, type OptionalHandlerName } from './handlers.ts';
import { Mail } from './mail.ts';
import { Monitoring } from './monitoring.ts';
import { PERMISSIONS } from './permissions.ts';
import { ReconcilerSchedule } from './reconciler-schedule.ts';
import { TABLE_NAMES, Tables } from './tables.ts';

/** All of InResponse, in one account and region. */
export class InResponseStack extends Stack {
  constructor(scope: Construct, config: DeploymentConfig) {
    const production = config.environmentName === 'production';
    super(scope, config.stackName, {
      description: 'InResponse: on-call and incident management',
      terminationProtection: production,
    });
    Tags.of(this).add('application', 'InResponse');
    Tags.of(this).add('environment', config.environmentName);
    const logRetention: RetentionDays = config.logRetentionDays;

    const tables = new Tables(this, 'Tables', { keepData: production });
    const mail = new Mail(this, 'Mail', { senderEmail: config.senderEmail, identity: config.sesIdentity });
    const api = new Api(this, 'Api', {
      rate: config.apiRate,
      burst: config.apiBurst,
      logRetention,
      manageAccountRole: config.manageApiGatewayAccountRole,
    });
    const deadLetters = new DeadLetters(this, 'DeadLetters').queue;
    const apiUrl = config.publicUrl ?? api.url;
    const settings = {
      publicUrl: apiUrl,
      fallbackEmail: config.fallbackEmail,
      adminKeyId: api.keyIds.admin,
      sendKeyId: api.keyIds.send,
      readKeyId: api.keyIds.read,
      senderEmail: config.senderEmail,
      alarmService: config.cloudWatchAlarms?.service ?? 'unrouted',
      canaryAddress: config.canary?.address ?? '',
    };
    // Read by Powertools itself: the stack's name tells the metrics of two stacks in one account apart.
    const environment = {
      POWERTOOLS_METRICS_NAMESPACE: METRIC_NAMESPACE,
      POWERTOOLS_SERVICE_NAME: this.stackName,
    };
    const make = (name: HandlerName | OptionalHandlerName, invokedBy: 'caller' | 'event') =>
      new HandlerFunction(this, name.charAt(0).toUpperCase() + name.slice(1), {
        definition: { ...HANDLERS, ...OPTIONAL_HANDLERS }[name],
        environment,
        logRetention,
        reservedConcurrency: config.reservedConcurrency?.[name],
        ...(invokedBy === 'event' ? { deadLetters } : {}),
      }).lambda;
    const functions = {
      processor: make('processor', 'caller'),
      ingest: make('ingest', 'event'),
      notifier: make('notifier', 'caller'),
      reconciler: make('reconciler', 'event'),
      mailEvents: make('mailEvents', 'event'),
    };
    // Without dead letters: what it failed to do an hour ago is worth nothing, and its alarms say that it failed.
    const canary = config.canary && { ...config.canary, lambda: make('canary', 'caller') };
    const escalation = new Escalation(this, 'Escalation', { notifier: functions.notifier, logRetention });
    const grant = (name: HandlerName | OptionalHandlerName, handler: LambdaFunction) => {
      const permission = PERMISSIONS[name];
      tables.grant(handler, permission.tables);
      if (permission.startsWorkflows) escalation.grantStart(handler);
      if (permission.sendsMail) mail.grantSend(handler);
      for (const setting of permission.knows) handler.addEnvironment(ENV[setting], settings[setting]);
    };
    for (const name of HANDLER_NAMES) grant(name, functions[name]);
    if (canary) {
      grant('canary', canary.lambda);
      new CanaryRounds(this, 'CanaryRounds', { ...canary, mail });
    }
    if (config.watchdogUrl) functions.reconciler.addEnvironment(ENV.watchdogUrl, resolvedAtDeploy(config.watchdogUrl));
    api.route(functions.processor);
    api.routeSenders(functions.ingest);
    new AwsSenders(this, 'AwsSenders', {
      ingest: functions.ingest,
      deadLetters,
      alarms: config.cloudWatchAlarms,
      inboundMail: config.inboundMail,
    });
    mail.deliverEventsTo(functions.mailEvents, deadLetters);
    new ReconcilerSchedule(this, 'ReconcilerSchedule', { reconciler: functions.reconciler, deadLetters });
    const monitoring = new Monitoring(this, 'Monitoring', {
      watched: {
        service: this.stackName,
        apiName: api.restApi.restApiName,
        stage: api.restApi.deploymentStage.stageName,
        stateMachine: escalation.stateMachine,
        functions,
        deadLetterQueue: deadLetters.queueName,
        mailEventTopic: mail.eventTopic.topicName,
        configurationSet: mail.configurationSet.configurationSetName,
      },
      alarmEmail: config.alarmEmail,
      ...(canary ? { more: canaryAlarms({ everyMinutes: canary.everyMinutes, canary: canary.lambda }) } : {}),
    });

    this.output('ApiUrl', apiUrl);
    this.output('ApiKeyId', api.keyIds.general);
    this.output('AdminApiKeyId', api.keyIds.admin);
    this.output('SendApiKeyId', api.keyIds.send);
    this.output('ReadApiKeyId', api.keyIds.read);
    this.output('StateMachineArn', escalation.stateMachine.stateMachineArn);
    this.output('AlarmTopicArn', monitoring.topic.topicArn);
    this.output('DeadLetterQueueUrl', deadLetters.queueUrl);
    for (const name of TABLE_NAMES) this.output(`${name}TableName`, tables.table(name).tableName);
    for (const name of HANDLER_NAMES) {
      this.output(`${name.charAt(0).toUpperCase()}${name.slice(1)}FunctionName`, functions[name].functionName);
    }
    if (canary) this.output('CanaryFunctionName', canary.lambda.functionName);
  }

  private output(name: string, value: string): void {
    new CfnOutput(this, name, { value });
  }
}

/** `ssm:NAME` or `secretsmanager:NAME` as what CloudFormation puts the value in for; the template never holds it. */
function resolvedAtDeploy(reference: string): string {
  const [store, name] = [reference.slice(0, reference.indexOf(':')), reference.slice(reference.indexOf(':') + 1)];
  return store === 'ssm'
    ? new CfnDynamicReference(CfnDynamicReferenceService.SSM, name).toString()
    : new CfnDynamicReference(CfnDynamicReferenceService.SECRETS_MANAGER, `${name}:SecretString`).toString();
}
