import * as z from 'zod';
import type { Assembly } from './assembly.ts';
import type { FunctionDefinition } from './functions.ts';
import type { Resources } from './resources.ts';
import { roleName } from './roles.ts';

const schema = z.object({
  Handler: z.string(),
  Role: z.string(),
  Code: z.object({ S3Key: z.string() }),
  Environment: z.object({ Variables: z.record(z.string(), z.coerce.string()) }).default({ Variables: {} }),
  Timeout: z.coerce.number().default(3),
  MemorySize: z.coerce.number().default(128),
  ReservedConcurrentExecutions: z.coerce.number().optional(),
});

export interface Endpoints {
  readonly dynamo: string;
  /** Every other AWS service. */
  readonly wire: string;
}

/** The Lambda functions of the stack, with the environment that leads the SDK to this machine. */
export function readFunctions(assembly: Assembly, resources: Resources, endpoints: Endpoints): FunctionDefinition[] {
  return resources.ofType('AWS::Lambda::Function', schema).map(({ logicalId, ref, properties }) => {
    const codeDirectory = assembly.assets.get(properties.Code.S3Key);
    if (codeDirectory === undefined)
      throw new Error(`${logicalId}: the assembly has no asset ${properties.Code.S3Key}`);
    return {
      name: ref,
      arn: resources.arnOf(logicalId),
      label: labelOf(logicalId),
      codeDirectory,
      handler: properties.Handler,
      timeoutSeconds: properties.Timeout,
      memoryMegabytes: properties.MemorySize,
      ...(properties.ReservedConcurrentExecutions === undefined
        ? {}
        : { reservedConcurrency: properties.ReservedConcurrentExecutions }),
      environment: {
        ...runtimeEnvironment(assembly, ref, properties, endpoints),
        ...withoutReferences(properties.Environment.Variables),
      },
    };
  });
}

/** What CloudFormation would fetch from Parameter Store or Secrets Manager when it deploys, neither of which is here, is not given. */
function withoutReferences(variables: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(variables).filter(([, value]) => !value.startsWith('{{resolve:')));
}

/** `ProcessorFunction3B1E8F5C` is shown as `processor`. */
export function labelOf(logicalId: string): string {
  return logicalId
    .replace(/[0-9A-F]{8}$/, '')
    .replace(/Function$/, '')
    .replace(/^./, (letter) => letter.toLowerCase());
}

/** What Lambda sets itself. The key id names the role, which is what the engines go by; the secret is a dummy. */
function runtimeEnvironment(
  assembly: Assembly,
  name: string,
  { Role, MemorySize }: { readonly Role: string; readonly MemorySize: number },
  endpoints: Endpoints,
): Record<string, string> {
  const { PATH = '' } = process.env;
  return {
    PATH,
    TZ: 'UTC',
    AWS_REGION: assembly.region,
    AWS_DEFAULT_REGION: assembly.region,
    AWS_ACCESS_KEY_ID: roleName(Role),
    AWS_SECRET_ACCESS_KEY: 'local',
    AWS_LAMBDA_FUNCTION_NAME: name,
    AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(MemorySize),
    AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
    AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs24.x',
    // The general one keeps a service that has no engine from being asked on the Internet.
    AWS_ENDPOINT_URL: endpoints.wire,
    AWS_ENDPOINT_URL_DYNAMODB: endpoints.dynamo,
    AWS_ENDPOINT_URL_SFN: endpoints.wire,
    AWS_ENDPOINT_URL_SESV2: endpoints.wire,
    AWS_ENDPOINT_URL_LAMBDA: endpoints.wire,
  };
}
