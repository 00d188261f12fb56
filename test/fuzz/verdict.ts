import type { APIGatewayProxyEvent } from 'aws-lambda';
import { allows, scopeOf } from '../../lambda/http/key-scope.ts';
import { ROUTES } from '../../lambda/http/routes.ts';
import { ADMIN_KEY_ID, READ_KEY_ID, SEND_KEY_ID } from '../support/api-event.ts';
import { type Documented, OPERATIONS } from './document.ts';
import { type FaultPath, judge } from './judge.ts';

/** What the document says of a request: why it must be refused. Nothing at all means that it is valid. */
export interface Verdict {
  readonly noSuchMethod: boolean;
  readonly forbidden: boolean;
  /** No body where one is required, or none that is JSON. */
  readonly unreadable: boolean;
  readonly tooLarge: boolean;
  readonly bodyFaults: readonly FaultPath[];
  /** Names of parameters at fault. */
  readonly queryFaults: readonly string[];
  /** Names of parameters that the document does not have: ignored or refused. */
  readonly strangers: readonly string[];
  readonly bad: boolean;
}

const KEYS = { admin: ADMIN_KEY_ID, send: SEND_KEY_ID, read: READ_KEY_ID };
const MOST_BYTES = 256 * 1024 - 1;

/** The operation that a request really asks for; undefined when the path has no such method. */
export function askedFor({ path }: Documented, { httpMethod }: APIGatewayProxyEvent): Documented | undefined {
  return OPERATIONS.find((each) => each.path === path && each.method === httpMethod);
}

/** Judged from the document alone, and from the scopes of the route table. */
export function verdictOn(asked: Documented | undefined, event: APIGatewayProxyEvent): Verdict {
  const route = ROUTES.find(({ operation }) => operation === asked?.operation);
  const scope = route && scopeOf(route);
  const keyId = event.requestContext.identity.apiKeyId;
  const forbidden = scope !== undefined && (!keyId || !allows(KEYS, keyId, scope));
  const body = bodyVerdict(asked, event);
  const query = queryVerdict(asked, event);
  const noSuchMethod = asked === undefined;
  const bad =
    noSuchMethod ||
    forbidden ||
    body.unreadable ||
    body.tooLarge ||
    body.bodyFaults.length > 0 ||
    query.queryFaults.length > 0;
  return { noSuchMethod, forbidden, ...body, ...query, bad };
}

function bodyVerdict(documented: Documented | undefined, { body, isBase64Encoded }: APIGatewayProxyEvent) {
  const fine = { unreadable: false, tooLarge: false, bodyFaults: [] as FaultPath[] };
  if (!documented?.body) return fine;
  const raw = Buffer.from(body ?? '', isBase64Encoded ? 'base64' : 'utf8');
  if (raw.length > MOST_BYTES) return { ...fine, tooLarge: true };
  if (!body) return { ...fine, unreadable: documented.body.required };
  try {
    return { ...fine, bodyFaults: judge(documented.body.schema, JSON.parse(raw.toString('utf8'))) };
  } catch {
    return { ...fine, unreadable: true };
  }
}

function queryVerdict(documented: Documented | undefined, event: APIGatewayProxyEvent) {
  const given = Object.entries(event.multiValueQueryStringParameters ?? {});
  const known = new Map(
    (documented?.parameters ?? []).flatMap((each) => (each.in === 'query' ? [[each.name, each.schema] as const] : [])),
  );
  const strangers = given.map(([name]) => name).filter((name) => !known.has(name));
  const queryFaults = given.flatMap(([name, values = []]) => {
    const schema = known.get(name);
    const wrong = schema && (values.length > 1 || values.some((value) => judge(schema, value).length > 0));
    return wrong ? [name] : [];
  });
  return { queryFaults, strangers };
}
