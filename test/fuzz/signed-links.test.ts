import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { DAY_MS } from '../../core/schedule/zone.ts';
import { type LinkSecret, signLink } from '../../lambda/http/link-token.ts';
import { ADA, type ApiAnswer, type Stage, startStage } from '../support/stage.ts';

const CONFIG = {
  users: [{ id: 'ada', name: 'Ada', email: ADA }],
  schedules: [
    {
      id: 'primary',
      timeZone: 'UTC',
      layers: [{ users: ['ada'], start: '2026-11-02T09:00', rotation: { unit: 'week' } }],
    },
  ],
  escalationPolicies: [{ id: 'p', rules: [{ targets: [{ schedule: 'primary' }], escalateAfterMinutes: 600 }] }],
  services: [{ id: 'checkout', escalationPolicy: 'p' }],
};
const WRITES = /^(PutItem|UpdateItem|DeleteItem|BatchWriteItem|TransactWriteItems|StartExecution|SendEmail)$/;

let stage: Stage;
let secrets: LinkSecret[];
/** The incident of this test, and the tokens of the mail about it. */
let number: number;
let view: string;
let ack: string;
let feed: string;

beforeAll(async () => {
  stage = await startStage({ config: CONFIG, reconciler: 'off' });
});
afterAll(() => stage?.stop());

const send = (method: string, path: string, body?: unknown) => stage.request({ method, path, body });

beforeEach(async () => {
  const mails = stage.mails.length;
  const body = { service: 'checkout', severity: 'CRIT', title: 'A very secret title', message: 'x' };
  number = Number((await send('PUT', '/incidents', body)).json.incidentId);
  const text = stage.mails[mails]?.text ?? '';
  const tokenOf = (kind: string) => new RegExp(`/${kind}/([\\w-]+)`).exec(text)?.[1] ?? '';
  [view, ack] = [tokenOf('i'), tokenOf('ack')];
  feed =
    String((await send('GET', '/schedules/primary/feed')).json.url)
      .split('/')
      .at(-1) ?? '';
  const { Config } = await stage.dump();
  const row = (
    Config as { configkey: { S: string }; secrets?: { L: { M: { id: { S: string }; secret: { S: string } } }[] } }[]
  ).find(({ secrets: kept }) => kept);
  secrets = (row?.secrets?.L ?? []).map(({ M }) => ({ id: M.id.S, secret: M.secret.S }));
});

/** Sends what must be refused: no write, a page or a text, and not a word about what the link might have opened. */
async function refused(method: string, path: string, ...statuses: number[]): Promise<ApiAnswer> {
  const before = stage.wire.calls.length;
  const answer = await send(method, path);
  expect({ path, statuses, status: statuses.includes(answer.status) ? statuses : answer.status }).toEqual({
    path,
    statuses,
    status: statuses,
  });
  expect(stage.wire.calls.slice(before).filter(({ operation }) => WRITES.test(operation))).toEqual([]);
  expect(answer.headers['content-type']).toMatch(path.startsWith('/ical/') ? /^text\/plain/ : /^text\/html/);
  expect(answer.headers['cache-control']).toBe('no-store');
  expect(answer.text).not.toMatch(/secret|ada@example|hmac|signature|HMAC|\bkey\b/i);
  // Nothing of the address comes back.
  const token = path.split('/').at(-1) ?? '';
  if (token.length > 12) expect(answer.text).not.toContain(token);
  return answer;
}

const setSecrets = (kept: readonly LinkSecret[]) =>
  stage.putRow('Config', {
    configkey: { S: 'linkSecrets' },
    secrets: { L: kept.map(({ id, secret }) => ({ M: { id: { S: id }, secret: { S: secret } } })) },
  });

const stateOf = async () => (await stage.incident(number)).state;

describe('a signed link', () => {
  it('is worth nothing with any of its characters changed', async () => {
    const routes = [
      ['POST', 'ack', ack],
      ['GET', 'i', view],
      ['GET', 'ical', feed],
    ] as const;
    for (const [method, kind, token] of routes) {
      for (let at = 0; at < token.length; at++) {
        const changed = token.slice(0, at) + (token[at] === 'A' ? 'B' : 'A') + token.slice(at + 1);
        await refused(method, `/${kind}/${changed}`, kind === 'ical' ? 404 : 403, 404);
      }
    }
    expect(await stateOf()).toBe('OPEN');
  });

  it('is worth nothing cut short, made longer, or written otherwise', async () => {
    for (let length = 1; length < ack.length; length += 3)
      await refused('POST', `/ack/${ack.slice(0, length)}`, 403, 404);
    for (const other of [
      `${ack}A`,
      `A${ack}`,
      `${ack}=`,
      `${ack}.`,
      `${ack}%00`,
      `%20${ack}`,
      `${ack}%0a`,
      ack.toLowerCase(),
      ack + ack,
    ]) {
      await refused('POST', `/ack/${other}`, 403, 404);
      await refused('GET', `/i/${other}`, 403, 404);
    }
    for (const other of [`${feed}A`, `${feed}=`, feed.slice(0, -1), feed.toUpperCase()])
      await refused('GET', `/ical/${other}`, 404);
    expect(await stateOf()).toBe('OPEN');
  });

  it('opens nothing but what it is for', async () => {
    await refused('POST', `/ack/${view}`, 403);
    await refused('GET', `/ack/${view}`, 403);
    await refused('GET', `/i/${ack}`, 403);
    for (const path of [`/ack/${feed}`, `/i/${feed}`]) await refused('GET', path, 403, 404);
    await refused('POST', `/ack/${feed}`, 403, 404);
    for (const token of [view, ack]) await refused('GET', `/ical/${token}`, 404);
    expect(await stateOf()).toBe('OPEN');
  });

  it('is not for another person or incident, under the signature that it has', async () => {
    const grant = {
      purpose: 'ack',
      incidentId: number,
      person: 'mallory@example.org',
      expiresAt: Date.now() + DAY_MS,
    } as const;
    const mac = Buffer.from(ack, 'base64url').subarray(-16);
    for (const other of [
      grant,
      { ...grant, person: ADA, incidentId: number - 1 },
      { ...grant, person: ADA, expiresAt: 2 ** 47 },
    ]) {
      const forged = Buffer.from(signLink(other, secrets), 'base64url');
      mac.copy(forged, forged.length - 16);
      await refused('POST', `/ack/${forged.toString('base64url')}`, 403);
    }
    expect(await stateOf()).toBe('OPEN');
  });

  it('tells a forger neither which incidents there are nor which secrets', async () => {
    const grant = { purpose: 'ack', incidentId: number, person: ADA, expiresAt: Date.now() + DAY_MS } as const;
    const [{ id = '' } = {}] = secrets;
    const guessed = 'g'.repeat(64);
    const forgeries = [
      signLink(grant, [{ id, secret: guessed }]),
      signLink(grant, [{ id: 'unknown', secret: guessed }]),
      signLink({ ...grant, incidentId: 99_999_999 }, [{ id, secret: guessed }]),
      signLink({ ...grant, expiresAt: 1 }, [{ id, secret: guessed }]),
      signLink({ ...grant, purpose: 'view' }, [{ id, secret: guessed }]),
    ];
    const told = new Set<string>();
    for (const forged of forgeries) {
      const { status, text } = await refused('POST', `/ack/${forged}`, 403);
      told.add(`${status} ${text}`);
    }
    expect(told.size).toBe(1);
  });
});

