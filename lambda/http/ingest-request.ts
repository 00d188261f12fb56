import type { APIGatewayProxyEvent } from 'aws-lambda';
import { decodeBody } from '../ingest/body.ts';

/** A request of a sender, whatever its protocol. */
export interface IngestRequest {
  /** In upper case. */
  readonly method: string;
  /** Percent-encoded, as on the wire. */
  readonly path: string;
  /** Of a repeated parameter the last. */
  readonly query: Readonly<Record<string, string | undefined>>;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  /** As the sender wrote it: what signatures are computed over. */
  readonly rawBody: Buffer;
  readonly sourceIp?: string;
}

export function readIngestRequest(event: APIGatewayProxyEvent): IngestRequest {
  const headers = Object.entries(event.headers ?? {}).map(([name, value]) => [name.toLowerCase(), value] as const);
  const sourceIp = event.requestContext?.identity?.sourceIp;
  return {
    method: event.httpMethod.toUpperCase(),
    // Behind a custom domain's base path, `path` begins with that; the root is the root all the same.
    path: event.resource === '/' ? '/' : event.path,
    query: event.queryStringParameters ?? {},
    headers: Object.fromEntries(headers),
    rawBody: decodeBody(event),
    ...(sourceIp ? { sourceIp } : {}),
  };
}

/**
 * The key that a request carries outside its body: in the query (`routing_key`, `key`, `apiKey`), as `Authorization` (Bearer, GenieKey,
 * `Token token=`, or Basic, where the password counts and, without one, the user), or as `X-Api-Key`.
 */
export function requestKey({ query, headers }: IngestRequest): string | undefined {
  const given = query.routing_key ?? query.key ?? query.apiKey ?? ofAuthorization(headers.authorization ?? '');
  return [given, headers['x-api-key']].map((key) => key?.trim()).find((key) => key !== undefined && key !== '');
}

function ofAuthorization(header: string): string | undefined {
  const [, scheme = '', value = ''] =
    /^\s*(bearer|geniekey|basic|token)\s+(?:token=)?"?([^\s"]+)"?\s*$/i.exec(header) ?? [];
  if (scheme.toLowerCase() !== 'basic') return value === '' ? undefined : value;
  const [user = '', password = ''] = Buffer.from(value, 'base64').toString('utf8').split(':');
  return password === '' ? user : password;
}
