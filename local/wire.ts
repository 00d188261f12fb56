import { createServer, type IncomingHttpHeaders, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Access, Authorize } from './authorize.ts';

/** A call of an AWS API as it arrives on the loopback interface. The signature is not checked, but who it names may do only what its role allows. */
export interface WireRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
  /** Throws AccessDeniedException unless the caller may do this. */
  readonly authorize: (access: Access) => void;
}

export interface WireResponse {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: unknown;
}

/** Answers a call, or undefined when it is for another service. Throws WireError to refuse it as AWS would. */
export type WireHandler = (request: WireRequest) => Promise<WireResponse | undefined>;

/** An error of an AWS service: `code` is the exception's name, which the SDK makes a class of. */
export class WireError extends Error {
  override readonly name = 'WireError';
  readonly code: string;
  readonly status: number;

  constructor(code: string, message: string, status = 400) {
    super(message);
    this.code = code;
    this.status = status;
  }
}

/** Node closes idle connections after 5 s, which clients see as a reset in the middle of a request. */
export const KEEP_ALIVE_MS = 75_000;
const MAX_BODY_BYTES = 16 * 1024 * 1024;

export interface RunningServer {
  readonly url: string;
  stop(): Promise<void>;
}

/**
 * Serves AWS APIs on a free loopback port, to callers who may do what they ask. A call that no handler takes is answered with an error
 * that names it.
 */
export async function startWire(
  handlers: readonly WireHandler[],
  authorize: Authorize = () => undefined,
): Promise<RunningServer> {
  const server = createServer(async (req, res) => {
    const respond = ({ status, headers, body }: WireResponse) => {
      res.writeHead(status, { 'content-type': 'application/json', ...headers });
      res.end(JSON.stringify(body));
    };
    try {
      const body = await readBody(req, MAX_BODY_BYTES);
      const request: WireRequest = {
        method: req.method ?? 'GET',
        path: req.url ?? '/',
        headers: req.headers,
        body,
        authorize: (access) => authorize(accessKeyId(req.headers.authorization), access),
      };
      respond(await firstAnswer(handlers, request));
    } catch (error) {
      const { code, message, status } =
        error instanceof WireError ? error : new WireError('InternalFailure', String(error), 500);
      respond({ status, headers: { 'x-amzn-errortype': code }, body: { __type: code, message } });
    }
  });
  server.keepAliveTimeout = KEEP_ALIVE_MS;
  const port = await listen(server, 0);
  return { url: `http://127.0.0.1:${port}`, stop: () => close(server) };
}

async function firstAnswer(handlers: readonly WireHandler[], request: WireRequest): Promise<WireResponse> {
  for (const handle of handlers) {
    const answer = await handle(request);
    if (answer) return answer;
  }
  const what = request.headers['x-amz-target'] ?? `${request.method} ${request.path}`;
  throw new WireError('UnknownOperationException', `the local runtime does not do ${what}`, 501);
}

/** Who signed a request, by its `Authorization` header. The signature itself is not checked. */
export function accessKeyId(authorization: string | undefined): string | undefined {
  return /^AWS4-HMAC-SHA256 .*?Credential=([^/,\s]+)\//.exec(authorization ?? '')?.[1];
}

/** Reads a JSON body. Throws the SerializationException of AWS when it is none. */
export function parseBody(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    throw new WireError('SerializationException', 'the body is not JSON');
  }
}

/** The whole body. Throws with status 413 once it is longer than `limitBytes`; the request can still be answered then. */
export async function readBody(req: IncomingMessage, limitBytes: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of req.iterator({ destroyOnReturn: false })) {
    length += chunk.length;
    if (length > limitBytes) throw new WireError('RequestEntityTooLarge', 'the body is too large', 413);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** Listens on the loopback interface; answers the port. Port 0 takes any that is free. */
export function listen(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => {
      server.off('error', reject);
      resolve((server.address() as AddressInfo).port);
    });
  });
}

const SWEEP_MS = 20;

/** Finishes the requests under way, then closes. Connections that fall idle meanwhile are closed as they do. */
export function close(server: Server): Promise<void> {
  return new Promise((resolve, reject) => {
    const sweep = setInterval(() => server.closeIdleConnections(), SWEEP_MS);
    server.close((error) => {
      clearInterval(sweep);
      if (error) reject(error);
      else resolve();
    });
  });
}
