import type { APIGatewayProxyEvent } from 'aws-lambda';
import fc from 'fast-check';
import { ADMIN_KEY_ID, OTHER_KEY_ID, READ_KEY_ID, SEND_KEY_ID } from '../support/api-event.ts';
import type { Documented } from './document.ts';
import { fromSchema } from './from-schema.ts';
import { mutate, oddText, valueChange } from './mutations.ts';
import { RAW_BODIES, rawBody } from './raw-body.ts';
import { CONFIG, knownParameter } from './world.ts';

/** A request as data, so that it can be printed and shrunk. Texts that begin with `@` stand for what only the stage knows. */
export interface ApiCase {
  readonly method: string;
  readonly path: Readonly<Record<string, string>>;
  readonly query: readonly (readonly [string, string])[];
  readonly headers: readonly (readonly [string, string])[];
  readonly json?: unknown;
  /** Name of what becomes of the JSON text. */
  readonly raw: string;
  readonly apiKeyId: string | null;
}

/** What is made wrong. Whether it is wrong then is for the judge to say. */
const MODES = ['nothing', 'value', 'raw', 'query', 'path', 'headers', 'method', 'key', 'everything'] as const;
type Mode = (typeof MODES)[number];

const METHODS = ['GET', 'PUT', 'POST', 'DELETE', 'PATCH', 'HEAD', 'OPTIONS', 'TRACE', 'get', ''];
const KEYS = [ADMIN_KEY_ID, OTHER_KEY_ID, SEND_KEY_ID, READ_KEY_ID, '', 'nobody', null];
const HEADERS: readonly (readonly [string, string])[] = [
  ['Content-Type', 'text/plain'],
  ['Content-Type', 'application/x-www-form-urlencoded'],
  ['content-type', 'application/json; charset=utf-16'],
  ['Content-Type', ''],
  ['If-Match', '*'],
  ['If-Match', '"1"'],
  ['if-match', '"999999"'],
  ['If-Match', 'W/"1"'],
  ['IF-MATCH', '"1", "2"'],
  ['X-Author', 'Ada Lovelace'],
  ['x-author', 'Zoë 名前 😀'],
  ['X-Author', 'x'.repeat(8_000)],
  ['X-Author', `${'x'.repeat(199)}😀`],
  ['X-Author', 'a\r\nSet-Cookie: b=c'],
  ['X-Author', 'a\u0000\u001b[31m'],
  ['X-Author', ''],
  ['X-HTTP-Method-Override', 'DELETE'],
  ['__proto__', 'x'],
];

const weighted = (mode: Mode, weight: number) => ({ weight, arbitrary: fc.constant(mode) });

/** A few of the parameters at a time: most of them exclude or narrow each other. */
function queryOf({ parameters }: Documented): fc.Arbitrary<[string, string][]> {
  const known = parameters.filter((parameter) => parameter.in === 'query');
  const properties = Object.fromEntries(known.map(({ name, schema }) => [name, schema]));
  const names = known.map(({ name }) => name);
  const values = fromSchema({ type: 'object', properties, required: names }) as fc.Arbitrary<Record<string, unknown>>;
  return fc
    .tuple(fc.subarray(names, { maxLength: Math.min(2, names.length) }), values)
    .map(([some, made]) => some.map((name) => [name, String(made[name])]));
}

function pathOf({ path }: Documented): fc.Arbitrary<Record<string, string>> {
  const names = [...path.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name);
  return fc.record(Object.fromEntries(names.map((name) => [name, knownParameter(path, name)])), {
    noNullPrototype: true,
  });
}

/** What the schema allows. A whole configuration out of nothing hardly ever fits together: half of them are one that does, changed in places. */
function bodiesOf({ body, operation }: Documented): fc.Arbitrary<unknown> {
  if (!body) return fc.constant(undefined);
  const any = fromSchema(body.schema);
  if (operation !== 'putConfig') return any;
  const parts = fc.subarray(Object.keys(CONFIG), { maxLength: 2 });
  const changed = fc.tuple(any as fc.Arbitrary<Record<string, unknown>>, parts).map(([made, names]) => {
    const some = names.flatMap((name) => (Object.hasOwn(made, name) ? [[name, made[name]]] : []));
    return { ...CONFIG, ...Object.fromEntries(some) };
  });
  return fc.oneof(any, changed);
}

