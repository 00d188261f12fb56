import * as z from 'zod';
import { type GatewayResponses, readGatewayResponses } from './gateway-responses.ts';
import type { Resources } from './resources.ts';
import type { Limit } from './throttle.ts';

const apiSchema = z.object({
  BinaryMediaTypes: z.array(z.string()).default([]),
  Body: z.undefined({ error: 'an API from an OpenAPI body is not understood here' }).optional(),
});
const resourceSchema = z.object({ ParentId: z.string(), PathPart: z.string() });
const methodSchema = z.object({
  HttpMethod: z.string(),
  ResourceId: z.string(),
  ApiKeyRequired: z.boolean().default(false),
  AuthorizationType: z
    .literal('NONE', { error: 'only methods without an authorizer are understood here' })
    .default('NONE'),
  Integration: z.object({
    Type: z.literal('AWS_PROXY', { error: 'only Lambda proxy integrations are understood here' }),
    Uri: z.string(),
    TimeoutInMillis: z.coerce.number().default(29_000),
  }),
});
const methodSettings = z.object({
  HttpMethod: z.string().default('*'),
  ResourcePath: z.string().default('/*'),
  ThrottlingRateLimit: z.coerce.number().optional(),
  ThrottlingBurstLimit: z.coerce.number().optional(),
});
const stageSchema = z.object({
  StageName: z.string(),
  Variables: z.record(z.string(), z.string()).optional(),
  MethodSettings: z.array(methodSettings).default([]),
});
const planSchema = z.object({
  Throttle: z.object({ RateLimit: z.coerce.number().optional(), BurstLimit: z.coerce.number().optional() }).optional(),
});
const planKeySchema = z.object({ KeyId: z.string(), UsagePlanId: z.string() });
const apiKeySchema = z.object({ Enabled: z.boolean().default(false), Value: z.string().optional() });

/** One method of one resource, and the function behind it. */
export interface Method {
  readonly httpMethod: string;
  /** As in the template: `/incidents/{id}`. */
  readonly resourcePath: string;
  readonly resourceId: string;
  readonly functionArn: string;
  readonly apiKeyRequired: boolean;
  readonly timeoutMs: number;
  readonly limit?: Limit;
}

/** An API key; the value is this machine's own unless the template gives one. */
export interface ApiKey {
  readonly id: string;
  readonly value: string;
  readonly limit?: Limit;
}

export interface GatewayModel {
  readonly apiId: string;
  readonly stageName: string;
  readonly stageVariables: Readonly<Record<string, string>> | undefined;
  readonly binaryMediaTypes: readonly string[];
  readonly methods: readonly Method[];
  readonly apiKeys: readonly ApiKey[];
  readonly responses: GatewayResponses;
}

/** The REST API of the stack. `apiKey` becomes the value of its first key. Throws unless there is exactly one API and stage. */
export function readGateway(resources: Resources, apiKey: string, otherKey: () => string): GatewayModel {
  const api = only(resources.ofType('AWS::ApiGateway::RestApi', apiSchema), 'REST API');
  const stage = only(resources.ofType('AWS::ApiGateway::Stage', stageSchema), 'stage').properties;
  const paths = readPaths(resources);
  const methods = resources.ofType('AWS::ApiGateway::Method', methodSchema).map(({ logicalId, properties }) => {
    const { HttpMethod, ResourceId, ApiKeyRequired, Integration } = properties;
    const [, functionArn] = /\/functions\/(.+)\/invocations$/.exec(Integration.Uri) ?? [];
    if (functionArn === undefined) throw new Error(`${logicalId} does not call a Lambda function: ${Integration.Uri}`);
    const resourcePath = paths.get(ResourceId) ?? '/';
    return {
      httpMethod: HttpMethod,
      resourcePath,
      resourceId: ResourceId,
      functionArn,
      apiKeyRequired: ApiKeyRequired,
      timeoutMs: Integration.TimeoutInMillis,
      ...limitOf(stage.MethodSettings, HttpMethod, resourcePath),
    };
  });
  return {
    apiId: api.ref,
    stageName: stage.StageName,
    stageVariables: stage.Variables,
    binaryMediaTypes: api.properties.BinaryMediaTypes,
    methods,
    apiKeys: readApiKeys(resources, apiKey, otherKey),
    responses: readGatewayResponses(resources),
  };
}

/** Full path by resource id; the root, which is no resource of its own, is missing. */
function readPaths(resources: Resources): Map<string, string> {
  const parts = new Map(
    resources
      .ofType('AWS::ApiGateway::Resource', resourceSchema)
      .map(({ ref, properties }) => [ref, properties] as const),
  );
  const pathOf = (id: string): string => {
    const part = parts.get(id);
    return part ? `${pathOf(part.ParentId)}/${part.PathPart}` : '';
  };
  return new Map([...parts.keys()].map((id) => [id, pathOf(id)]));
}

function readApiKeys(resources: Resources, apiKey: string, otherKey: () => string): ApiKey[] {
  const plans = new Map(
    resources.ofType('AWS::ApiGateway::UsagePlan', planSchema).map(({ ref, properties }) => [ref, properties]),
  );
  const planOf = new Map(
    resources
      .ofType('AWS::ApiGateway::UsagePlanKey', planKeySchema)
      .map(({ properties }) => [properties.KeyId, properties.UsagePlanId]),
  );
  // A key without a usage plan opens nothing.
  return resources
    .ofType('AWS::ApiGateway::ApiKey', apiKeySchema)
    .filter(({ ref, properties }) => properties.Enabled && planOf.has(ref))
    .map(({ ref, properties }, index) => {
      const throttle = plans.get(planOf.get(ref) ?? '')?.Throttle;
      const limit = toLimit(throttle?.RateLimit, throttle?.BurstLimit);
      return { id: ref, value: properties.Value ?? (index === 0 ? apiKey : otherKey()), ...(limit ? { limit } : {}) };
    });
}

/** The most specific setting counts: method and path, then all methods of all paths. */
function limitOf(
  settings: z.output<typeof methodSettings>[],
  httpMethod: string,
  resourcePath: string,
): { limit?: Limit } {
  const own = (path: string) => path.replace(/^\//, '').replace(/~1/g, '/').replace(/^\/?/, '/');
  const setting =
    settings.find(({ HttpMethod, ResourcePath }) => HttpMethod === httpMethod && own(ResourcePath) === resourcePath) ??
    settings.find(({ HttpMethod, ResourcePath }) => HttpMethod === '*' && ResourcePath === '/*');
  const limit = toLimit(setting?.ThrottlingRateLimit, setting?.ThrottlingBurstLimit);
  return limit ? { limit } : {};
}

function toLimit(ratePerSecond: number | undefined, burst: number | undefined): Limit | undefined {
  return ratePerSecond === undefined ? undefined : { ratePerSecond, burst: burst ?? ratePerSecond };
}

function only<T>(items: readonly T[], what: string): T {
  const [first] = items;
  if (first === undefined || items.length > 1)
    throw new Error(`the stack has ${items.length} of ${what}; exactly one can run here`);
  return first;
}
