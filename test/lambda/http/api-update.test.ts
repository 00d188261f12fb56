import { describe, expect, it } from '@jest/globals';
import { fieldsOf, INCIDENT, useApiStage } from '../../support/api-stage.ts';

const { send, raise, refused } = useApiStage();

type Send = (number: number, body: object) => Promise<Awaited<ReturnType<typeof send>>>;
const WAYS: [string, Send][] = [
  ['POST /incidents/{id}', (number, body) => send('POST', `/incidents/${number}`, body)],
  ['POST /incidents', (number, body) => send('POST', '/incidents', { incidentId: number, ...body })],
];

describe.each(WAYS)('%s', (_way, post) => {
  it('acknowledges, resolves and re-opens', async () => {
    const number = await raise();
    expect(await post(number, { state: 'CLAIMED', by: 'ada' })).toMatchObject({
      status: 200,
      json: {
        incidentId: number,
        state: 'CLAIMED',
        version: 2,
        claimedBy: 'ada',
        claimedAt: '2026-11-23T12:00:00.000Z',
      },
    });
    expect(await post(number, { state: 'RESOLVED' })).toMatchObject({
      status: 200,
      json: { state: 'RESOLVED', version: 3, resolvedBy: 'API key', claimedBy: 'ada', escalation: { nextAt: null } },
    });
    expect(await post(number, { state: 'OPEN' })).toMatchObject({
      status: 200,
      json: { state: 'OPEN', version: 4, claimedBy: null, resolvedAt: null, escalation: { run: 2, stepsDone: 0 } },
    });
  });

  it.each(['OPEN', 'CLAIMED', 'RESOLVED'])(
    'answers 200 to %s twice, and changes nothing the second time',
    async (state) => {
      const number = await raise();
      const first = await post(number, { state, by: 'ada' });
      const second = await post(number, { state, by: 'grace' });
      expect(second).toMatchObject({ status: 200, json: first.json });
    },
  );

  it('refuses to acknowledge what is resolved, and tells the state', async () => {
    const number = await raise();
    await post(number, { state: 'RESOLVED' });
    const answer = await post(number, { state: 'CLAIMED' });
    expect(answer).toMatchObject({
      status: 409,
      json: { code: 'illegal_transition', state: 'RESOLVED', version: 2, incidentId: number },
    });
    expect((await send('GET', `/incidents/${number}`)).json).toMatchObject({ state: 'RESOLVED', version: 2 });
  });

  it('takes a change only for the version that is named', async () => {
    const number = await raise();
    expect(await post(number, { state: 'CLAIMED', ifVersion: 1 })).toMatchObject({ status: 200, json: { version: 2 } });
    expect(await post(number, { note: 'late', ifVersion: 1 })).toMatchObject({
      status: 409,
      json: { code: 'stale_version', state: 'CLAIMED', version: 2 },
    });
    expect(await post(number, { note: 'now', ifVersion: 2 })).toMatchObject({ status: 200, json: { version: 3 } });
  });

  it('writes notes, with a change or alone, in every state', async () => {
    const number = await raise();
    expect((await post(number, { note: 'looking', by: 'ada' })).json).toMatchObject({ state: 'OPEN', version: 2 });
    await post(number, { state: 'RESOLVED', note: 'disk replaced', by: 'ada' });
    await post(number, { note: 'and it was the cable', by: 'ada' });
    const { json } = await send('GET', `/incidents/${number}/timeline`);
    expect((json.timeline as object[]).map((entry) => entry)).toMatchObject([
      { seq: 1, kind: 'created', by: 'API key' },
      { seq: 2, kind: 'noted', text: 'looking', by: 'ada' },
      { seq: 3, kind: 'resolved', by: 'ada' },
      { seq: 4, kind: 'noted', text: 'disk replaced' },
      { seq: 5, kind: 'noted', text: 'and it was the cable' },
    ]);
  });

  it('writes the note also when the state is that already', async () => {
    const number = await raise();
    await post(number, { state: 'CLAIMED' });
    expect(await post(number, { state: 'CLAIMED', note: 'me too' })).toMatchObject({
      status: 200,
      json: { version: 3 },
    });
  });

  it('answers 404 for an incident that is not there', async () => {
    expect(await post(99_999, { state: 'CLAIMED' })).toMatchObject({ status: 404, json: { code: 'not_found' } });
  });
});

