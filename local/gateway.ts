import { createHash, randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { FunctionEngine } from './functions.ts';
import { createProxyEvent, type ProxyRequest, readProxyResult } from './gateway-event.ts';
import { createMatcher } from './gateway-match.ts';
import type { ApiKey, GatewayModel, Method } from './gateway-model.ts';
import type { GatewayError } from './gateway-responses.ts';
import type { Log, LogLevel } from './log.ts';
import { Throttle } from './throttle.ts';
import { readBody, WireError } from './wire.ts';

export interface GatewayOptions {
  readonly model: GatewayModel;
  readonly functions: Pick<FunctionEngine, 'invoke'>;
  readonly log: Log;
}

export type HttpHandler = (req: IncomingMessage, res: ServerResponse) => Promise<void>;

/** API Gateway's limit of a request body. */
const MAX_BODY_BYTES = 10 * 1024 * 1024;

/** Answers requests as the REST API of the stack would, without the stage in the path. */
export function createGateway({ model, functions, log }: GatewayOptions): HttpHandler {
  const match = createMatcher(model.methods);
  const throttle = new Throttle();
  const keys = new Map(model.apiKeys.map((key) => [digest(key.value), key]));

  return async (req, res) => {
    const receivedAt = Date.now();
    const requestId = randomUUID();
    const url = req.url ?? '/';
    const [path = '/', ...query] = url.split('?');
    const found = match(req.method ?? 'GET', path);
    const gone = new AbortController();
    // When the sender hangs up, and when it has its answer: after a 504 nobody waits for the function any more.
    res.once('close', () => gone.abort());

    const refuse = (error: GatewayError) => {
      const { status, headers, body } = model.responses.answer(error, requestId);
      send(status, headers, Buffer.from(body));
    };
    const report = (level: LogLevel, outcome: string) => {
      // The resource, not the path: a path may hold the token of a link.
      const resource = found?.method.resourcePath ?? '(no such path)';
      log(level, 'api', `${req.method} ${resource} ${outcome} ${Date.now() - receivedAt} ms`);
    };
    const send = (status: number, headers: Readonly<Record<string, string | string[]>>, body: Buffer) => {
      res.writeHead(status, { ...headers, 'content-length': body.length });
      res.end(req.method === 'HEAD' ? undefined : body);
      report(status >= 500 ? 'error' : status === 429 ? 'warn' : 'info', String(status));
    };

    if (!found) return refuse('MISSING_AUTHENTICATION_TOKEN');
    const apiKey = found.method.apiKeyRequired ? keys.get(digest(String(req.headers['x-api-key'] ?? ''))) : undefined;
    if (found.method.apiKeyRequired && !apiKey) return refuse('INVALID_API_KEY');
    if (!allowed(found.method, apiKey, receivedAt)) return refuse('THROTTLED');

    let body: Buffer;
    try {
      body = await readBody(req, MAX_BODY_BYTES);
    } catch (error) {
      res.setHeader('connection', 'close');
      return refuse(error instanceof WireError ? 'REQUEST_TOO_LARGE' : 'BAD_REQUEST_PARAMETERS');
    }
    const request = {
      req,
      path,
      query: new URLSearchParams(query.join('?')),
      body,
      match: found,
      apiKey,
      requestId,
      receivedAt,
    };
    const answer = await integrate(request, gone.signal);
    if (res.destroyed) return report('warn', 'hung up after');
    if (typeof answer === 'string') return refuse(answer);
    send(answer.status, { 'x-amzn-requestid': requestId, ...answer.headers }, answer.body);
  };

  function allowed({ limit, httpMethod, resourcePath }: Method, apiKey: ApiKey | undefined, now: number): boolean {
    if (!throttle.allows(`${httpMethod} ${resourcePath}`, limit, now)) return false;
    return apiKey === undefined || throttle.allows(`key ${apiKey.id}`, apiKey.limit, now);
  }

  async function integrate(request: ProxyRequest, gone: AbortSignal) {
    const { functionArn, timeoutMs } = request.match.method;
    const timeout = Promise.withResolvers<undefined>();
    const timer = setTimeout(() => timeout.resolve(undefined), timeoutMs);
    try {
      const invocation = functions.invoke(functionArn, createProxyEvent(model, request), { gone });
      const result = await Promise.race([invocation, timeout.promise]);
      if (!result) return 'INTEGRATION_TIMEOUT';
      return 'payload' in result ? readProxyResult(result.payload) : 'API_CONFIGURATION_ERROR';
    } catch (error) {
      if (error instanceof WireError && error.code === 'TooManyRequestsException') return 'THROTTLED';
      log('error', 'api', String(error));
      return 'API_CONFIGURATION_ERROR';
    } finally {
      clearTimeout(timer);
    }
  }
}

/** Keys are looked up by digest: the time that takes says nothing about the key. */
function digest(key: string): string {
  return createHash('sha256').update(key).digest('base64');
}
