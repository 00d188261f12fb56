import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { parentPort } from 'node:worker_threads';
import { clock } from './senders.ts';

/*
 * Takes Alertmanager's webhooks in a thread of its own, so that they do not wait for the senders. Says the port that it listens on; asked for
 * anything, it says what has come since the last time.
 */
interface Notification {
  readonly alerts: readonly { readonly status: string; readonly labels: { readonly alertname: string } }[];
}

let told: { key: string; at: number }[] = [];

const server = createServer(async (req, res) => {
  const chunks: Buffer[] = [];
  for await (const chunk of req) chunks.push(chunk);
  const at = clock();
  const { alerts }: Notification = JSON.parse(Buffer.concat(chunks).toString());
  for (const { status, labels } of alerts) if (status === 'firing') told.push({ key: labels.alertname, at });
  res.end();
});
server.keepAliveTimeout = 75_000;
server.listen(0, '127.0.0.1', () => parentPort?.postMessage((server.address() as AddressInfo).port));
parentPort?.on('message', () => {
  parentPort?.postMessage(told);
  told = [];
});
