import { describe, expect, it } from '@jest/globals';
import { ROUTES } from '../../../lambda/http/routes.ts';
import { useApiStage } from '../../support/api-stage.ts';

const { stage, send, refused } = useApiStage();

const METHODS = ['GET', 'PUT', 'POST', 'DELETE', 'PATCH', 'HEAD', 'OPTIONS'];
const PATHS = [...new Set(ROUTES.map(({ path }) => path))];
const example = (path: string) => path.replace('{id}', '10000').replace('{token}', 'AAAA');

interface Document {
  openapi: string;
  servers: { url: string }[];
  paths: Record<string, Record<string, DocumentedOperation>>;
  components: { schemas: Record<string, object>; securitySchemes: Record<string, object> };
}

interface DocumentedOperation {
  operationId: string;
  summary: string;
  security: object[];
  parameters: { name: string; in: string; required: boolean; schema: object }[];
  requestBody?: { required: boolean; content: Record<string, { schema: { type?: string; properties?: object } }> };
  responses: Record<string, { description: string; content: Record<string, { schema?: object }> }>;
}

describe('GET /openapi.json', () => {
  const load = async () => (await send('GET', '/openapi.json')).json as unknown as Document;
  const operations = async () =>
    Object.entries((await load()).paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, operation]) => ({ path, method: method.toUpperCase(), operation })),
    );

  it('has exactly the routes there are', async () => {
    const documented = (await operations()).map(
      ({ path, method, operation }) => `${method} ${path} ${operation.operationId}`,
    );
    const routed = ROUTES.map(({ method, path, operation }) => `${method} ${path} ${operation}`);
    expect(documented.sort()).toEqual(routed.sort());
    expect(new Set(ROUTES.map(({ operation }) => operation)).size).toBe(ROUTES.length);
  });

  it('is OpenAPI 3.1 with everything that this demands', async () => {
    const document = await load();
    expect(document).toMatchObject({
      openapi: expect.stringMatching(/^3\.1\.\d+$/),
      info: { title: expect.any(String), version: expect.any(String) },
    });
    for (const { path, operation } of await operations()) {
      expect(operation.summary).not.toBe('');
      expect(Object.keys(operation.responses)).toContain('200');
      for (const status of Object.keys(operation.responses)) expect(status).toMatch(/^[1-5](\d\d|XX)$/);
      for (const response of Object.values(operation.responses))
        expect(response.description).toEqual(expect.any(String));
      const inPath = operation.parameters.filter((parameter) => parameter.in === 'path');
      expect(inPath.map(({ name }) => `{${name}}`)).toEqual(path.match(/\{\w+\}/g) ?? []);
      for (const parameter of operation.parameters)
        expect(parameter).toMatchObject({ schema: expect.any(Object), required: parameter.in === 'path' });
      const names = operation.parameters.map((parameter) => `${parameter.in} ${parameter.name}`);
      expect(new Set(names).size).toBe(names.length);
    }
  });

  it('demands the key where the route does, and only there', async () => {
    const document = await load();
    for (const { method, path, auth } of ROUTES) {
      const security = document.paths[path]?.[method.toLowerCase()]?.security;
      expect({ path, security }).toEqual({
        path,
        security: auth === 'key' || auth === 'admin' ? [{ apiKey: [] }] : [],
      });
    }
    expect(document.components.securitySchemes).toHaveProperty('apiKey');
  });

  it('describes the body of every request that has one as an object', async () => {
    for (const { method, path, operation } of await operations()) {
      const takesBody = ['PUT', 'POST'].includes(method) && !path.includes('{token}') && !path.endsWith('/restore');
      expect({ path, method, body: operation.requestBody !== undefined }).toEqual({ path, method, body: takesBody });
      const schema = operation.requestBody?.content['application/json']?.schema;
      if (takesBody) expect(schema).toMatchObject({ type: 'object', properties: expect.any(Object) });
    }
  });

  it('says what the calendar feed is, and how a simulation may name its time', async () => {
    const { paths } = await load();
    const feed = paths['/ical/{token}']?.get?.responses;
    expect(Object.keys(feed?.['200']?.content ?? {})).toEqual(['text/calendar']);
    expect(Object.keys(feed?.['4XX']?.content ?? {})).toEqual(['text/plain']);
    const at = paths['/simulate']?.post?.requestBody?.content['application/json']?.schema.properties;
    expect(JSON.stringify(at)).toMatch(/wall clock of the service/);
  });

  it('names the headers and the query of every operation that reads some', async () => {
    const { paths } = await load();
    const named = (path: string, method: string) =>
      (paths[path]?.[method]?.parameters ?? []).filter((each) => each.in !== 'path').map(({ name }) => name);
    expect(named('/config', 'put')).toEqual(['dryRun', 'If-Match', 'X-Author']);
    expect(named('/config/revisions/{revision}/restore', 'post')).toEqual(['If-Match', 'X-Author']);
    expect(named('/schedules/{id}/overrides/{override}', 'delete')).toEqual(['X-Author']);
    expect(named('/oncall', 'get')).toEqual(['at', 'team', 'service', 'schedule', 'user']);
    expect(named('/schedules/{id}/shifts', 'get')).toEqual(['from', 'to']);
  });

  it('refers to nothing that is not there', async () => {
    const document = await load();
    const references = [...JSON.stringify(document).matchAll(/"\$ref":"([^"]+)"/g)].map(
      ([, reference = '']) => reference,
    );
    expect(references.length).toBeGreaterThan(0);
    for (const reference of references) {
      const found = reference
        .replace(/^#\//, '')
        .split('/')
        .reduce<unknown>((at, name) => (at as Record<string, unknown> | undefined)?.[name], document);
      expect({ reference, found }).toEqual({ reference, found: expect.any(Object) });
    }
  });

  it('knows every field that the API answers, and the fields are answered', async () => {
    const document = await load();
    const schema = document.components.schemas.Incident as { properties: object };
    const { json } = await send('PUT', '/incidents', {
      service: 'checkout',
      severity: 'WARN',
      title: 't',
      message: 'm',
    });
    expect(Object.keys(schema.properties).sort()).toEqual(Object.keys(json).sort());
    const entry = document.components.schemas.TimelineEntry as { properties: object };
    const timeline = (await send('GET', `/incidents/${json.incidentId}/timeline`)).json.timeline as object[];
    expect(Object.keys(entry.properties).sort()).toEqual(Object.keys(timeline[0] ?? {}).sort());
  });

  it('holds no secret and is open to all', async () => {
    expect(ROUTES.find(({ operation }) => operation === 'getOpenApi')?.auth).toBe('none');
    const { headers } = await send('GET', '/openapi.json');
    expect(headers['content-type']).toBe('application/json');
  });
});

