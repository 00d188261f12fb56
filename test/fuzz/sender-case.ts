import type { APIGatewayProxyEvent } from 'aws-lambda';
import fc from 'fast-check';
import { mutate, oddText, valueChange } from './mutations.ts';
import { RAW_BODIES, rawBody } from './raw-body.ts';
import type { SenderRoute } from './senders.ts';

/** A sender's request as data. `@key` and its like stand for what only the stage knows. */
export interface SenderCase {
  readonly method: string;
  /** With its query, percent-encoded. */
  readonly path: string;
  readonly headers: readonly (readonly [string, string])[];
  readonly json?: unknown;
  readonly raw: string;
}

const METHODS = ['GET', 'PUT', 'POST', 'DELETE', 'PATCH', 'HEAD', 'OPTIONS', 'post', ''];
const HEADERS: readonly (readonly [string, string])[] = [
  ['Content-Type', 'text/plain; charset=UTF-8'],
  ['Content-Type', 'application/x-www-form-urlencoded'],
  ['Authorization', 'GenieKey nobody'],
  ['Authorization', 'Bearer '],
  ['authorization', 'Basic !!!'],
  ['Authorization', `Basic ${'QUFB'.repeat(2_000)}`],
  ['Authorization', 'Token token="@key"'],
  ['X-Api-Key', ' '],
  ['X-Grafana-Alerting-Signature', 'sha256=zz'],
  ['x-amz-sns-message-type', 'Notification'],
  ['__proto__', 'x'],
];
const ODD_QUERIES = [
  'query=',
  'query=((',
  'query=status%3A',
  'limit=-1',
  'limit=1e9',
  'limit=NaN',
  'offset=99999999999',
  'sort=__proto__',
  'order=x',
  'identifierType=constructor',
  'identifierType=',
  'tags=',
  'keys=__proto__',
  'direction=next',
  'apiKey=',
  'routing_key=nobody',
  'query=createdAt%20%3E%201e99',
  'query=%22',
  'query=alias:%2A%2A%2A%2A',
];

const inPath = fc.oneof(
  oddText.map((odd) => encodeURIComponent(odd.toWellFormed())),
  fc.constantFrom('%zz', '%', '%00', '%2F..%2F', '%E0%A4%A', 'a%2Fb', '', '.', '..', '%F0%9F%98%80', 'x'.repeat(3_000)),
);

/** The key that a request shows: one that works, or none, or another. */
const KEY_HEADERS = [
  ['Authorization', 'GenieKey @key'],
  ['X-Api-Key', '@key'],
  ['Authorization', 'Basic @basic'],
] as const;

/** Requests to one route: good ones, and such as have something wrong; or only good ones. */
export function senderCase(
  { methods, paths, bodies, protocol }: SenderRoute,
  only?: 'nothing',
): fc.Arbitrary<SenderCase> {
  const inHeader = protocol !== 'pagerduty';
  return fc
    .record({
      mode: fc.oneof(
        { weight: 4, arbitrary: fc.constant('nothing') },
        { weight: bodies[0] === undefined ? 1 : 8, arbitrary: fc.constant('value') },
        { weight: 3, arbitrary: fc.constant('raw') },
        { weight: 4, arbitrary: fc.constant('path') },
        { weight: 4, arbitrary: fc.constant('query') },
        { weight: 2, arbitrary: fc.constant('headers') },
        { weight: 1, arbitrary: fc.constant('method') },
        { weight: 2, arbitrary: fc.constant('key') },
      ),
      method: fc.constantFrom(...methods),
      path: fc.constantFrom(...paths),
      json: fc.constantFrom(...bodies),
      changes: fc.array(valueChange, { minLength: 1, maxLength: 3 }),
      raw: rawBody,
      odd: inPath,
      where: fc.nat(20),
      query: fc.array(fc.constantFrom(...ODD_QUERIES), { minLength: 1, maxLength: 2 }),
      headers: fc.array(fc.constantFrom(...HEADERS), { minLength: 1, maxLength: 2 }),
      key: fc.constantFrom(...KEY_HEADERS),
      oddMethod: fc.constantFrom(...METHODS),
      oddKey: fc.constantFrom('', 'nobody', '@reader', '@throttled', 'x'.repeat(32), "'; --", '__proto__'),
    })
    .map((made): SenderCase => {
      const mode = only ?? made.mode;
      const json = mode === 'value' ? made.changes.reduce(mutate, made.json as unknown) : made.json;
      const [bare = '', query = ''] = made.path.split('?');
      const parts = bare.split('/');
      const path =
        mode === 'path'
          ? parts.map((part, i) => (i > 0 && i === 1 + (made.where % (parts.length - 1)) ? made.odd : part)).join('/')
          : bare;
      const search = [query, ...(mode === 'query' ? made.query : [])].filter(Boolean).join('&');
      const whole = search === '' ? path : `${path}?${search}`;
      const headers = [...(inHeader ? [made.key] : []), ...(mode === 'headers' ? made.headers : [])];
      const raw = mode === 'raw' ? made.raw : made.json === undefined ? 'absent' : 'as it is';
      const request = {
        method: mode === 'method' ? made.oddMethod : made.method,
        path: whole,
        headers,
        ...(json === undefined ? {} : { json }),
        raw,
      };
      return mode === 'key'
        ? (JSON.parse(JSON.stringify(request).replaceAll('@key', made.oddKey)) as SenderCase)
        : request;
    });
}

/** The event that API Gateway makes of it; `put` puts in what `@` stands for. */
export function senderEvent(made: SenderCase, put: (text: string) => string): APIGatewayProxyEvent {
  const [path = '', search = ''] = put(made.path).split('?');
  const query = Object.fromEntries(new URLSearchParams(search));
  const text = put(JSON.stringify(made.json ?? {}));
  const { body, isBase64Encoded } = RAW_BODIES[made.raw]?.(text) ?? { body: null, isBase64Encoded: false };
  return {
    resource: path === '/' ? '/' : '/{proxy+}',
    path,
    httpMethod: made.method,
    headers: Object.fromEntries(made.headers.map(([name, value]) => [name, put(value)])),
    multiValueHeaders: {},
    queryStringParameters: search === '' ? null : query,
    multiValueQueryStringParameters: null,
    pathParameters: null,
    stageVariables: null,
    body,
    isBase64Encoded,
    requestContext: { requestId: 'request-1', identity: { sourceIp: '192.0.2.1' } } as never,
  };
}
