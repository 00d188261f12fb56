import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { IngestRequest } from '../../lambda/http/ingest-request.ts';
import type { Reply } from '../../lambda/ingest/reply.ts';

/** One request of a real client, and what it was answered. */
export interface Exchange {
  readonly request: IngestRequest;
  readonly reply: Reply;
}

export interface IngestServer {
  readonly port: number;
  readonly url: string;
  /** The transcript. */
  readonly exchanges: readonly Exchange[];
  stop(): Promise<void>;
}

/** Serves `answer` to a real client on the loopback interface. */
export async function serveIngest(answer: (request: IngestRequest) => Promise<Reply>): Promise<IngestServer> {
  const exchanges: Exchange[] = [];
  const server: Server = createServer(async (req, res) => {
    const chunks: Buffer[] = [];
    for await (const chunk of req) chunks.push(chunk as Buffer);
    const url = new URL(req.url ?? '/', 'http://localhost');
    const request: IngestRequest = {
      method: req.method ?? 'GET',
      path: url.pathname,
      query: Object.fromEntries(url.searchParams),
      headers: Object.fromEntries(Object.entries(req.headers).map(([name, value]) => [name, String(value)])),
      rawBody: Buffer.concat(chunks),
    };
    const reply = await answer(request);
    exchanges.push({ request, reply });
    res.writeHead(reply.status, reply.headers);
    res.end(reply.body);
  });
  // Clients that keep connections open must not find them closed in the middle of a request.
  server.keepAliveTimeout = 75_000;
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    port,
    url: `http://127.0.0.1:${port}`,
    exchanges,
    async stop() {
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}
