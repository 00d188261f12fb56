import { EventEmitter } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { parentPort, workerData } from 'node:worker_threads';
import { createAuthorizer, type Permissions } from './authorize.ts';
import { authorizeDynamo } from './dynamo-access.ts';
import { createTableServer } from './dynamo-store.ts';
import { WireError } from './wire.ts';

const KEEP_ALIVE_MS = 75_000;

type Check = (req: IncomingMessage, body: string) => void;

let check: Check = () => undefined;
const server = createTableServer({ createTableMs: 0, updateTableMs: 0, deleteTableMs: 0, ...workerData });
server.keepAliveTimeout = KEEP_ALIVE_MS;

/*
 * dynalite gets each request whole, from an emitter instead of the socket. So the permission can be looked at first, and it hears nothing
 * of a client that breaks off in the middle, at which it would throw; a function that is stopped at its time limit does that.
 */
const [serve] = server.listeners('request');
server.removeAllListeners('request');
server.on('request', (req, res) => {
  const chunks: Buffer[] = [];
  req.on('error', () => undefined);
  req.on('data', (chunk: Buffer) => chunks.push(chunk));
  req.on('end', () => {
    const body = Buffer.concat(chunks);
    try {
      check(req, body.toString());
    } catch (error) {
      return refuse(res, error);
    }
    const { method, url, headers } = req;
    const whole = Object.assign(new EventEmitter(), { method, url, headers });
    serve?.call(server, whole, res);
    whole.emit('data', body);
    whole.emit('end');
  });
});

/** DynamoDB answers 400, whatever the error. */
function refuse(res: ServerResponse, error: unknown): void {
  const { code, message } = error instanceof WireError ? error : new WireError('InternalServerError', String(error));
  const prefix = code === 'AccessDeniedException' ? 'com.amazon.coral.service#' : 'com.amazonaws.dynamodb.v20120810#';
  res.writeHead(400, { 'content-type': 'application/x-amz-json-1.0' });
  res.end(JSON.stringify({ __type: `${prefix}${code}`, message }));
}

function enforce(permissions: Permissions): void {
  const authorize = createAuthorizer(permissions);
  check = ({ headers }, body) => authorizeDynamo(authorize, permissions.tableArnPrefix, headers, body);
  parentPort?.postMessage({ enforcing: true });
}

process.on('uncaughtException', (error) => {
  parentPort?.postMessage({ error: error.message });
  process.exit(1);
});

server.listen(0, '127.0.0.1', () => parentPort?.postMessage({ port: (server.address() as AddressInfo).port }));

parentPort?.on('message', (message: 'stop' | Permissions) => {
  if (message !== 'stop') return enforce(message);
  server.close(() => process.exit(0));
  server.closeIdleConnections();
});
