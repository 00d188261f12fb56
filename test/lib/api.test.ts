import { describe, expect, it } from '@jest/globals';
import { PROBLEMS } from '../../lambda/http/problem.ts';
import { ROUTES } from '../../lambda/http/routes.ts';
import { GATEWAY_PROBLEMS } from '../../lib/gateway-responses.ts';
import { render, synthesize } from './synthesize.ts';

const { ofType, template } = synthesize({ apiRate: 7, apiBurst: 9 });
const methods = [...ofType('AWS::ApiGateway::Method').values()].map(({ Properties }) => ({
  path: pathOf(render(Properties.ResourceId)),
  method: String(Properties.HttpMethod),
  keyRequired: Properties.ApiKeyRequired === true,
  properties: Properties,
}));

function pathOf(resource: string): string {
  const { PathPart, ParentId } = ofType('AWS::ApiGateway::Resource').get(resource)?.Properties ?? {};
  return PathPart === undefined ? '' : `${pathOf(render(ParentId))}/${PathPart}`;
}

const problems = new Map(
  [...ofType('AWS::ApiGateway::GatewayResponse').values()].map(({ Properties }) => [
    String(Properties.ResponseType),
    Properties as unknown as GatewayResponse,
  ]),
);

interface GatewayResponse {
  readonly StatusCode?: string;
  readonly ResponseParameters: Record<string, string>;
  readonly ResponseTemplates: Record<string, string>;
}

function body(type: string): Record<string, unknown> {
  const text = problems.get(type)?.ResponseTemplates['application/json'] ?? '';
  return JSON.parse(text.replace('$context.error.messageString', '"said by API Gateway"'));
}

describe('the API', () => {
  it('has every route, and every other method of its path, for the processor', () => {
    const routes = ROUTES.map(({ method, path }) => `${method} ${path}`);
    const any = new Set(ROUTES.map(({ path }) => `ANY ${path}`));
    const senders = ['POST ', 'ANY /{proxy+}'];
    expect(methods.map(({ method, path }) => `${method} ${path}`).sort()).toEqual(
      [...routes, ...any, ...senders].sort(),
    );
    for (const { properties } of methods.filter(({ method, path }) => !senders.includes(`${method} ${path}`))) {
      expect(properties.Integration).toMatchObject({ Type: 'AWS_PROXY', IntegrationHttpMethod: 'POST' });
      expect(render((properties.Integration as { Uri: unknown }).Uri)).toContain('ProcessorFunction.Arn');
    }
  });

  it('demands a key exactly where the route table says so', () => {
    for (const { path, method, keyRequired } of methods) {
      const route = ROUTES.find((r) => r.path === path);
      const needsKey = route?.auth === 'key' || route?.auth === 'admin';
      expect({ path, method, keyRequired }).toEqual({ path, method, keyRequired: needsKey });
    }
    expect(methods.filter(({ path }) => /^\/(ack|i)\//.test(path)).some(({ keyRequired }) => keyRequired)).toBe(false);
  });

  it('either demands a key on all methods of a path or on none, so that its ANY method can follow', () => {
    const demands = (auth: string) => auth === 'key' || auth === 'admin';
    for (const { path, auth } of ROUTES) {
      const others = ROUTES.filter((route) => route.path === path).map((route) => demands(route.auth));
      expect({ path, others: [...new Set(others)] }).toEqual({ path, others: [demands(auth)] });
    }
  });

  it('throttles and measures its one stage', () => {
    const [stage] = [...ofType('AWS::ApiGateway::Stage').values()];
    expect(stage?.Properties).toMatchObject({
      StageName: 'v1',
      MethodSettings: [
        { HttpMethod: '*', ResourcePath: '/*', ThrottlingRateLimit: 7, ThrottlingBurstLimit: 9, MetricsEnabled: true },
      ],
    });
  });

  it('keeps the tokens of links out of its logs and traces', () => {
    const [stage] = [...ofType('AWS::ApiGateway::Stage').values()];
    expect(stage?.Properties).not.toHaveProperty('TracingEnabled');
    const { AccessLogSetting, MethodSettings } = (stage?.Properties ?? {}) as {
      AccessLogSetting: { Format: string };
      MethodSettings: { LoggingLevel: string; DataTraceEnabled: boolean }[];
    };
    expect(JSON.parse(AccessLogSetting.Format)).toMatchObject({ resource: '$context.resourcePath' });
    expect(AccessLogSetting.Format).not.toMatch(/\$context\.(path|requestOverride)/);
    expect(MethodSettings).toEqual([expect.objectContaining({ LoggingLevel: 'OFF', DataTraceEnabled: false })]);
  });

  it('has a key for each use, whose values it leaves to API Gateway', () => {
    const keys = [...ofType('AWS::ApiGateway::ApiKey').values()];
    expect(keys).toHaveLength(4);
    for (const key of keys) expect(key.Properties).not.toHaveProperty('Value');
    for (const key of keys) expect(key.Properties).toMatchObject({ Enabled: true });
    expect(ofType('AWS::ApiGateway::UsagePlanKey').size).toBe(4);
    expect(JSON.stringify(template.Outputs)).not.toMatch(/secret/i);
  });

  it('answers its own errors as problem documents', () => {
    for (const [type, { StatusCode, ResponseParameters }] of problems) {
      expect(ResponseParameters['gatewayresponse.header.Content-Type']).toBe("'application/problem+json'");
      const document = body(type);
      expect(document).toMatchObject({
        type: 'about:blank',
        requestId: '$context.requestId',
        detail: expect.any(String),
      });
      expect(document.status).toBe(StatusCode === undefined ? undefined : Number(StatusCode));
    }
    expect(body('MISSING_AUTHENTICATION_TOKEN')).toMatchObject({ status: 404, code: 'not_found' });
    expect(body('INVALID_API_KEY')).toMatchObject({ status: 403, code: 'forbidden' });
    expect(body('THROTTLED')).toMatchObject({ status: 429, code: 'throttled' });
    expect(body('REQUEST_TOO_LARGE')).toMatchObject({ status: 413, code: 'body_too_large' });
    expect([...problems.keys()]).toEqual(expect.arrayContaining(['DEFAULT_4XX', 'DEFAULT_5XX', 'INTEGRATION_TIMEOUT']));
  });

  it('means by a code what the processor means by it', () => {
    const known: Record<string, readonly [number, string]> = PROBLEMS;
    for (const { code, status, title } of GATEWAY_PROBLEMS) {
      const same = known[code];
      if (same) expect([status ?? same[0], title]).toEqual([...same]);
    }
  });

  it('makes the account-wide logging role unless told not to', () => {
    expect(ofType('AWS::ApiGateway::Account').size).toBe(1);
    expect(synthesize({ manageApiGatewayAccountRole: 'false' }).ofType('AWS::ApiGateway::Account').size).toBe(0);
  });

  it('is where links point, unless there is a public URL', () => {
    const url = 'https://ApiRestApi.execute-api.AWS::Region.AWS::URLSuffix/v1';
    expect(render(template.Outputs.ApiUrl?.Value)).toBe(url);
    const own = synthesize({ publicUrl: 'https://oncall.example.com/' });
    expect(own.template.Outputs.ApiUrl?.Value).toBe('https://oncall.example.com');
    expect(own.ofType('AWS::Lambda::Function').get('NotifierFunction')?.Properties).toMatchObject({
      Environment: { Variables: { PUBLIC_URL: 'https://oncall.example.com' } },
    });
  });
});