/** Requests to one operation: valid ones, and such as have one or several things wrong; or only valid ones. */
export function apiCase(documented: Documented, only?: 'nothing'): fc.Arbitrary<ApiCase> {
  const { body, method, path } = documented;
  const names = [...path.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name);
  const queries = documented.parameters.filter((parameter) => parameter.in === 'query').map(({ name }) => name);
  const mode = fc.oneof(
    weighted('nothing', 6),
    weighted('value', body ? 9 : 0),
    weighted('raw', body ? 4 : 1),
    weighted('query', queries.length > 0 ? 8 : 1),
    weighted('path', names.length > 0 ? 5 : 0),
    weighted('headers', documented.parameters.some((parameter) => parameter.in === 'header') ? 3 : 1),
    weighted('method', 1),
    weighted('key', 1),
    weighted('everything', 1),
  );
  return fc
    .record({
      mode,
      path: pathOf(documented),
      query: queryOf(documented),
      json: bodiesOf(documented),
      changes: fc.array(valueChange, { minLength: 1, maxLength: 3 }),
      raw: rawBody,
      oddPath: fc.record(Object.fromEntries(names.map((name) => [name, oddText])), { noNullPrototype: true }),
      oddQuery: fc.array(
        fc.tuple(
          fc.oneof({ weight: 4, arbitrary: fc.constantFrom('x', ...queries) }, { weight: 1, arbitrary: oddText }),
          oddText,
        ),
        { minLength: 1, maxLength: 3 },
      ),
      oddHeaders: fc.array(
        fc.oneof(
          fc.constantFrom(...HEADERS),
          fc.tuple(fc.constantFrom('If-Match', 'X-Author', 'Content-Type'), oddText),
        ),
        { minLength: 1, maxLength: 2 },
      ),
      oddMethod: fc.constantFrom(...METHODS),
      key: fc.constantFrom(...KEYS),
    })
    .map((made): ApiCase => {
      const mode = only ?? made.mode;
      const is = (wanted: Mode) => mode === wanted || mode === 'everything';
      const json = is('value') ? made.changes.reduce(mutate, made.json as unknown) : made.json;
      return {
        method: is('method') ? made.oddMethod : method,
        path: is('path') ? made.oddPath : made.path,
        query: is('query') ? [...made.query, ...made.oddQuery] : made.query,
        headers: is('headers') ? made.oddHeaders : [],
        ...(json === undefined ? {} : { json }),
        raw: is('raw') ? made.raw : body ? 'as it is' : 'absent',
        apiKeyId: is('key') ? made.key : ADMIN_KEY_ID,
      };
    });
}

/** Puts in what a text that begins with `@` stands for; undefined where it is just such a text. */
export type Lookup = (text: string) => string | undefined;

/** The event that API Gateway makes of it (REST API, Lambda proxy integration, payload 1.0). */
export function eventOf(
  { path: resource }: Pick<Documented, 'path'>,
  made: ApiCase,
  lookup: Lookup,
): APIGatewayProxyEvent {
  const put = (text: string) => lookup(text) ?? text;
  const text = JSON.stringify(made.json ?? {}).replace(
    /"(@\w+:\d+)"/g,
    (whole, symbol: string) => lookup(symbol) ?? whole,
  );
  const { body, isBase64Encoded } = (RAW_BODIES[made.raw] ?? RAW_BODIES.absent)?.(text) ?? {
    body: null,
    isBase64Encoded: false,
  };
  const pathParameters = Object.fromEntries(Object.entries(made.path).map(([name, value]) => [name, put(value)]));
  const multi = Map.groupBy(made.query, ([name]) => name);
  const multiValue = Object.fromEntries(
    [...multi].map(([name, pairs]) => [name, pairs.map(([, value]) => put(value))]),
  );
  const any = made.query.length > 0;
  return {
    resource,
    path: resource.replace(/\{(\w+)\}/g, (_, name: string) =>
      encodeURIComponent((pathParameters[name] ?? '').toWellFormed()),
    ),
    httpMethod: made.method,
    headers: Object.fromEntries(made.headers),
    multiValueHeaders: Object.fromEntries(made.headers.map(([name, value]) => [name, [value]])),
    queryStringParameters: any ? Object.fromEntries(made.query.map(([name, value]) => [name, put(value)])) : null,
    multiValueQueryStringParameters: any ? multiValue : null,
    pathParameters: Object.keys(pathParameters).length > 0 ? pathParameters : null,
    stageVariables: null,
    body,
    isBase64Encoded,
    requestContext: {
      requestId: 'request-1',
      resourcePath: resource,
      httpMethod: made.method,
      identity: { apiKeyId: made.apiKeyId },
    } as never,
  };
}
