import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { Answer, Event } from './event.ts';
import { exchange } from './http.ts';
import { freePort, type ServerProcess, startProcess } from './process.ts';
import { clock } from './senders.ts';

const ROOT = join(import.meta.dirname, '..', '..');
const READY = 'InResponse is listening on ';
const API_KEY = 'k'.repeat(40);
const WEEK_S = 604_800;
/** A little longer than `count-calls.ts` keeps its numbers to itself. */
const CALLS_SHOW_AFTER_MS = 1_500;
export const ONCALL = 'ada@example.org';
export const ESCALATION = 'grace@example.org';

/** A service whose second page never falls due in a run, and one whose does. */
export const SERVICES = { quiet: 'quiet', escalating: 'escalating' } as const;
export const ESCALATES_AFTER_S = 10;

/** Requests per second and at once. */
export interface Throttle {
  readonly rate: number;
  readonly burst: number;
}

/** Far above any rate seen: what is measured is the service, not its throttle. */
export const UNTHROTTLED: Throttle = { rate: 100_000, burst: 100_000 };
/** What a deployment has unless it says otherwise (`lib/deployment-config.ts`). */
export const DEFAULT_THROTTLE: Throttle = { rate: 50, burst: 100 };

export interface InResponse {
  readonly url: string;
  /** PUT /incidents. Rejects when no answer comes. */
  send(service: string): (event: Event) => Promise<Answer>;
  /** GET, as JSON; again for as long as it is throttled. Throws unless it is answered with 200 then. */
  read(path: string): Promise<unknown>;
  /** AWS calls by operation, until now since the first start, but for the last second before a kill. */
  calls(): Promise<Readonly<Record<string, number>>>;
  /** Lines that it logged as errors, and how often: a measure of what went wrong inside. */
  readonly errors: ReadonlyMap<string, number>;
  /** `kill -9`. */
  kill(): Promise<void>;
  /** Starts it again on the same data and port; resolves with the milliseconds until it listens. */
  restart(): Promise<number>;
  stop(): Promise<void>;
}

/** The local runtime in a process of its own, as `npm start` starts it, its data in `directory`. */
export async function startInResponse(directory: string, throttle: Throttle = UNTHROTTLED): Promise<InResponse> {
  const callsDirectory = join(directory, 'calls');
  await mkdir(callsDirectory, { recursive: true });
  const configFile = join(directory, 'config.yaml');
  // YAML is a superset of JSON.
  await writeFile(configFile, JSON.stringify(configuration(throttle)));
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const errors = new Map<string, number>();

  async function start(): Promise<[ServerProcess, number]> {
    const at = clock();
    const preload = join(import.meta.dirname, 'count-calls.ts');
    const args = ['--import', preload, join(ROOT, 'local', 'start.ts'), '--port', String(port)];
    const started = startProcess(
      process.execPath,
      [...args, '--config', configFile, '--data', join(directory, 'data')],
      { INRESPONSE_API_KEY: API_KEY, INRESPONSE_BENCH_CALLS: callsDirectory },
      (line) => countError(errors, line),
    );
    await started.untilLine(READY);
    return [started, clock() - at];
  }

  let [server] = await start();
  const headers = { 'x-api-key': API_KEY };
  return {
    url,
    errors,
    send: (service) => async (event) => {
      const { status, text } = await exchange('PUT', `${url}/incidents`, headers, incident(service, event));
      return status < 300 ? { status, incidentId: Number(JSON.parse(text).incidentId) } : { status };
    },
    async read(path) {
      let answer = await exchange('GET', `${url}${path}`, headers);
      while (answer.status === 429) {
        await pause(1_000);
        answer = await exchange('GET', `${url}${path}`, headers);
      }
      const { status, text } = answer;
      if (status !== 200) throw new Error(`GET ${path}: ${status} ${text}`);
      return JSON.parse(text);
    },
    async calls() {
      await pause(CALLS_SHOW_AFTER_MS);
      const sum: Record<string, number> = {};
      for (const file of await readdir(callsDirectory)) {
        const counted: Record<string, number> = JSON.parse(await readFile(join(callsDirectory, file), 'utf8'));
        for (const [operation, count] of Object.entries(counted)) sum[operation] = (sum[operation] ?? 0) + count;
      }
      return sum;
    },
    kill: () => server.kill(),
    async restart() {
      const [started, took] = await start();
      server = started;
      return took;
    },
    stop: () => server.stop(),
  };
}

function configuration({ rate, burst }: Throttle) {
  const service = (id: string, escalateAfterSeconds: number) => ({ id, team: 'core', escalateAfterSeconds });
  return {
    deployment: {
      senderEmail: 'pager@example.org',
      fallbackEmail: 'fallback@example.org',
      apiRate: rate,
      apiBurst: burst,
    },
    teams: [{ id: 'core', calendar: [{ day: 'default', oncall: ONCALL, escalation: ESCALATION }] }],
    services: [service(SERVICES.quiet, WEEK_S), service(SERVICES.escalating, ESCALATES_AFTER_S)],
  };
}

function incident(service: string, { id, key }: Event) {
  return {
    service,
    severity: 'CRIT',
    title: '5xx error rate above 5% in payment service',
    message: 'The rate has been above 5% for five minutes.',
    source: 'bench',
    dedupKey: key,
    details: { event: id },
  };
}

/** Numbers and identifiers left out, so that the same fault is counted as one. */
function countError(errors: Map<string, number>, line: string): void {
  const [, rest] = /^\S+ (?:ERROR|WARN) +(.*)$/.exec(line) ?? [];
  if (rest === undefined) return;
  const kind = rest
    .replace(/[0-9a-f]{8}-[0-9a-f-]{27}/g, '…')
    .replace(/\d+(?= ms)|\d{5,}/g, 'N')
    .replace(/\s+/g, ' ')
    .slice(0, 160);
  errors.set(kind, (errors.get(kind) ?? 0) + 1);
}
