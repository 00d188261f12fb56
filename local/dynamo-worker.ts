import type { AddressInfo } from 'node:net';
import { parentPort, workerData } from 'node:worker_threads';
import dynalite from 'dynalite';

const KEEP_ALIVE_MS = 75_000;

const server = dynalite({ createTableMs: 0, updateTableMs: 0, deleteTableMs: 0, ...workerData });
server.keepAliveTimeout = KEEP_ALIVE_MS;

// dynalite throws when a client breaks off in the middle of a request; a function that is stopped at its time limit does that.
const [serve] = server.listeners('request');
server.removeAllListeners('request');
server.on('request', (req, res) => {
  serve?.call(server, req, res);
  req.removeAllListeners('error');
  req.on('error', () => undefined);
});

process.on('uncaughtException', (error) => {
  parentPort?.postMessage({ error: error.message });
  process.exit(1);
});

server.listen(0, '127.0.0.1', () => parentPort?.postMessage({ port: (server.address() as AddressInfo).port }));

parentPort?.on('message', () => {
  server.close(() => process.exit(0));
  server.closeIdleConnections();
});
