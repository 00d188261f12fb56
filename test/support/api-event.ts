import type { APIGatewayProxyEvent } from 'aws-lambda';
import { ROUTES } from '../../lambda/http/routes.ts';

/** The id of the API key that may change the configuration, and of one that may not. */
export const ADMIN_KEY_ID = 'admin-key';
export const OTHER_KEY_ID = 'other-key';
/** Keys that may only send, and only read. */
export const SEND_KEY_ID = 'send-key';
export const READ_KEY_ID = 'read-key';

export interface ApiRequest {
  readonly method: string;
  /** Path and query, as a client writes them. */
  readonly path: string;
  /** An object is sent as JSON, a text as it is. */
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  readonly base64?: boolean;
  /** The id of the API key that came with it; default the administrator's. */
  readonly apiKeyId?: string;
}

/** The event that API Gateway makes of a request (REST API, Lambda proxy integration, payload 1.0). */
export function apiEvent(request: ApiRequest): APIGatewayProxyEvent {
  const { method, path, body, headers = {}, base64 = false, apiKeyId = ADMIN_KEY_ID } = request;
  const url = new URL(path, 'https://api.invalid');
  const { resource, pathParameters } = match(url.pathname);
  const query = [...new Set(url.searchParams.keys())];
  const multi = Object.fromEntries(query.map((name) => [name, url.searchParams.getAll(name)]));
  const text = body === undefined || typeof body === 'string' ? (body ?? null) : JSON.stringify(body);
  return {
    resource,
    path: url.pathname,
    httpMethod: method,
    headers: { ...headers },
    multiValueHeaders: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, [value]])),
    queryStringParameters: query.length === 0 ? null : Object.fromEntries(url.searchParams),
    multiValueQueryStringParameters: query.length === 0 ? null : multi,
    pathParameters,
    stageVariables: null,
    body: text !== null && base64 ? Buffer.from(text).toString('base64') : text,
    isBase64Encoded: base64,
    requestContext: {
      requestId: 'request-1',
      resourcePath: resource,
      httpMethod: method,
      identity: { apiKeyId },
    } as never,
  };
}

/** The resource with the most literal segments wins, as in API Gateway. */
function match(path: string): { resource: string; pathParameters: Record<string, string> | null } {
  const fits = ROUTES.flatMap(({ path: resource }) => {
    const pattern = resource.replace(/\{(\w+)\}/g, '(?<$1>[^/]+)').replaceAll('.', '\\.');
    const found = new RegExp(`^${pattern}$`).exec(path);
    return found ? [{ resource, groups: found.groups }] : [];
  });
  const best = fits.sort((a, b) => Number(a.resource.includes('{')) - Number(b.resource.includes('{')))[0];
  if (!best) return { resource: path, pathParameters: null };
  const decoded = Object.entries(best.groups ?? {}).map(([name, value]) => [name, decodeURIComponent(value)]);
  return { resource: best.resource, pathParameters: decoded.length > 0 ? Object.fromEntries(decoded) : null };
}