describe('a method that a path does not have', () => {
  const cases = PATHS.flatMap((path) => {
    const there = ROUTES.filter((route) => route.path === path).map(({ method }): string => method);
    return METHODS.filter((method) => !there.includes(method)).map((method) => [method, path, there] as const);
  });
  it.each(cases)('%s %s: 405, and Allow names the others', async (method, path, there) => {
    const answer = await refused({ method, path: example(path), body: {} }, 405, 'method_not_allowed');
    expect(answer.headers.allow?.split(', ').sort()).toEqual([...there].sort());
  });
});

describe('an address that is not there', () => {
  it.each([
    '/',
    '/incident',
    '/incidents/',
    '/incidents/10000/',
    '/incidents/10000/notes',
    '/INCIDENTS',
    '/config/1',
    '/.env',
  ])('%s: 404', async (path) => {
    for (const method of ['GET', 'PUT', 'POST']) await refused({ method, path, body: {} }, 404, 'not_found');
  });
});

describe('GET /healthz', () => {
  it('answers 200 when the database answers', async () => {
    expect(await send('GET', '/healthz')).toMatchObject({
      status: 200,
      json: { status: 'ok', configurationRevision: 1 },
    });
  });

  it('does not answer 200 when it does not, and says nothing of the inside', async () => {
    const { wire } = stage();
    const body = JSON.stringify({ __type: 'InternalServerError', message: 'table arn:aws:dynamodb:secret' });
    wire.fault({ service: 'dynamodb', times: 99, mishap: { status: 500, body } });
    const answer = await send('GET', '/healthz');
    wire.heal();
    expect(answer.status).toBeGreaterThanOrEqual(500);
    expect(answer.headers['retry-after']).toBe('2');
    expect(answer.text).not.toMatch(/arn:|InternalServerError/);
  });

  it('is never kept by a cache', async () => {
    expect((await send('GET', '/healthz')).headers['cache-control']).toBe('no-store');
  });
});
