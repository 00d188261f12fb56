import {
  AccessLogField,
  AccessLogFormat,
  ApiKey,
  EndpointType,
  LambdaIntegration,
  LogGroupLogDestination,
  MethodLoggingLevel,
  RestApi,
} from 'aws-cdk-lib/aws-apigateway';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { LogGroup, type RetentionDays } from 'aws-cdk-lib/aws-logs';
import { RemovalPolicy, Stack, Validations } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import { ROUTES, type Route } from '../lambda/http/routes.ts';
import { addGatewayResponses } from './gateway-responses.ts';

const STAGE = 'v1';

/** Kinds of authentication for which API Gateway asks for a key; which key it must be, the processor checks. */
const NEEDS_KEY: readonly string[] = ['key', 'admin'] satisfies Route['auth'][];

/** What each API key is for. The processor checks it; the local runtime sets the value of the first. */
const KEYS = {
  admin: 'Does everything, the configuration included,',
  general: 'Raises, reads and changes incidents',
  send: 'Raises incidents, and nothing else,',
  read: 'Reads, and nothing else,',
} as const;

export interface ApiProps {
  readonly rate: number;
  readonly burst: number;
  readonly logRetention: RetentionDays;
  /** Make the role with which API Gateway writes access logs: one per account and region, so one stack only. */
  readonly manageAccountRole: boolean;
}

/** The REST API: its routes are those of the route table, its errors those of gateway-responses.ts. */
export class Api extends Construct {
  readonly restApi: RestApi;
  /** The ids of the API keys; their values are API Gateway's and never pass through the template. */
  readonly keyIds: Readonly<Record<keyof typeof KEYS, string>>;
  /** Where the API is, without a slash at the end. Names the API and not its stage: functions know it, and the stage knows them. */
  readonly url: string;

  constructor(scope: Construct, id: string, props: ApiProps) {
    super(scope, id);
    const stack = Stack.of(this);
    this.restApi = makeRestApi(this, props);
    this.url = `https://${this.restApi.restApiId}.execute-api.${stack.region}.${stack.urlSuffix}/${STAGE}`;
    addGatewayResponses(this.restApi);
    // Not `restApi.addApiKey`: such a key depends on the stage, the stage on the methods, these on the processor, and that on the key.
    const makeKey = (id: string, use: string) => new ApiKey(this, id, { description: `${use} in ${stack.stackName}` });
    const keys = {
      admin: makeKey('AdminKey', KEYS.admin),
      general: makeKey('Key', KEYS.general),
      send: makeKey('SendKey', KEYS.send),
      read: makeKey('ReadKey', KEYS.read),
    };
    const { admin, general, send, read } = keys;
    this.keyIds = { admin: admin.keyId, general: general.keyId, send: send.keyId, read: read.keyId };
    const stage = this.restApi.deploymentStage;
    const plan = this.restApi.addUsagePlan('UsagePlan', {
      name: stack.stackName,
      apiStages: [{ api: stage.restApi, stage }],
    });
    for (const key of Object.values(keys)) plan.addApiKey(key);
    acknowledgeFindings(this.restApi);
  }

  /** Sends every route, and every other method of its path, to `processor`, which answers 405 to the latter. */
  route(processor: IFunction): void {
    const integration = new LambdaIntegration(processor, { scopePermissionToMethod: false });
    const authOf = new Map<string, string>(ROUTES.map((route) => [route.path, route.auth]));
    const any = [...authOf].map(([path, auth]) => ({ path, auth, method: 'ANY' }));
    for (const { path, method, auth } of [...ROUTES, ...any]) {
      this.restApi.root
        .resourceForPath(path)
        .addMethod(method, integration, { apiKeyRequired: NEEDS_KEY.includes(auth) });
    }
  }

  /** Sends every path that is no route to `ingest`: senders bring their vendors' own paths, under any prefix. It asks for keys itself. */
  routeSenders(ingest: IFunction): void {
    const integration = new LambdaIntegration(ingest, { scopePermissionToMethod: false });
    this.restApi.root.addMethod('POST', integration);
    this.restApi.root.resourceForPath('{proxy+}').addMethod('ANY', integration);
  }
}

function makeRestApi(scope: Api, { rate, burst, logRetention, manageAccountRole }: ApiProps): RestApi {
  const accessLog = new LogGroup(scope, 'AccessLog', { retention: logRetention, removalPolicy: RemovalPolicy.DESTROY });
  const api = new RestApi(scope, 'RestApi', {
    restApiName: Stack.of(scope).stackName,
    description: 'InResponse: incidents, configuration, and the links in mails',
    endpointConfiguration: { types: [EndpointType.REGIONAL] },
    cloudWatchRole: manageAccountRole,
    deployOptions: {
      stageName: STAGE,
      throttlingRateLimit: rate,
      throttlingBurstLimit: burst,
      metricsEnabled: true,
      // The execution log and X-Ray write whole paths, and the path of a link holds its token. The functions are traced.
      loggingLevel: MethodLoggingLevel.OFF,
      accessLogDestination: new LogGroupLogDestination(accessLog),
      accessLogFormat: AccessLogFormat.custom(JSON.stringify(ACCESS_LOG)),
    },
  });
  // Made by the CDK out of the stage, whose address is not the one to hand out when publicUrl is set.
  api.node.tryRemoveChild('Endpoint');
  return api;
}

/** The resource, never the path: the path of a link holds its token. */
const ACCESS_LOG = {
  requestId: AccessLogField.contextRequestId(),
  requestTime: AccessLogField.contextRequestTime(),
  method: AccessLogField.contextHttpMethod(),
  resource: AccessLogField.contextResourcePath(),
  status: AccessLogField.contextStatus(),
  errorType: AccessLogField.contextErrorResponseType(),
  apiKeyId: AccessLogField.contextIdentityApiKeyId(),
  sourceIp: AccessLogField.contextIdentitySourceIp(),
  userAgent: AccessLogField.contextIdentityUserAgent(),
  latencyMs: AccessLogField.contextResponseLatency(),
  integrationLatencyMs: AccessLogField.contextIntegrationLatency(),
  responseBytes: AccessLogField.contextResponseLength(),
};

function acknowledgeFindings(api: RestApi): void {
  Validations.of(api).acknowledge(
    {
      id: 'AwsSolutions-IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/service-role/AmazonAPIGatewayPushToCloudWatchLogs]',
      reason: 'The service role of the account: API Gateway itself decides what it needs to write logs.',
    },
    {
      id: 'AwsSolutions-APIG3',
      reason: 'API keys, signed tokens and the throttle guard it; a web ACL costs $5 a month idle.',
    },
    {
      id: 'AwsSolutions-APIG2',
      reason: 'The processor validates every request, and answers what is wrong with which field.',
    },
    {
      id: 'AwsSolutions-APIG4',
      reason: 'Monitoring systems bring an API key, links a signed token; the rest is public by design.',
    },
    { id: 'AwsSolutions-COG4', reason: 'The callers are monitoring systems, which cannot sign in to a user pool.' },
    { id: 'AwsSolutions-APIG6', reason: 'The execution log would hold link tokens; the access log leaves them out.' },
  );
}
