import type { Assembly } from './assembly.ts';

export interface Identified {
  readonly logicalId: string;
  readonly type: string;
  /** A name that the template gives, if it does. */
  readonly explicit: (property: string) => string | undefined;
  readonly assembly: Pick<Assembly, 'stackName' | 'region' | 'account'>;
}

/** What `Ref` and `Fn::GetAtt` answer for a resource. Names are stable: they are what ties a data directory to a stack. */
export interface Identity {
  readonly ref: string;
  attribute(name: string): string;
}

interface Names {
  readonly ref: string;
  readonly attributes?: Readonly<Record<string, string>>;
}

export function identify(resource: Identified): Identity {
  const { logicalId, type } = resource;
  const names = NAMES[type]?.(resource) ?? { ref: logicalId };
  return {
    ref: names.ref,
    attribute(name) {
      const value = names.attributes?.[name];
      if (value !== undefined) return value;
      if (type in NAMES)
        throw new Error(`the local runtime does not know the attribute ${name} of ${logicalId} (${type})`);
      // Of a resource that is not made here; it appears in what nobody asks for, such as a policy that names a log group.
      return `arn:aws:none:::${logicalId}/${name}`;
    },
  };
}

const NAMES: Readonly<Record<string, (resource: Identified) => Names>> = {
  'AWS::DynamoDB::Table': table,
  'AWS::DynamoDB::GlobalTable': table,
  'AWS::Lambda::Function': (resource) => {
    const name = nameOf(resource, 'FunctionName');
    return { ref: name, attributes: { Arn: arn(resource, 'lambda', `function:${name}`) } };
  },
  'AWS::StepFunctions::StateMachine': (resource) => {
    const name = nameOf(resource, 'StateMachineName');
    const ref = arn(resource, 'states', `stateMachine:${name}`);
    return { ref, attributes: { Arn: ref, Name: name } };
  },
  'AWS::IAM::Role': (resource) => {
    const name = nameOf(resource, 'RoleName');
    return { ref: name, attributes: { Arn: `arn:aws:iam::${resource.assembly.account}:role/${name}` } };
  },
  'AWS::ApiGateway::RestApi': (resource) => ({
    ref: resource.logicalId.toLowerCase(),
    attributes: { RootResourceId: `${resource.logicalId}/root`, RestApiId: resource.logicalId.toLowerCase() },
  }),
  'AWS::ApiGateway::Stage': (resource) => ({ ref: nameOf(resource, 'StageName') }),
  'AWS::SNS::Topic': (resource) => {
    const name = nameOf(resource, 'TopicName');
    const ref = arn(resource, 'sns', name);
    return { ref, attributes: { TopicArn: ref, TopicName: name } };
  },
  'AWS::SQS::Queue': (resource) => {
    const name = nameOf(resource, 'QueueName');
    const { account, region } = resource.assembly;
    const ref = `https://sqs.${region}.amazonaws.com/${account}/${name}`;
    return { ref, attributes: { Arn: arn(resource, 'sqs', name), QueueName: name, QueueUrl: ref } };
  },
  'AWS::SES::ConfigurationSet': (resource) => ({ ref: nameOf(resource, 'Name') }),
  'AWS::Events::Rule': (resource) => {
    const name = nameOf(resource, 'Name');
    return { ref: name, attributes: { Arn: arn(resource, 'events', `rule/${name}`) } };
  },
  'AWS::Scheduler::Schedule': (resource) => {
    const name = nameOf(resource, 'Name');
    return { ref: name, attributes: { Arn: arn(resource, 'scheduler', `schedule/default/${name}`) } };
  },
};

function table(resource: Identified): Names {
  const name = nameOf(resource, 'TableName');
  return { ref: name, attributes: { Arn: arn(resource, 'dynamodb', `table/${name}`) } };
}

function nameOf({ explicit, assembly, logicalId }: Identified, property: string): string {
  return explicit(property) ?? `${assembly.stackName}-${logicalId}`;
}

function arn({ assembly }: Identified, service: string, rest: string): string {
  return `arn:aws:${service}:${assembly.region}:${assembly.account}:${rest}`;
}