describe('a secret', () => {
  it('that is replaced still opens its links; one that is removed opens none', async () => {
    const next = { id: 'next', secret: 'n'.repeat(64) };
    await setSecrets([next, ...secrets]);
    expect((await send('GET', `/i/${view}`)).status).toBe(200);
    expect((await send('GET', `/ical/${feed}`)).status).toBe(200);
    await setSecrets([next]);
    await refused('GET', `/i/${view}`, 403);
    await refused('POST', `/ack/${ack}`, 403);
    await refused('GET', `/ical/${feed}`, 404);
    await setSecrets([]);
    await refused('POST', `/ack/${ack}`, 403);
    // One too short to be one, with the name of the old: as if there were none.
    await setSecrets([{ id: secrets[0]?.id ?? '', secret: 'short' }]);
    await refused('POST', `/ack/${ack}`, 403);
    await setSecrets(secrets);
    expect(await stateOf()).toBe('OPEN');
    expect((await send('POST', `/ack/${ack}`)).status).toBe(200);
  });
});

describe('a link that is used again', () => {
  it('acknowledges once; after that it says so and changes nothing', async () => {
    await send('POST', `/ack/${ack}`);
    const after = await stage.incident(number);
    expect(after).toMatchObject({ state: 'CLAIMED', claimedBy: ADA });
    for (let time = 0; time < 3; time++) {
      const { status, text } = await send('POST', `/ack/${ack}`);
      expect({ status, told: /Already acknowledged/.test(text) }).toEqual({ status: 200, told: true });
    }
    expect(await stage.incident(number)).toEqual(after);
  });

  it('does not bring back what is resolved, and counts again for what is opened again', async () => {
    await send('POST', `/incidents/${number}`, { state: 'RESOLVED', by: 'grace' });
    const resolved = await stage.incident(number);
    expect((await send('POST', `/ack/${ack}`)).text).toMatch(/Already resolved/);
    expect(await stage.incident(number)).toEqual(resolved);
    await send('POST', `/incidents/${number}`, { state: 'OPEN', by: 'grace' });
    expect((await send('POST', `/ack/${ack}`)).status).toBe(200);
    expect(await stage.incident(number)).toMatchObject({ state: 'CLAIMED', claimedBy: ADA });
  });

  it('is over after a week', async () => {
    await stage.clock.advanceTo(Date.now() + 7 * DAY_MS - 1_000);
    expect((await send('GET', `/ack/${ack}`)).status).toBe(200);
    await stage.clock.advanceTo(Date.now() + 1_000);
    for (const [method, path] of [
      ['GET', `/i/${view}`],
      ['GET', `/ack/${ack}`],
      ['POST', `/ack/${ack}`],
    ] as const)
      await refused(method, path, 410);
    expect(await stateOf()).toBe('OPEN');
    // A calendar program never asks for a new address.
    expect((await send('GET', `/ical/${feed}`)).status).toBe(200);
  });
});

describe('whoever opens every link of a mail', () => {
  it('acknowledges nothing', async () => {
    const before = await stage.dump();
    for (const path of [`/ack/${ack}`, `/i/${view}`]) {
      for (let time = 0; time < 3; time++) expect((await send('GET', path)).status).toBe(200);
      for (const method of ['HEAD', 'OPTIONS', 'PUT', 'DELETE', 'PATCH'])
        expect((await send(method, path)).status).toBe(405);
    }
    expect((await send('POST', `/i/${view}`)).status).toBe(405);
    // The page itself acknowledges by POST alone: nothing in it loads, submits or forwards of itself.
    const { text, headers } = await send('GET', `/ack/${ack}`);
    expect(text).toMatch(/<form method="post">/);
    expect(text).not.toMatch(/<script|http-equiv|<img|<iframe|<link|autofocus| on\w+=/i);
    expect(headers['content-security-policy']).toMatch(/^default-src 'none'/);
    expect(await stage.dump()).toEqual(before);
    expect(await stateOf()).toBe('OPEN');
  });
});
