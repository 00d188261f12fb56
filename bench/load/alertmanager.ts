import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { type Answer, acceptance, type Event, type Sent } from './event.ts';
import { exchange } from './http.ts';
import { freePort, startProcess } from './process.ts';
import { clock } from './senders.ts';
import type { Findings } from './verify.ts';

export const ALERTMANAGER = ['prometheus-alertmanager', 'alertmanager'].find(
  (name) => spawnSync(name, ['--version']).status === 0,
);

/** `alertmanager, version 0.25.0`; empty when it is not installed. */
export function alertmanagerVersion(): string {
  if (ALERTMANAGER === undefined) return '';
  const { stdout, stderr } = spawnSync(ALERTMANAGER, ['--version'], { encoding: 'utf8' });
  return /version (\S+)/.exec(`${stdout}${stderr}`)?.[1] ?? '';
}

export interface Alertmanager {
  /** POST /api/v2/alerts with one alert. Rejects when no answer comes. */
  readonly send: (event: Event) => Promise<Answer>;
  /** Waits until every accepted alert has been notified, or for a long time none has; then compares. Other alerts are passed over. */
  verify(sent: readonly Sent[]): Promise<Findings>;
  /** Names of the alerts that it knows now. */
  known(): Promise<ReadonlySet<string>>;
  /** `kill -9`. */
  kill(): Promise<void>;
  /** Starts it again on the same data and port; resolves with the milliseconds until it is ready. */
  restart(): Promise<number>;
  stop(): Promise<void>;
}

const LOOK_EVERY_MS = 200;
/** Beyond the group wait. Without one it notifies within milliseconds; this is for when it is far behind. */
const PATIENCE_MS = 15_000;

/** Alertmanager by itself (no cluster), its data in `directory`; each alert is a group of its own, and resolves a day later. */
export async function startAlertmanager(directory: string, groupWaitSeconds: number): Promise<Alertmanager> {
  if (ALERTMANAGER === undefined) throw new Error('Alertmanager is not installed');
  const binary = ALERTMANAGER;
  await mkdir(directory, { recursive: true });
  const receiver = new Worker(new URL('./webhook-worker.ts', import.meta.url));
  const [webhookPort] = (await once(receiver, 'message')) as [number];
  const configFile = join(directory, 'config.json');
  // YAML is a superset of JSON.
  await writeFile(configFile, JSON.stringify(configuration(webhookPort, groupWaitSeconds)));
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const args = [
    `--config.file=${configFile}`,
    `--storage.path=${join(directory, 'data')}`,
    `--web.listen-address=127.0.0.1:${port}`,
    '--cluster.listen-address=',
    '--log.level=warn',
  ];
  const told = new Map<string, number[]>();

  async function start() {
    const at = clock();
    const started = startProcess(binary, args);
    const ready = async () => {
      while (
        !(await exchange('GET', `${url}/-/ready`).then(
          ({ status }) => status === 200,
          () => false,
        ))
      )
        await pause(10);
    };
    await Promise.race([ready(), started.ended]);
    return [started, clock() - at] as const;
  }

  async function collect(): Promise<void> {
    receiver.postMessage('what has come?');
    const [news] = (await once(receiver, 'message')) as [{ key: string; at: number }[]];
    for (const { key, at } of news) told.set(key, [...(told.get(key) ?? []), at]);
  }

  let [server] = await start();
  return {
    async send({ key }) {
      const labels = { alertname: key, severity: 'critical', instance: 'db-1', service: 'checkout' };
      const annotations = { summary: '5xx error rate above 5% in payment service' };
      const { status } = await exchange('POST', `${url}/api/v2/alerts`, {}, [{ labels, annotations }]);
      return { status };
    },
    async verify(sent) {
      const accepted = new Set(sent.filter(acceptance).map(({ event }) => event.key));
      const patience = PATIENCE_MS + groupWaitSeconds * 1_000;
      for (let seen = -1, lastProgress = clock(); clock() - lastProgress < patience; await pause(LOOK_EVERY_MS)) {
        await collect();
        if ([...accepted].every((key) => told.has(key))) break;
        if (told.size > seen) lastProgress = clock();
        seen = told.size;
      }
      return compare(sent, accepted, told);
    },
    async known() {
      const { text } = await exchange('GET', `${url}/api/v2/alerts`);
      const alerts: { labels: { alertname: string } }[] = JSON.parse(text);
      return new Set(alerts.map(({ labels }) => labels.alertname));
    },
    kill: () => server.kill(),
    async restart() {
      const [started, took] = await start();
      server = started;
      return took;
    },
    async stop() {
      await server.stop();
      await receiver.terminate();
    },
  };
}

function configuration(webhookPort: number, groupWaitSeconds: number) {
  return {
    global: { resolve_timeout: '24h' },
    route: {
      receiver: 'bench',
      group_by: ['...'],
      group_wait: `${groupWaitSeconds}s`,
      group_interval: '5m',
      repeat_interval: '4h',
    },
    receivers: [
      { name: 'bench', webhook_configs: [{ url: `http://127.0.0.1:${webhookPort}/`, send_resolved: false }] },
    ],
  };
}

/** It counts nothing and numbers nothing, so there is less to compare: what was notified, and how often. */
function compare(
  sent: readonly Sent[],
  accepted: ReadonlySet<string>,
  told: ReadonlyMap<string, readonly number[]>,
): Findings {
  const firstDue = new Map<string, number>();
  for (const { event, dueAt } of sent) {
    firstDue.set(event.key, Math.min(dueAt, firstDue.get(event.key) ?? Number.POSITIVE_INFINITY));
  }
  const all = [...told].filter(([key]) => firstDue.has(key));
  return {
    things: all.length,
    lost: [...accepted].filter((key) => !told.has(key)),
    twice: all.filter(([, at]) => at.length > 1).map(([key, at]) => ({ key, at })),
    faults: [],
    duplicates: 0,
    pageDelays: new Map(all.map(([key, [at = Number.NaN]]) => [key, at - (firstDue.get(key) ?? Number.NaN)])),
  };
}
