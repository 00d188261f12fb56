import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { expect, it } from '@jest/globals';
import { freePort, type ServerProcess, startProcess } from '../../bench/load/process.ts';
import type { Mail } from '../../local/inbox.ts';
import { randomFrom } from './plan.ts';
import { AFTER_ACKNOWLEDGEMENT_MS } from './promise.ts';

/*
 * The real thing: `npm start --data`, ended by `kill -9` at random moments while senders send and people acknowledge, and started again on
 * the same data. In real time, for there is a real process: KILLS (8) times, from FAULT_SEED.
 */
const { KILLS = '8', FAULT_SEED = '1' } = process.env;
const KEY = 'k'.repeat(20);
const SENDERS = 4;
const LONGEST_LIFE_MS = 2_500;
/** The lease of a page, the reconciler's patience and period, and a run of it. */
const REST_MS = 200_000;
const ESCALATE_AFTER_SECONDS = 5;

const CONFIG = {
  deployment: { senderEmail: 'pager@example.org', fallbackEmail: 'b@example.org', apiRate: 100_000, apiBurst: 100_000 },
  teams: [{ id: 'core', calendar: [{ day: 'default', oncall: 'ada@example.org', escalation: 'grace@example.org' }] }],
  services: [{ id: 'checkout', team: 'core', escalateAfterSeconds: ESCALATE_AFTER_SECONDS }],
};

interface Accepted {
  readonly incidentId: number;
  readonly dedupKey: string;
  /** When the acknowledgement was answered, if there was one. */
  readonly acknowledgedAt?: number;
}

it('kill -9 at any moment, and every accepted incident still pages exactly the right people', async () => {
  const random = randomFrom(Number(FAULT_SEED));
  const directory = await mkdtemp(join(tmpdir(), 'inresponse-kill-'));
  const config = join(directory, 'config.json');
  await writeFile(config, JSON.stringify(CONFIG));
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const args = ['local/start.ts', '--port', String(port), '--config', config, '--data', join(directory, 'data')];
  const launch = async (): Promise<ServerProcess> => {
    const server = startProcess(process.execPath, args, { INRESPONSE_API_KEY: KEY });
    await server.untilLine('InResponse is listening');
    return server;
  };

  /** Asks until there is an answer that is not the failure of a server, or of the way to it. */
  async function ask(method: string, path: string, body?: object): Promise<Record<string, unknown>> {
    for (;;) {
      const init = { method, headers: { 'x-api-key': KEY }, ...(body ? { body: JSON.stringify(body) } : {}) };
      const response = await fetch(`${url}${path}`, init).catch(() => undefined);
      const json = response && (await response.json().catch(() => undefined));
      if (response && json && response.status < 500) {
        expect(`${method} ${path} ${response.status}`).toMatch(/ 20[01]$/);
        return json as Record<string, unknown>;
      }
      await pause(50);
    }
  }

  const accepted: Accepted[] = [];
  let sending = true;
  let serial = 0;
  async function send(): Promise<void> {
    while (sending) {
      const dedupKey = `event ${serial++}`;
      const facts = { service: 'checkout', severity: 'CRIT', title: 'Disk full', message: 'full', dedupKey };
      const incidentId = Number((await ask('PUT', '/incidents', facts)).incidentId);
      if (random() < 0.5) accepted.push({ incidentId, dedupKey });
      else {
        await ask('POST', `/incidents/${incidentId}`, { state: 'CLAIMED', by: 'ada@example.org' });
        accepted.push({ incidentId, dedupKey, acknowledgedAt: Date.now() });
      }
    }
  }

  let server = await launch();
  try {
    const senders = Array.from({ length: SENDERS }, send);
    for (let kill = 0; kill < Number(KILLS); kill++) {
      await pause(random() * LONGEST_LIFE_MS);
      await server.kill();
      server = await launch();
    }
    sending = false;
    await Promise.all(senders);

    const inbox = async () => (await (await fetch(`${url}/_local/inbox`)).json()) as Mail[];
    const idOf = ({ tags }: Mail) => Number(tags.incidentId);
    const unpaged = (mails: readonly Mail[]): string[] => {
      const paged = new Set(mails.map((mail) => `${idOf(mail)} ${mail.to[0]}`));
      return accepted.flatMap(({ incidentId, acknowledgedAt }) =>
        // Who acknowledged before the page left has seen to it that there is none.
        acknowledgedAt === undefined
          ? ['ada@example.org', 'grace@example.org'].map((who) => `${incidentId} ${who}`).filter((p) => !paged.has(p))
          : [],
      );
    };
    const limit = Date.now() + REST_MS;
    let mails = await inbox();
    for (; unpaged(mails).length > 0 && Date.now() < limit; mails = await inbox()) await pause(1_000);

    expect(unpaged(mails)).toEqual([]);
    expect(new Set(accepted.map(({ incidentId }) => incidentId)).size).toBe(accepted.length);
    const pages = new Map<string, number>();
    for (const mail of mails)
      pages.set(`${idOf(mail)} ${mail.to[0]}`, (pages.get(`${idOf(mail)} ${mail.to[0]}`) ?? 0) + 1);
    const often = [...pages].filter(([, times]) => times > 2);
    const twice = [...pages].filter(([, times]) => times === 2);
    expect(often).toEqual([]);
    // Each kill catches only what was under way.
    expect(twice.length).toBeLessThanOrEqual(Number(KILLS) * 10);
    const late = accepted.flatMap(({ incidentId, acknowledgedAt = Number.POSITIVE_INFINITY }) =>
      mails.filter(
        (mail) => idOf(mail) === incidentId && Date.parse(mail.sentAt) > acknowledgedAt + AFTER_ACKNOWLEDGEMENT_MS,
      ),
    );
    expect(late).toEqual([]);
    console.log(
      `${KILLS} kills (seed ${FAULT_SEED}): ${accepted.length} incidents accepted, ${mails.length} mails, ${twice.length} pages twice, none lost`,
    );
  } finally {
    sending = false;
    await server.kill();
    await rm(directory, { recursive: true, force: true });
  }
}, 900_000);
