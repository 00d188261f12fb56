import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { Agent, request } from 'node:http';
import { availableParallelism, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { type Local, startLocal } from '../local/runtime.ts';
import { spread } from './statistics.ts';

/**
 * Prints how many PagerDuty v2 triggers a second the local runtime takes in, and how long each waits for its 202, with 1, 16 and 64
 * senders that each wait for an answer before they send again: distinct dedup keys (each a new incident, which is paged), then one and
 * the same. Data on disk; everything, senders included, in this process. `node bench/ingest.ts [--seconds 10]`.
 */
const SENDERS = [1, 16, 64];
const WARM_UP_EVENTS = 100;

const { values } = parseArgs({ options: { seconds: { type: 'string', default: '10' } } });
const seconds = Number(values.seconds);
if (!(seconds > 0)) throw new Error('--seconds must be a positive number');

const CONFIG = {
  // Far above what is measured: the service, not its throttle.
  deployment: { senderEmail: 'pager@example.org', fallbackEmail: 'b@example.org', apiRate: 100_000, apiBurst: 100_000 },
  teams: [{ id: 'core', calendar: [{ day: 'default', oncall: 'ada@example.org', escalation: 'grace@example.org' }] }],
  services: [{ id: 'checkout', team: 'core' }],
};

const agent = new Agent({ keepAlive: true });

function post(
  url: string,
  body: unknown,
  headers: Record<string, string> = {},
): Promise<[status: number, text: string]> {
  return new Promise((resolve, reject) => {
    const req = request(url, { method: 'POST', agent, headers }, (res) => {
      let text = '';
      res.setEncoding('utf8').on('data', (chunk) => (text += chunk));
      res.on('end', () => resolve([res.statusCode ?? 0, text]));
    });
    req.on('error', reject).end(JSON.stringify(body));
  });
}

async function issueKey({ url, apiKey }: Local): Promise<string> {
  const wanted = { name: 'bench', kind: 'pagerduty', service: 'checkout', ratePerMinute: 60_000 };
  const [status, text] = await post(`${url}/integrations`, wanted, { 'x-api-key': apiKey });
  if (status !== 201) throw new Error(`no key: ${status} ${text}`);
  return (JSON.parse(text) as { key: string }).key;
}

let serial = 0;

/** One trigger; milliseconds until its answer, NaN when that was no 202. */
async function trigger(local: Local, key: string, dedupKey?: string): Promise<number> {
  const payload = {
    summary: 'Disk of db-1 is full',
    source: 'db-1',
    severity: 'critical',
    custom_details: { free: 0 },
  };
  const event = { routing_key: key, event_action: 'trigger', dedup_key: dedupKey ?? `event ${serial++}`, payload };
  const at = performance.now();
  const [status] = await post(`${local.url}/v2/enqueue`, event);
  return status === 202 ? performance.now() - at : Number.NaN;
}

async function measure(local: Local, senders: number, dedupKey?: string): Promise<void> {
  const key = await issueKey(local);
  const waits: number[] = [];
  const begin = performance.now();
  const end = begin + seconds * 1_000;
  await Promise.all(
    Array.from({ length: senders }, async () => {
      while (performance.now() < end) waits.push(await trigger(local, key, dedupKey));
    }),
  );
  const lasted = (performance.now() - begin) / 1_000;
  const taken = waits.filter((wait) => !Number.isNaN(wait));
  const refused = waits.length - taken.length;
  const what = `${dedupKey === undefined ? 'distinct' : 'same key'}, ${senders} senders`;
  const rest = refused === 0 ? '' : `; ${refused} REFUSED`;
  console.log(
    `  ${what.padEnd(22)} ${(taken.length / lasted).toFixed(0).padStart(5)} a second, ${spread(taken)}${rest}`,
  );
}

const directory = await mkdtemp(join(tmpdir(), 'inresponse-bench-'));
try {
  const configFile = join(directory, 'config.yaml');
  await writeFile(configFile, JSON.stringify(CONFIG));
  console.log(`PagerDuty v2 triggers for ${seconds} s each; ${availableParallelism()} cores`);
  for (const dedupKey of [undefined, 'storm']) {
    for (const senders of SENDERS) {
      // A stack of its own for each: what one has raised is still being paged.
      const dataDir = join(directory, `${dedupKey ?? 'distinct'}-${senders}`);
      const local = await startLocal({ configFile, dataDir });
      const key = await issueKey(local);
      for (let i = 0; i < WARM_UP_EVENTS; i++) await trigger(local, key, 'warm-up');
      await measure(local, senders, dedupKey);
      await local.stop();
    }
  }
  console.log(
    `  load ${loadavg()
      .map((average) => average.toFixed(1))
      .join(' ')}`,
  );
  agent.destroy();
} finally {
  await rm(directory, { recursive: true, force: true });
}
