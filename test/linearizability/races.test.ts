import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { IncidentStore } from '../../lambda/data/incidents.ts';
import { connect } from '../contract/connect.ts';
import { aService } from '../support/builders.ts';
import { createTables } from '../support/tables.ts';
import { type Database, startDynalite } from './databases.ts';
import { type HttpAnswer, type Process, startProcess } from './processes.ts';

/** Orders of events that the histories have found, each made to happen. */

let database: Database;
let slow: Process;
let fast: Process;
/** What the fast process does just before, or just after, the next write of the slow one. */
let meanwhile: { before?: () => Promise<unknown>; after?: () => Promise<unknown> } = {};
let key = '';
let keys = 0;

function interrupted(process: string, store: IncidentStore): IncidentStore {
  if (process !== 'slow') return store;
  return {
    ...store,
    async save(...write) {
      const { before, after } = meanwhile;
      meanwhile = {};
      await before?.();
      const saved = await store.save(...write);
      await after?.();
      return saved;
    },
  };
}

beforeAll(async () => {
  database = await startDynalite();
  const client = connect(database.port);
  const tables = await createTables(client, 'races');
  client.destroy();
  let clock = Date.UTC(2026, 10, 23, 12);
  const deployment = {
    port: database.port,
    tables,
    now: () => ++clock,
    workflow: { start: async () => undefined },
    watch: interrupted,
    sendPage: async () => ({ kind: 'ok', messageId: 'message' }) as const,
  };
  slow = startProcess('slow', deployment);
  fast = startProcess('fast', deployment);
  await fast.putService(aService({ serviceId: 'checkout' }));
}, 60_000);
afterAll(async () => {
  slow.stop();
  fast.stop();
  await database.stop();
});
beforeEach(() => {
  key = `key-${++keys}`;
  meanwhile = {};
});

async function raise(dedupKey = key): Promise<number> {
  const event = { service: 'checkout', severity: 'CRIT', title: 'It broke', message: 'All of it', dedupKey };
  const { json } = await fast.request('PUT', '/incidents', event);
  return Number(json.incidentId);
}

const change = (process: Process, id: number, body: object): Promise<HttpAnswer> =>
  process.request('POST', `/incidents/${id}`, body);

async function stateOf(id: number): Promise<string> {
  return (await fast.final(id)).incident.state;
}

async function kindsOf(id: number): Promise<string[]> {
  return (await fast.final(id)).timeline.map(({ kind }) => kind);
}

async function resolvedOne(): Promise<number> {
  const id = await raise();
  await change(fast, id, { state: 'RESOLVED' });
  return id;
}

describe('a re-opening that an event finished', () => {
  it('is not done a second time over what came after it', async () => {
    const id = await resolvedOne();
    meanwhile.before = async () => {
      expect(await raise()).toBe(id);
      await change(fast, id, { state: 'RESOLVED', by: 'somebody' });
    };
    const { status, json } = await change(slow, id, { state: 'OPEN' });
    expect({ status, state: json.state, resolvedBy: json.resolvedBy }).toEqual({
      status: 200,
      state: 'RESOLVED',
      resolvedBy: 'somebody',
    });
    expect(await stateOf(id)).toBe('RESOLVED');
    expect(await kindsOf(id)).toEqual(['created', 'resolved', 'reopened', 'resolved']);
  });

  it('leaves an acknowledgement that came after it alone', async () => {
    const id = await resolvedOne();
    meanwhile.before = async () => {
      await raise();
      await change(fast, id, { state: 'CLAIMED', by: 'somebody' });
    };
    expect((await change(slow, id, { state: 'OPEN' })).json).toMatchObject({ state: 'CLAIMED', claimedBy: 'somebody' });
    expect(await stateOf(id)).toBe('CLAIMED');
  });

  it('is not refused as too late for a version that it was in time for', async () => {
    const id = await resolvedOne();
    const { version } = (await fast.final(id)).incident;
    meanwhile.before = () => raise();
    const { status } = await change(slow, id, { state: 'OPEN', ifVersion: version });
    expect({ status, state: await stateOf(id) }).toEqual({ status: 200, state: 'OPEN' });
  });

  it('still gets its note', async () => {
    const id = await resolvedOne();
    meanwhile.before = () => raise();
    expect((await change(slow, id, { state: 'OPEN', note: 'It is back.' })).status).toBe(200);
    expect(await kindsOf(id)).toEqual(['created', 'resolved', 'reopened', 'noted']);
  });
});

it('of two re-openings for one version one is refused', async () => {
  const id = await resolvedOne();
  const { version } = (await fast.final(id)).incident;
  const again = { state: 'OPEN', ifVersion: version };
  meanwhile.before = async () => expect((await change(fast, id, again)).status).toBe(200);
  expect((await change(slow, id, again)).json).toMatchObject({ status: 409, code: 'stale_version' });
});

describe('a merge whose receiver is resolved before it knows', () => {
  it('keeps the key of what opens again from an event in between', async () => {
    const [source, receiver] = [await raise(), await raise(`${key} of the receiver`)];
    let counted = 0;
    meanwhile.after = async () => {
      await change(fast, receiver, { state: 'RESOLVED' });
      counted = await raise();
    };
    const { status } = await slow.request('POST', `/incidents/${source}/merge`, { into: receiver });
    expect({ status, counted }).toEqual({ status: 200, counted: source });
    expect((await fast.final(source)).incident).toMatchObject({ state: 'OPEN', count: 2 });
  });

  it('keeps it from an older incident that is to be opened again in between', async () => {
    const older = await resolvedOne();
    const [source, receiver] = [await raise(), await raise(`${key} of the receiver`)];
    let answer: HttpAnswer | undefined;
    meanwhile.after = async () => {
      await change(fast, receiver, { state: 'RESOLVED' });
      answer = await change(fast, older, { state: 'OPEN' });
    };
    await slow.request('POST', `/incidents/${source}/merge`, { into: receiver });
    expect(answer?.json).toMatchObject({ status: 409, code: 'superseded', openIncidentId: source });
    expect([await stateOf(source), await stateOf(older)]).toEqual(['OPEN', 'RESOLVED']);
  });
});

it('a timeline never runs backwards, though the clocks of two processes differ', async () => {
  const id = await raise();
  slow.setOut(1, 5_000);
  await change(slow, id, { note: 'The clock of this one is fast.' });
  await change(fast, id, { note: 'And this came later.' });
  const { timeline, incident } = await fast.final(id);
  expect(timeline.map(({ text }) => text).slice(1)).toEqual(['The clock of this one is fast.', 'And this came later.']);
  expect(timeline[2]?.at).toBe(timeline[1]?.at);
  expect(incident.updatedAt).toBe(timeline[2]?.at);
});
