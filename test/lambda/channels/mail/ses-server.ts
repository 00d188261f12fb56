import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { SESv2Client } from '@aws-sdk/client-sesv2';

export interface SesAnswer {
  readonly status: number;
  readonly headers?: Record<string, string>;
  readonly body?: string;
  /** `drop` breaks the connection, `hang` never answers. */
  readonly instead?: 'drop' | 'hang';
}

export interface SesCall {
  readonly method: string | undefined;
  readonly path: string | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly body: unknown;
}

/** A loopback server that takes SESv2 requests, keeps them, and gives the answers queued; with a real client pointed at it. */
export async function startSes() {
  const calls: SesCall[] = [];
  const answers: SesAnswer[] = [];
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const body: unknown = JSON.parse(Buffer.concat(chunks).toString('utf8') || 'null');
    calls.push({ method: request.method, path: request.url, headers: request.headers, body });
    const answer = answers.shift() ?? { status: 200, body: '{"MessageId":"0100"}' };
    if (answer.instead === 'drop') request.socket.destroy();
    if (answer.instead === undefined) {
      response
        .writeHead(answer.status, { 'content-type': 'application/json', ...answer.headers })
        .end(answer.body ?? '{}');
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const client = clientFor(port);
  return {
    port,
    calls,
    answers,
    client,
    async stop() {
      client.destroy();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

export function clientFor(port: number, requestTimeout = 10_000): SESv2Client {
  return new SESv2Client({
    endpoint: `http://127.0.0.1:${port}`,
    region: 'eu-central-1',
    credentials: { accessKeyId: 'a'.repeat(20), secretAccessKey: 'b'.repeat(40) },
    maxAttempts: 1,
    requestHandler: { requestTimeout, throwOnRequestTimeout: true },
  });
}

/** An error as SES sends it. */
export function sesError(status: number, name: string, message: string): SesAnswer {
  return { status, headers: { 'x-amzn-errortype': name }, body: JSON.stringify({ message }) };
}
