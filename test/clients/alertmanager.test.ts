import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Incident } from '../../core/incident.ts';
import { ingest } from '../../lambda/http/ingest.ts';
import { type IngestServer, serveIngest } from '../support/ingest-server.ts';
import { useIngestStage } from '../support/ingest-stage.ts';

const BINARY = ['prometheus-alertmanager', 'alertmanager'].find((name) => spawnSync(name, ['--version']).status === 0);
if (BINARY === undefined) {
  process.stderr.write(
    'SKIPPED test/clients/alertmanager: no Alertmanager on PATH (apt-get install prometheus-alertmanager)\n',
  );
}

const use = useIngestStage({ opsgenie: true });
const suite = BINARY === undefined ? describe.skip : describe;

suite('Prometheus Alertmanager', () => {
  let server: IngestServer;
  let alertmanager: ChildProcess;
  let url = '';
  let directory = '';
  /** What the server answers instead, while it is set. */
  let fault: ((path: string) => number | undefined) | undefined;
  const pagerduty = 'b'.repeat(32);
  const webhook = 'c'.repeat(32);
  const opsgenie = [8, 4, 4, 4, 12].map((length) => 'd'.repeat(length)).join('-');

  beforeAll(async () => {
    use().now = Date.now();
    await use().key({ name: 'by PagerDuty' }, pagerduty);
    await use().key({ name: 'by webhook', kind: 'alertmanager' }, webhook);
    await use().key({ name: 'by Opsgenie', kind: 'opsgenie', scopes: ['events', 'read', 'write'] }, opsgenie);
    server = await serveIngest(async (request) => {
      const status = fault?.(request.path);
      if (status !== undefined) return { status, headers: { 'Retry-After': '1' }, body: '{"message":"not now"}' };
      return ingest(use().deps, request);
    });
    directory = await mkdtemp(join(tmpdir(), 'alertmanager-'));
    const file = join(directory, 'config.json');
    // YAML is a superset of JSON.
    await writeFile(file, JSON.stringify(configuration(server.url)));
    const port = await freePort();
    url = `http://127.0.0.1:${port}`;
    const options = [
      `--config.file=${file}`,
      `--storage.path=${directory}`,
      `--web.listen-address=127.0.0.1:${port}`,
      '--cluster.listen-address=',
    ];
    alertmanager = spawn(BINARY ?? '', options, { stdio: 'ignore' });
    await until(() =>
      fetch(`${url}/-/ready`).then(
        (response) => response.ok,
        () => false,
      ),
    );
  }, 30_000);
  afterAll(async () => {
    if (alertmanager.exitCode === null) {
      alertmanager.kill();
      await once(alertmanager, 'exit');
    }
    await server.stop();
    await rm(directory, { recursive: true, force: true });
  });

  const configuration = (to: string) => ({
    global: { pagerduty_url: `${to}/team-a/v2/enqueue`, resolve_timeout: '1s' },
    route: {
      receiver: 'all',
      group_by: ['alertname'],
      group_wait: '100ms',
      group_interval: '1s',
      repeat_interval: '2s',
    },
    receivers: [
      {
        name: 'all',
        pagerduty_configs: [
          {
            routing_key: pagerduty,
            description: '{{ .CommonAnnotations.summary }}',
            severity: '{{ .CommonLabels.severity }}',
            links: [{ href: '{{ .CommonAnnotations.runbook_url }}', text: 'Runbook' }],
          },
        ],
        opsgenie_configs: [
          {
            api_url: `${to}/og/`,
            api_key: opsgenie,
            message: '{{ .CommonAnnotations.summary }}',
            description: '{{ .CommonAnnotations.summary }}',
            priority: 'P1',
            details: { runbook_url: '{{ .CommonAnnotations.runbook_url }}' },
            update_alerts: true,
          },
        ],
        webhook_configs: [{ url: `${to}/alertmanager/${webhook}`, send_resolved: true }],
      },
    ],
  });

  async function post(name: string, over = false, summary = `${name} on db-1`): Promise<void> {
    const alert = {
      labels: { alertname: name, severity: 'critical', instance: 'db-1' },
      annotations: { summary, runbook_url: 'https://run.example.com/disk' },
      startsAt: new Date(Date.now() - 60_000).toISOString(),
      endsAt: new Date(Date.now() + (over ? -1_000 : 600_000)).toISOString(),
    };
    const body = JSON.stringify([alert]);
    const response = await fetch(`${url}/api/v2/alerts`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body,
    });
    expect(response.status).toBe(200);
  }

  const about = async (name: string): Promise<Incident[]> =>
    (await use().incidents()).filter(({ title }) => title === `${name} on db-1`);
  const all = (name: string, holds: (incident: Incident) => boolean) =>
    until(async () => {
      const found = await about(name);
      return found.length === 3 && found.every(holds);
    });

  it('fires by PagerDuty, by Opsgenie and by webhook, repeats, and resolves', async () => {
    await post('DiskFull');
    await all('DiskFull', ({ state }) => state === 'OPEN');
    expect(await about('DiskFull')).toMatchObject([1, 2, 3].map(() => ({ severity: 'CRIT', service: 'checkout' })));
    for (const { links } of await about('DiskFull')) {
      expect(links).toContainEqual({ href: 'https://run.example.com/disk', text: 'Runbook' });
    }
    await all('DiskFull', ({ count }) => count > 1);
    await post('DiskFull', true);
    await all('DiskFull', ({ state }) => state === 'RESOLVED');
    for (const end of [/\/message$/, /\/description$/, /\/close$/]) {
      const replies = () =>
        server.exchanges.filter(({ request: { path } }) => path.startsWith('/og/') && end.test(path));
      // The transcript is written after the incident.
      await until(async () => replies().length > 0);
      for (const { reply } of replies()) expect(reply.status).toBe(202);
    }
    expect(server.exchanges.map(({ reply }) => reply.status)).toEqual(expect.not.arrayContaining([400, 404, 500]));
  }, 30_000);

  it('carries a changed annotation into the open Opsgenie alert, opens nothing new, and resolves all three', async () => {
    const changed = 'Growing on db-1, and on db-2 as well';
    const growing = async () => (await use().incidents()).filter(({ title }) => title.startsWith('Growing on db-1'));
    await post('Growing');
    await all('Growing', ({ state }) => state === 'OPEN');
    await post('Growing', false, changed);
    await until(async () => (await growing()).some(({ title }) => title === changed));
    expect(await growing()).toHaveLength(3);
    await post('Growing', true, changed);
    await until(async () => (await growing()).every(({ state }) => state === 'RESOLVED'));
  }, 30_000);

  it.each([
    ['429', 'v2/enqueue', 429],
    ['503', 'v2/enqueue', 503],
    ['429', 'og/v2/alerts', 429],
    ['503', 'og/v2/alerts', 503],
    ['503', 'alertmanager', 503],
  ])(
    'sends again after a %s on %s',
    async (_what, where, status) => {
      const name = `Retry${status}${where.replace(/\W/g, '')}`;
      let refused = 0;
      fault = (path) => (path.includes(where) && refused++ < 2 ? status : undefined);
      await post(name);
      await all(name, ({ state }) => state === 'OPEN');
      expect(refused).toBeGreaterThan(2);
      fault = undefined;
      await post(name, true);
      await all(name, ({ state }) => state === 'RESOLVED');
    },
    30_000,
  );
});

async function until(holds: () => Promise<boolean>): Promise<void> {
  const last = Date.now() + 20_000;
  while (!(await holds())) {
    if (Date.now() > last) throw new Error('waited for 20 s in vain');
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const address = probe.address();
  await new Promise((resolve) => probe.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('there is no free port');
  return address.port;
}
