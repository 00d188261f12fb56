import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { Agent, request } from 'node:http';
import { availableParallelism, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { type Local, startLocal } from '../local/runtime.ts';
import { spread } from './statistics.ts';

/**
 * Prints how long PUT /incidents takes to be answered, and to become a mail, on the local runtime (its inbox, in memory, synthesized
 * from the real stack, in this process). Requests start when their turn comes, whether or not earlier ones were answered, and time is
 * counted from the turn: a stall shows. `node bench/latency.ts [--rate 20] [--seconds 30] [--dedup]`; `--dedup` sends one event again
 * and again, which is one incident and one mail.
 */
const WARM_UP_SECONDS = 10;
const MAIL_PATIENCE_MS = 30_000;
const BUDGET = 'budget at 20 a second: p50 60 ms, p99 250 ms';

const { values } = parseArgs({
  options: {
    rate: { type: 'string', default: '20' },
    seconds: { type: 'string', default: '30' },
    dedup: { type: 'boolean', default: false },
  },
});
const rate = Number(values.rate);
const seconds = Number(values.seconds);
if (!(rate > 0) || !(seconds > 0)) throw new Error('--rate and --seconds must be positive numbers');

const CONFIG = {
  // Far above any rate asked for: what is measured is the service, not its throttle.
  deployment: {
    senderEmail: 'pager@example.org',
    fallbackEmail: 'fallback@example.org',
    apiRate: 100_000,
    apiBurst: 100_000,
  },
  teams: [{ id: 'core', calendar: [{ day: 'default', oncall: 'ada@example.org', escalation: 'grace@example.org' }] }],
  services: [{ id: 'checkout', team: 'core' }],
};

/** One PUT; instants in epoch milliseconds. */
interface Sent {
  readonly turnAt: number;
  readonly answeredAt: number;
  readonly status: number;
  readonly incidentId: number | undefined;
}

const agent = new Agent({ keepAlive: true });

function put({ url, apiKey }: Local, turnAt: number): Promise<Sent> {
  const incident = {
    service: 'checkout',
    severity: 'CRIT',
    title: '5xx error rate above 5% in payment service',
    message: 'The rate has been above 5% for five minutes.',
    ...(values.dedup ? { dedupKey: 'storm' } : {}),
  };
  const headers = { 'content-type': 'application/json', 'x-api-key': apiKey };
  return new Promise((resolve, reject) => {
    const req = request(`${url}/incidents`, { method: 'PUT', agent, headers }, (res) => {
      let text = '';
      res.setEncoding('utf8').on('data', (chunk) => (text += chunk));
      res.on('end', () => {
        const status = res.statusCode ?? 0;
        const incidentId = status < 300 ? Number(JSON.parse(text).incidentId) : undefined;
        resolve({ turnAt, answeredAt: Date.now(), status, incidentId });
      });
    });
    req.on('error', reject).end(JSON.stringify(incident));
  });
}

/** Sends at the rate for so long; resolves when all are answered. */
async function drive(local: Local, forSeconds: number): Promise<Sent[]> {
  const begin = Date.now();
  const under: Promise<Sent>[] = [];
  for (let turn = 0; turn < rate * forSeconds; ) {
    const due = begin + (turn * 1_000) / rate;
    const early = due - Date.now();
    if (early > 0) await new Promise((resolve) => setTimeout(resolve, early));
    else await new Promise(setImmediate);
    for (; turn < rate * forSeconds && begin + (turn * 1_000) / rate <= Date.now(); turn += 1) {
      under.push(put(local, begin + (turn * 1_000) / rate));
    }
  }
  return Promise.all(under);
}

/** When the first mail about each incident was taken. */
function mailedAt(local: Local): Map<number, number> {
  const times = new Map<number, number>();
  for (const { tags, sentAt } of local.inbox()) {
    const incidentId = Number(tags.incidentId);
    if (!times.has(incidentId)) times.set(incidentId, Date.parse(sentAt));
  }
  return times;
}

function report(local: Local, sent: readonly Sent[]): void {
  const ok = sent.filter(({ status }) => status < 300);
  const lasted = (Math.max(...sent.map((s) => s.answeredAt)) - Math.min(...sent.map((s) => s.turnAt))) / 1_000;
  const load = loadavg().map((average) => average.toFixed(1));
  console.log(
    `${rate} a second for ${seconds} s${values.dedup ? ', all of one dedup key' : ''}; load ${load.join(' ')}, ${availableParallelism()} cores`,
  );
  console.log(`  accepted ${ok.length} of ${sent.length}, ${(ok.length / lasted).toFixed(0)} a second`);
  console.log(`  PUT to its answer: ${spread(ok.map(({ turnAt, answeredAt }) => answeredAt - turnAt))}`);
  if (values.dedup) return;
  const mails = mailedAt(local);
  const delays = ok.flatMap(({ turnAt, incidentId = 0 }) => (mails.get(incidentId) ?? Number.NaN) - turnAt);
  const arrived = delays.filter((delay) => !Number.isNaN(delay));
  console.log(
    `  PUT to its mail:   ${spread(arrived)} (${BUDGET})${arrived.length < ok.length ? `; ${ok.length - arrived.length} NOT MAILED` : ''}`,
  );
}

const directory = await mkdtemp(join(tmpdir(), 'inresponse-bench-'));
try {
  const configFile = join(directory, 'config.yaml');
  await writeFile(configFile, JSON.stringify(CONFIG));
  const local = await startLocal({ configFile });
  await drive(local, WARM_UP_SECONDS);
  const sent = await drive(local, seconds);
  const patience = Date.now() + MAIL_PATIENCE_MS;
  const all = () => {
    const mails = mailedAt(local);
    return sent.every(({ incidentId }) => incidentId === undefined || mails.has(incidentId));
  };
  while (!all() && Date.now() < patience) await new Promise((resolve) => setTimeout(resolve, 100));
  report(local, sent);
  agent.destroy();
  await local.stop();
} finally {
  await rm(directory, { recursive: true, force: true });
}
