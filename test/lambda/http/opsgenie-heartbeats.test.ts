import { afterEach, describe, expect, it } from '@jest/globals';
import { MINUTE_MS } from '../../../core/time.ts';
import { expireHeartbeats } from '../../../lambda/app/expire-heartbeats.ts';
import { type Json, useRig } from '../app/opsgenie/rig.ts';

const rig = useRig();
const beat = { name: 'cron', interval: 10, intervalUnit: 'minutes', enabled: true };

async function make(name: string, more: object = {}): Promise<void> {
  expect((await rig.send('POST', '/v2/heartbeats/', { ...beat, name, ...more })).status).toBe(201);
}

async function shown(name: string): Promise<Json['data']> {
  return (await rig.send('GET', `/v2/heartbeats/${encodeURIComponent(name)}`)).json.data;
}

/** The alerts that a heartbeat's expiry has opened, newest first. */
async function alerts(name: string): Promise<Record<string, unknown>[]> {
  const query = new URLSearchParams({ query: `alias: "heartbeat/${name}"` });
  return ((await rig.send('GET', `/v2/alerts?${query}`)).json.data ?? []) as Record<string, unknown>[];
}

afterEach(async () => {
  for (const { name } of await rig.deps().heartbeats.list('checkout'))
    await rig.send('DELETE', `/v2/heartbeats/${name}`);
});

const ping = (name: string) => rig.send('GET', `/v2/heartbeats/${encodeURIComponent(name)}/ping`);
const sweep = () => expireHeartbeats(rig.deps());

describe('heartbeats', () => {
  it('are created, read, changed and deleted', async () => {
    const created = await rig.send('POST', '/v2/heartbeats', {
      ...beat,
      ownerTeam: { name: 'core' },
      alertTags: ['x'],
    });
    expect(created).toMatchObject({ status: 201, json: { data: { name: 'cron', enabled: true, expired: false } } });
    expect((await rig.send('POST', '/v2/heartbeats', beat)).status).toBe(409);
    expect(await shown('cron')).toEqual({
      ...beat,
      description: '',
      ownerTeam: { name: 'core' },
      alertMessage: 'cron is expired',
      alertTags: ['x'],
      alertPriority: 'P3',
      expired: false,
    });
    const changed = await rig.send('PATCH', '/v2/heartbeats/cron', { interval: 2, intervalUnit: 'hours' });
    expect(changed).toMatchObject({ status: 200, json: { data: { name: 'cron', enabled: true, expired: false } } });
    expect(await shown('cron')).toMatchObject({ interval: 2, intervalUnit: 'hours', alertTags: ['x'] });
    expect((await rig.send('POST', '/v2/heartbeats/cron/disable', 'null')).json.data).toMatchObject({ enabled: false });
    expect((await rig.send('POST', '/v2/heartbeats/cron/enable', 'null')).json.data).toMatchObject({ enabled: true });
    const { json } = await rig.send('GET', '/v2/heartbeats');
    expect(json.data).toMatchObject({ heartbeats: [{ name: 'cron' }] });
    expect((await rig.send('DELETE', '/v2/heartbeats/cron')).status).toBe(200);
    for (const [method, path] of [
      ['GET', ''],
      ['PATCH', ''],
      ['DELETE', ''],
      ['POST', '/enable'],
    ] as const)
      expect((await rig.send(method, `/v2/heartbeats/cron${path}`, {})).status).toBe(404);
  });

  it('name what is missing', async () => {
    expect(await rig.send('POST', '/v2/heartbeats', { name: 'x', interval: 0 })).toMatchObject({
      status: 422,
      json: { errors: { interval: expect.any(String), intervalUnit: 'may not be empty', enabled: 'may not be empty' } },
    });
    await make('strict');
    expect((await rig.send('PATCH', '/v2/heartbeats/strict', { intervalUnit: 'weeks' })).status).toBe(422);
  });

  it.each(['GET', 'POST', 'PUT', 'PATCH'])(
    'take a ping by %s, and answer one of an unknown name alike',
    async (method) => {
      await make(`p${method}`);
      for (const name of [`p${method}`, 'unheard-of']) {
        const answer = await rig.send(method, `/v2/heartbeats/${name}/ping`);
        expect(answer).toMatchObject({ status: 202, json: { result: 'PONG - Heartbeat received' } });
      }
      expect(await shown(`p${method}`)).toMatchObject({ lastPingTime: new Date(rig.now()).toISOString() });
    },
  );

  it('are made once though the answer to the write was lost, and only by the one who made it', async () => {
    const { heartbeats } = rig.deps();
    await make('twice');
    const stored = await heartbeats.get('checkout', 'twice');
    if (!stored) throw new Error('it was made');
    const one = { ...stored.heartbeat, name: 'again' };
    expect(await heartbeats.create(one, 'write 1')).toBe(true);
    expect(await heartbeats.create(one, 'write 1')).toBe(true);
    expect(await heartbeats.create(one, 'write 2')).toBe(false);
    expect(await heartbeats.get('checkout', 'again')).toMatchObject({ heartbeat: one });
  });

  it('belong to the service of the key', async () => {
    await make('mine');
    expect((await rig.send('GET', '/v2/heartbeats/mine', undefined, { key: 'search' })).status).toBe(404);
    expect((await rig.send('POST', '/v2/heartbeats', { ...beat, name: 'mine' }, { key: 'search' })).status).toBe(201);
  });
});

