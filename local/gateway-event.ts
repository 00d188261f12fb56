import type { IncomingMessage } from 'node:http';
import * as z from 'zod';
import type { Match } from './gateway-match.ts';
import type { ApiKey, GatewayModel } from './gateway-model.ts';

export interface ProxyRequest {
  readonly req: IncomingMessage;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly body: Buffer;
  readonly match: Match;
  readonly apiKey: ApiKey | undefined;
  readonly requestId: string;
  /** Epoch milliseconds. */
  readonly receivedAt: number;
}

/** The event of a Lambda proxy integration of a REST API (payload format 1.0). */
export function createProxyEvent(model: GatewayModel, request: ProxyRequest): Record<string, unknown> {
  const { req, path, query, body, match, apiKey, requestId, receivedAt } = request;
  const multiValueHeaders = headersOf(req);
  const multiValueQuery = gather(query);
  const isBinary = isBinaryType(model.binaryMediaTypes, req.headers['content-type']);
  return {
    resource: match.method.resourcePath,
    path,
    httpMethod: req.method,
    headers: lastOfEach(multiValueHeaders),
    multiValueHeaders,
    queryStringParameters: orNull(lastOfEach(multiValueQuery)),
    multiValueQueryStringParameters: orNull(multiValueQuery),
    pathParameters: orNull(match.pathParameters),
    stageVariables: model.stageVariables ?? null,
    requestContext: {
      accountId: '000000000000',
      apiId: model.apiId,
      authorizer: null,
      domainName: req.headers.host ?? '127.0.0.1',
      extendedRequestId: requestId,
      httpMethod: req.method,
      identity: {
        accessKey: null,
        accountId: null,
        apiKey: apiKey?.value ?? null,
        apiKeyId: apiKey?.id ?? null,
        caller: null,
        sourceIp: req.socket.remoteAddress ?? '127.0.0.1',
        user: null,
        userAgent: req.headers['user-agent'] ?? null,
        userArn: null,
      },
      path: `/${model.stageName}${path}`,
      protocol: `HTTP/${req.httpVersion}`,
      requestId,
      requestTime: commonLogTime(receivedAt),
      requestTimeEpoch: receivedAt,
      resourceId: match.method.resourceId,
      resourcePath: match.method.resourcePath,
      stage: model.stageName,
    },
    body: body.length === 0 ? null : body.toString(isBinary ? 'base64' : 'utf8'),
    isBase64Encoded: isBinary && body.length > 0,
  };
}

/** `21/Nov/2026:07:36:01 +0000` */
function commonLogTime(at: number): string {
  const [, day, month, year, time] = new Date(at).toUTCString().split(' ');
  return `${day}/${month}/${year}:${time} +0000`;
}

/** Names as the client wrote them, and what API Gateway adds. */
function headersOf(req: IncomingMessage): Record<string, string[]> {
  const pairs: [string, string][] = [];
  for (let i = 0; i < req.rawHeaders.length; i += 2) pairs.push([req.rawHeaders[i] ?? '', req.rawHeaders[i + 1] ?? '']);
  pairs.push(['X-Forwarded-For', req.socket.remoteAddress ?? '127.0.0.1'], ['X-Forwarded-Proto', 'http']);
  return gather(pairs);
}

function gather(pairs: Iterable<[string, string]>): Record<string, string[]> {
  const gathered = new Map<string, string[]>();
  for (const [name, value] of pairs) gathered.set(name, [...(gathered.get(name) ?? []), value]);
  return Object.fromEntries(gathered);
}

function lastOfEach(values: Record<string, string[]>): Record<string, string> {
  return Object.fromEntries(Object.entries(values).map(([name, all]) => [name, all.at(-1) ?? '']));
}

function orNull<T extends object>(value: T): T | null {
  return Object.keys(value).length > 0 ? value : null;
}

function isBinaryType(binaryMediaTypes: readonly string[], contentType: string | undefined): boolean {
  const type = contentType?.split(';')[0]?.trim().toLowerCase() ?? '';
  return binaryMediaTypes.some((binary) => {
    const wanted = binary.replace(/~1/g, '/').toLowerCase();
    return wanted === '*/*' || wanted === type || (wanted.endsWith('/*') && type.startsWith(wanted.slice(0, -1)));
  });
}

const scalar = z.union([z.string(), z.number(), z.boolean()]);
const resultSchema = z.object({
  statusCode: z.coerce.number().int().min(100).max(599),
  headers: z.record(z.string(), scalar).nullish(),
  multiValueHeaders: z.record(z.string(), z.array(scalar)).nullish(),
  body: z.string().nullish(),
  isBase64Encoded: z.boolean().nullish(),
});

export interface ProxyResult {
  readonly status: number;
  readonly headers: Readonly<Record<string, string[]>>;
  readonly body: Buffer;
}

/** Reads what a function answered. Throws when API Gateway could make nothing of it. */
export function readProxyResult(payload: string): ProxyResult {
  const result = resultSchema.safeParse(JSON.parse(payload));
  if (!result.success) throw new Error(`malformed Lambda proxy response: ${z.prettifyError(result.error)}`);
  const { statusCode, headers, multiValueHeaders, body, isBase64Encoded } = result.data;
  const merged: Record<string, string[]> = { 'content-type': ['application/json'] };
  for (const [name, value] of Object.entries(headers ?? {})) merged[name.toLowerCase()] = [String(value)];
  for (const [name, values] of Object.entries(multiValueHeaders ?? {})) merged[name.toLowerCase()] = values.map(String);
  return { status: statusCode, headers: merged, body: Buffer.from(body ?? '', isBase64Encoded ? 'base64' : 'utf8') };
}
