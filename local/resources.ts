import type * as z from 'zod';
import type { Assembly } from './assembly.ts';
import { createResolver } from './intrinsics.ts';

/** What becomes of a resource type on one machine: the engine that stands for it, or the word for why none is needed. */
export type Treatment = { readonly engine: string } | { readonly ignored: string };

/** Every resource type that may be in the template. The docs print it as the list of what the local runtime does and does not do. */
export const TREATMENTS: Readonly<Record<string, Treatment>> = {
  'AWS::DynamoDB::Table': { engine: 'dynamo' },
  'AWS::DynamoDB::GlobalTable': { engine: 'dynamo' },
  'AWS::StepFunctions::StateMachine': { engine: 'workflows' },
  'AWS::Lambda::Function': { engine: 'functions' },
  'AWS::ApiGateway::RestApi': { engine: 'gateway' },
  'AWS::ApiGateway::Resource': { engine: 'gateway' },
  'AWS::ApiGateway::Method': { engine: 'gateway' },
  'AWS::ApiGateway::Stage': { engine: 'gateway' },
  'AWS::ApiGateway::ApiKey': { engine: 'gateway' },
  'AWS::ApiGateway::UsagePlan': { engine: 'gateway' },
  'AWS::ApiGateway::UsagePlanKey': { engine: 'gateway' },
  'AWS::ApiGateway::GatewayResponse': { engine: 'gateway' },
  'AWS::SES::ConfigurationSet': { engine: 'mail' },
  'AWS::SES::ConfigurationSetEventDestination': { engine: 'mail' },
  'AWS::SNS::Topic': { engine: 'topics' },
  'AWS::SNS::Subscription': { engine: 'topics' },
  'AWS::Events::Rule': { engine: 'schedules' },
  'AWS::Scheduler::Schedule': { engine: 'schedules' },
  'AWS::IAM::ManagedPolicy': { engine: 'roles' },
  'AWS::IAM::Policy': { engine: 'roles' },
  'AWS::IAM::Role': { engine: 'roles' },
  'AWS::ApiGateway::Account': { ignored: 'logging' },
  'AWS::ApiGateway::Deployment': { ignored: 'immediate' },
  'AWS::CDK::Metadata': { ignored: 'metadata' },
  'AWS::CloudWatch::Alarm': { ignored: 'monitoring' },
  'AWS::CloudWatch::CompositeAlarm': { ignored: 'monitoring' },
  'AWS::CloudWatch::Dashboard': { ignored: 'monitoring' },
  'AWS::Lambda::EventInvokeConfig': { ignored: 'retries' },
  'AWS::Lambda::Permission': { ignored: 'permissions' },
  'AWS::Logs::LogGroup': { ignored: 'logging' },
  'AWS::Logs::MetricFilter': { ignored: 'monitoring' },
  'AWS::Logs::ResourcePolicy': { ignored: 'permissions' },
  'AWS::SES::EmailIdentity': { ignored: 'verification' },
  'AWS::SES::ReceiptRule': { ignored: 'inbound-mail' },
  'AWS::SES::ReceiptRuleSet': { ignored: 'inbound-mail' },
  'AWS::SNS::TopicPolicy': { ignored: 'permissions' },
  'AWS::SQS::Queue': { ignored: 'dead-letters' },
  'AWS::SQS::QueuePolicy': { ignored: 'permissions' },
};

/** One resource of a type that has an engine, with its properties worked out and checked. */
export interface Found<Properties> {
  readonly logicalId: string;
  readonly ref: string;
  readonly properties: Properties;
}

/** The resources of the stack, by type. */
export interface Resources {
  /** Throws naming type, logical id and property when one is not as the engine needs it. */
  ofType<Schema extends z.ZodType>(type: string, schema: Schema): Found<z.output<Schema>>[];
  arnOf(logicalId: string): string;
}

/** Throws when the stack holds a resource of a type that is not in the table above. */
export function readResources(assembly: Assembly): Resources {
  const resolver = createResolver(assembly);
  const all = Object.entries(assembly.template.Resources).filter(([, resource]) => resolver.holds(resource.Condition));
  const unknown = all
    .filter(([, { Type }]) => !(Type in TREATMENTS))
    .map(([logicalId, { Type }]) => `${Type} (${logicalId})`);
  if (unknown.length > 0) throw new Error(`the local runtime does not know these resources: ${unknown.join(', ')}`);
  return {
    ofType(type, schema) {
      return all
        .filter(([, resource]) => resource.Type === type)
        .map(([logicalId, { Properties }]) => {
          const result = schema.safeParse(resolver.resolve(Properties, logicalId));
          if (!result.success) {
            const issues = result.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`);
            throw new Error(`the local runtime cannot make ${logicalId} (${type}): ${issues.join('; ')}`);
          }
          const ref = String(resolver.resolve({ Ref: logicalId }, logicalId));
          return { logicalId, ref, properties: result.data };
        });
    },
    arnOf: (logicalId) => String(resolver.resolve({ 'Fn::GetAtt': [logicalId, 'Arn'] }, logicalId)),
  };
}