describe('expiry', () => {
  it('opens an incident when the interval is over, and the next ping resolves it', async () => {
    await make('e1', { alertPriority: 'P1', alertTags: ['beat'], description: 'nightly job' });
    await ping('e1');
    rig.wait(10 * MINUTE_MS - 1);
    expect(await sweep()).toEqual({ expired: 0, failed: 0 });
    rig.wait(1);
    expect(await sweep()).toEqual({ expired: 1, failed: 0 });
    expect(await shown('e1')).toMatchObject({ expired: true });
    const [opened] = await alerts('e1');
    expect(opened).toMatchObject({
      status: 'open',
      message: 'e1 is expired',
      priority: 'P1',
      tags: ['beat'],
      count: 1,
    });
    const incident = await rig.incident(Number(opened?.tinyId));
    expect(incident).toMatchObject({ service: 'checkout', severity: 'CRIT', dueAt: rig.now() });
    expect(incident.message).toContain('nightly job');
    expect(incident.message).toContain('one is expected every 10 minutes');
    rig.wait(MINUTE_MS);
    expect(await sweep()).toEqual({ expired: 0, failed: 0 });
    await ping('e1');
    expect(await shown('e1')).toMatchObject({ expired: false });
    expect(await alerts('e1')).toMatchObject([{ status: 'closed', count: 1 }]);
    rig.wait(10 * MINUTE_MS);
    expect(await sweep()).toEqual({ expired: 1, failed: 0 });
    expect((await alerts('e1')).map(({ status }) => status)).toEqual(['open', 'closed']);
    await rig.send('DELETE', '/v2/heartbeats/e1');
    expect((await alerts('e1')).map(({ status }) => status)).toEqual(['closed', 'closed']);
  });

  it('does not come over one that was never pinged, is disabled, or was pinged in time', async () => {
    await make('never');
    await make('off');
    await ping('off');
    await rig.send('POST', '/v2/heartbeats/off/disable');
    await make('alive');
    for (let i = 0; i < 5; i++) {
      await ping('alive');
      await ping('off');
      rig.wait(9 * MINUTE_MS);
      expect(await sweep()).toEqual({ expired: 0, failed: 0 });
    }
    rig.wait(MINUTE_MS);
    expect(await sweep()).toEqual({ expired: 1, failed: 0 });
    expect(await shown('alive')).toMatchObject({ expired: true });
    await rig.send('POST', '/v2/heartbeats/alive/disable');
    expect(await alerts('alive')).toMatchObject([{ status: 'closed' }]);
    // Switched on again, it has a whole interval to be pinged in.
    await rig.send('POST', '/v2/heartbeats/alive/enable');
    rig.wait(9 * MINUTE_MS);
    expect(await sweep()).toEqual({ expired: 0, failed: 0 });
    rig.wait(MINUTE_MS);
    expect(await sweep()).toEqual({ expired: 1, failed: 0 });
    await ping('alive');
  });

  it('counts another interval from the last ping', async () => {
    await make('re');
    await ping('re');
    rig.wait(5 * MINUTE_MS);
    await rig.send('PATCH', '/v2/heartbeats/re', { interval: 5 });
    expect(await sweep()).toMatchObject({ expired: expect.any(Number) });
    expect(await shown('re')).toMatchObject({ expired: true });
    await ping('re');
  });

  it('pages after all when the sweep died before it had', async () => {
    await make('crash');
    await ping('crash');
    rig.wait(10 * MINUTE_MS);
    const { counter, log, ...rest } = rig.deps();
    const dying = { next: () => Promise.reject(new Error('gone')) };
    const quiet = { ...log, error: () => undefined };
    expect(await expireHeartbeats({ ...rest, counter: dying, log: quiet })).toMatchObject({ failed: 1 });
    expect(await shown('crash')).toMatchObject({ expired: true });
    expect(await alerts('crash')).toEqual([]);
    expect(await expireHeartbeats({ ...rest, counter, log })).toMatchObject({ expired: 1, failed: 0 });
    expect(await alerts('crash')).toMatchObject([{ status: 'open' }]);
    await ping('crash');
    expect(await alerts('crash')).toMatchObject([{ status: 'closed' }]);
  });

  it('leaves nothing open when a ping comes in the middle of it', async () => {
    await make('race');
    await ping('race');
    rig.wait(10 * MINUTE_MS);
    const deps = rig.deps();
    const { counter } = deps;
    const pinging = {
      next: async () => {
        await ping('race');
        return counter.next();
      },
    };
    await expireHeartbeats({ ...deps, counter: pinging });
    expect(await shown('race')).toMatchObject({ expired: false });
    expect(await alerts('race')).toMatchObject([{ status: 'closed' }]);
  });

  it('of a heartbeat whose ping could not resolve is left to the next ping', async () => {
    await make('late');
    await ping('late');
    rig.wait(10 * MINUTE_MS);
    await sweep();
    const { incidents } = rig.deps();
    const { save } = incidents;
    Object.assign(incidents, { save: () => Promise.reject(new Error('gone')) });
    const { log } = rig.deps();
    const { error } = log;
    Object.assign(log, { error: () => undefined });
    expect((await ping('late')).status).toBe(500);
    Object.assign(incidents, { save });
    Object.assign(log, { error });
    expect(await alerts('late')).toMatchObject([{ status: 'open' }]);
    expect((await ping('late')).status).toBe(202);
    expect(await alerts('late')).toMatchObject([{ status: 'closed' }]);
  });
});
