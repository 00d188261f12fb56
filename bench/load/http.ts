import { Agent, type OutgoingHttpHeaders, request } from 'node:http';

/** How long a sender waits: a second longer than API Gateway does before it answers 504. */
const PATIENCE_MS = 30_000;

const agent = new Agent({ keepAlive: true });

export interface HttpAnswer {
  readonly status: number;
  readonly text: string;
}

/** One request over a kept connection; `body` is sent as JSON. Rejects when no whole answer comes within 30 s. */
export function exchange(
  method: string,
  url: string,
  headers: OutgoingHttpHeaders = {},
  body?: unknown,
): Promise<HttpAnswer> {
  return new Promise((resolve, reject) => {
    const asJson = body === undefined ? {} : { 'content-type': 'application/json' };
    const options = { method, agent, headers: { ...asJson, ...headers }, timeout: PATIENCE_MS };
    const req = request(url, options, (res) => {
      let text = '';
      res.setEncoding('utf8').on('data', (chunk) => (text += chunk));
      res.on('error', reject).on('end', () => resolve({ status: res.statusCode ?? 0, text }));
    });
    req.on('timeout', () => req.destroy(new Error(`no answer within ${PATIENCE_MS} ms`)));
    req.on('error', reject).end(body === undefined ? undefined : JSON.stringify(body));
  });
}

/** Closes the kept connections, which would keep this process alive. */
export function closeConnections(): void {
  agent.destroy();
}
