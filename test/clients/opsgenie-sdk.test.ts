import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { MINUTE_MS } from '../../core/time.ts';
import { expireHeartbeats } from '../../lambda/app/expire-heartbeats.ts';
import { genieKey, type Json, useRig } from '../lambda/app/opsgenie/rig.ts';

/** The client of npm, unchanged, against the API on a loopback port. It knows nothing of us but host and key. */
type Callback = (error: unknown, result: unknown) => void;
type Method = (...args: unknown[]) => unknown;
interface Client {
  configure(options: object): void;
  readonly alertV2: Readonly<Record<string, Method>>;
  readonly heartbeat: Readonly<Record<string, Method>>;
}

const rig = useRig();
const client = createRequire(import.meta.url)('opsgenie-sdk') as Client;
const asked: string[] = [];
let server: Server;

beforeAll(async () => {
  server = createServer(async (request, response) => {
    const body = await bodyOf(request);
    asked.push(`${request.method} ${request.url} ${body}`);
    const headers = Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name, String(value)]));
    const reply = await rig.raw(request.method ?? '', request.url ?? '', body, headers);
    response.writeHead(reply?.status ?? 418, reply?.headers ?? {}).end(reply?.body ?? '');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const host = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  client.configure({ host, api_key: genieKey('all'), maxAttempts: 1 });
});
afterAll(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

function call(of: 'alertV2' | 'heartbeat', method: string, ...args: unknown[]): Promise<Json> {
  return new Promise((resolve, reject) => {
    const back: Callback = (error, result) => (error ? reject(error) : resolve(result as Json));
    client[of][method]?.(...args, back);
  });
}

const alerts = (method: string, ...args: unknown[]) => call('alertV2', method, ...args);
const beats = (method: string, ...args: unknown[]) => call('heartbeat', method, ...args);
const byAlias = (identifier: string) => ({ identifier, identifierType: 'alias' });

async function outcome(answer: Promise<Json>): Promise<Json['data']> {
  const { requestId } = await answer;
  return (await alerts('getRequestStatus', requestId)).data;
}

describe('opsgenie-sdk of npm', () => {
  it('takes an alert through its life', async () => {
    const alias = encodeURIComponent('sdk-/api/v1-500');
    const created = await outcome(
      alerts('create', {
        message: 'Broken',
        alias: 'sdk-/api/v1-500',
        priority: 'P2',
        tags: ['a'],
        details: { x: '1' },
      }),
    );
    expect(created).toMatchObject({ success: true, action: 'Create', alias: 'sdk-/api/v1-500' });
    expect(asked[0]).toMatch(/^POST \/v2\/alerts\/ /);
    const id = created?.alertId;
    const steps: [string, object | undefined, string][] = [
      ['acknowledge', { user: 'ann@example.org' }, 'Acknowledge'],
      ['unacknowledge', {}, 'UnAcknowledge'],
      ['addNote', { note: 'look', user: 'ann@example.org' }, 'AddNote'],
      ['snooze', { endTime: new Date(rig.now() + MINUTE_MS).toISOString() }, 'Snooze'],
      ['escalateToNext', { escalation: { name: 'Night watch' } }, 'EscalateToNext'],
      ['assign', { owner: { username: 'grace@example.org' } }, 'AssignOwnership'],
      ['addTeam', { team: { name: 'web' } }, 'AddTeam'],
      ['addTags', { tags: ['b', 'c'] }, 'AddTags'],
      ['removeTags', { tags: 'a,b' }, 'RemoveTags'],
      ['addDetails', { details: { y: '2' } }, 'AddDetails'],
      ['removeDetails', { keys: 'x' }, 'RemoveDetails'],
      ['executeAction', { action: 'reboot' }, 'CustomAction'],
    ];
    for (const [method, data, action] of steps) {
      expect(await outcome(alerts(method, byAlias(alias), data))).toMatchObject({ success: true, action, alertId: id });
    }
    expect((await alerts('get', byAlias(alias))).data).toMatchObject({
      id,
      owner: 'grace@example.org',
      tags: ['c'],
      details: { y: '2' },
      responders: [{ type: 'team', id: 'web' }],
    });
    expect((await alerts('listAlertNotes', byAlias(alias), { limit: 5 })).data).toMatchObject([{ note: 'look' }]);
    expect((await alerts('listAlertLogs', byAlias(alias), { limit: 3, order: 'asc' })).data).toHaveLength(3);
    expect((await alerts('listAlertRecipients', byAlias(alias))).data).toMatchObject([
      { user: { username: 'grace@example.org' } },
    ]);
    expect((await alerts('list', { query: 'status: open', limit: 10 })).data).toMatchObject([{ id }]);
    expect(await outcome(alerts('close', byAlias(alias), { note: 'done' }))).toMatchObject({ status: 'Closed alert' });
    expect((await alerts('get', { identifier: id, identifierType: 'id' })).data).toMatchObject({ status: 'closed' });
    expect(await outcome(alerts('delete', { identifier: id }))).toMatchObject({ success: true, action: 'Delete' });
  });

  it('removes tags by the bare id, where it glues the query to the path', async () => {
    const created = await outcome(alerts('create', { message: 'm', tags: ['a', 'b'] }));
    const identifier = created?.alertId;
    expect(await outcome(alerts('removeTags', { identifier }, { tags: 'a' }))).toMatchObject({ success: true });
    expect(asked.some((line) => /\/tags\/&tags=a/.test(line))).toBe(true);
    expect((await alerts('get', { identifier })).data).toMatchObject({ tags: ['b'] });
  });

  it('reads our errors', async () => {
    await expect(alerts('get', byAlias('none'))).rejects.toMatchObject({
      httpStatusCode: 404,
      message: 'Alert not found',
    });
    await expect(alerts('create', {})).rejects.toMatchObject({
      httpStatusCode: 422,
      errors: { message: 'may not be empty' },
    });
    await expect(alerts('listSavedSearches')).rejects.toMatchObject({ httpStatusCode: 404 });
  });

  it('keeps heartbeats', async () => {
    const beat = { name: 'sdk', interval: 5, intervalUnit: 'minutes', enabled: true };
    expect((await beats('create', beat)).data).toMatchObject({ name: 'sdk', enabled: true, expired: false });
    const named = { identifier: 'sdk' };
    expect(await beats('ping', named, {})).toMatchObject({ result: 'PONG - Heartbeat received' });
    rig.wait(5 * MINUTE_MS);
    expect(await expireHeartbeats(rig.deps())).toEqual({ expired: 1, failed: 0 });
    expect((await beats('get', named)).data).toMatchObject({ name: 'sdk', expired: true });
    expect((await alerts('get', byAlias(encodeURIComponent('heartbeat/sdk')))).data).toMatchObject({
      message: 'sdk is expired',
      status: 'open',
    });
    await beats('ping', named, {});
    await expect(alerts('get', byAlias(encodeURIComponent('heartbeat/sdk')))).rejects.toMatchObject({
      httpStatusCode: 404,
    });
    expect((await beats('update', named, { interval: 7 })).data).toMatchObject({ name: 'sdk' });
    expect((await beats('disable', named)).data).toMatchObject({ enabled: false });
    expect((await beats('enable', named)).data).toMatchObject({ enabled: true });
    expect(asked.filter((line) => /\/(enable|disable) /.test(line)).length).toBe(2);
    expect((await beats('list', {})).data).toMatchObject({ heartbeats: [{ name: 'sdk', interval: 7 }] });
    await beats('delete', named);
    await expect(beats('get', named)).rejects.toMatchObject({ httpStatusCode: 404 });
  });
});