describe('an update refuses', () => {
  it.each([
    ['nothing to do', {}, ['state']],
    ['only who it was', { by: 'ada' }, ['state']],
    ['an unknown state', { state: 'ACKNOWLEDGED' }, ['state']],
    ['a state in lower case', { state: 'claimed' }, ['state']],
    ['an empty note', { note: '' }, ['note']],
    ['a long note', { note: 'x'.repeat(10_001) }, ['note']],
    ['an empty name', { state: 'CLAIMED', by: '' }, ['by']],
    ['version 0', { state: 'CLAIMED', ifVersion: 0 }, ['ifVersion']],
    ['half a version', { state: 'CLAIMED', ifVersion: 1.5 }, ['ifVersion']],
    ['a version as text', { state: 'CLAIMED', ifVersion: '1' }, ['ifVersion']],
    ['a version beyond all numbers', { state: 'CLAIMED', ifVersion: 1e300 }, ['ifVersion']],
    ['unknown fields', { state: 'CLAIMED', title: 'x', assignee: 'ada' }, ['assignee', 'title']],
    ['all wrong at once', { state: 1, note: 2, by: 3, ifVersion: 'x' }, ['by', 'ifVersion', 'note', 'state']],
  ])('%s', async (_what, body, fields) => {
    const number = await raise();
    const byPath = await refused({ method: 'POST', path: `/incidents/${number}`, body }, 400, 'invalid_request');
    expect(fieldsOf(byPath)).toEqual(fields);
    const inBody = { ...body, incidentId: number };
    const byBody = await refused({ method: 'POST', path: '/incidents', body: inBody }, 400, 'invalid_request');
    expect(fieldsOf(byBody)).toEqual(fields);
  });

  it.each([[undefined], ['10000'], [0], [-1], [1.5], [1e300], [null]])(
    'the number %j in the body',
    async (incidentId) => {
      const body = { incidentId, state: 'CLAIMED' };
      const answer = await refused({ method: 'POST', path: '/incidents', body }, 400, 'invalid_request');
      expect(fieldsOf(answer)).toEqual(['incidentId']);
    },
  );

  it('a number in the body when the path has one', async () => {
    const number = await raise();
    const body = { incidentId: number, state: 'CLAIMED' };
    await refused({ method: 'POST', path: `/incidents/${number}`, body }, 400, 'invalid_request');
  });

  it.each(['abc', '1e4', '-1', '0', '10000.0', '0x2710', '%20', '99999999999999999999', '%00', '10000%20'])(
    'the number %s in the path',
    async (text) => {
      await raise();
      await refused({ method: 'POST', path: `/incidents/${text}`, body: { state: 'CLAIMED' } }, 404, 'not_found');
      await refused({ method: 'GET', path: `/incidents/${text}` }, 404, 'not_found');
      await refused({ method: 'GET', path: `/incidents/${text}/timeline` }, 404, 'not_found');
    },
  );

  it.each(['', '[]', '{', 'null'])('the body %j', async (body) => {
    const number = await raise();
    const code = body === '' || body === '{' ? 'invalid_json' : 'invalid_request';
    await refused({ method: 'POST', path: `/incidents/${number}`, body }, 400, code);
    await refused({ method: 'POST', path: '/incidents', body }, 400, code);
  });

  it('a body of 256 KiB', async () => {
    const number = await raise();
    const body = { note: 'x'.repeat(262_144) };
    await refused({ method: 'POST', path: `/incidents/${number}`, body }, 413, 'body_too_large');
  });
});

describe('a re-opening', () => {
  it('is refused while a newer incident of the same key is unresolved, naming it', async () => {
    const old = await raise({ dedupKey: 'k' });
    await send('POST', `/incidents/${old}`, { state: 'RESOLVED' });
    const newer = await raise({ dedupKey: 'k' });
    await refused({ method: 'POST', path: `/incidents/${old}`, body: { state: 'OPEN' } }, 409, 'superseded');
    await send('POST', `/incidents/${newer}`, { state: 'RESOLVED' });
    expect((await send('POST', `/incidents/${old}`, { state: 'OPEN' })).status).toBe(200);
    const event = await send('PUT', '/incidents', { ...INCIDENT, dedupKey: 'k' });
    expect(event).toMatchObject({ status: 200, json: { incidentId: old } });
  });
});
