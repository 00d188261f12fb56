import { describe, expect, it } from '@jest/globals';
import { fieldsOf, useApiStage } from '../../support/api-stage.ts';

const { stage, send, raise, refused } = useApiStage({
  config: {
    users: ['ada', 'grace', 'lin'].map((id) => ({ id, name: id.toUpperCase(), email: `${id}@example.org` })),
    escalationPolicies: [
      { id: 'slow', rules: [{ targets: [{ user: 'ada' }] }, { targets: [{ user: 'grace' }] }] },
      { id: 'other', rules: [{ targets: [{ user: 'lin' }] }] },
    ],
    services: [{ id: 'checkout', escalationPolicy: 'slow' }],
  },
});

/** An action with a body that is good for it. `into` is put in where it is needed. */
const ACTIONS: [action: string, body: object][] = [
  ['snooze', { until: '2026-11-23T14:00:00Z' }],
  ['assign', { user: 'lin' }],
  ['escalate', {}],
  ['responders', { users: ['lin'] }],
  ['merge', { into: 0 }],
  ['priority', { priority: 'P2' }],
];

async function order(action: string, body: object) {
  const [incidentId, into] = [await raise(), await raise()];
  const path = `/incidents/${incidentId}/${action}`;
  const full = 'into' in body ? { ...body, into } : body;
  return { incidentId, path, full, post: (more: object = {}) => send('POST', path, { ...full, ...more }) };
}

describe.each(ACTIONS)('POST /incidents/{id}/%s', (action, body) => {
  it('answers 200 with the incident as it then is, and says who did it', async () => {
    const { incidentId, post } = await order(action, body);
    const answer = await post({ by: 'Ada' });
    expect(answer).toMatchObject({ status: 200, json: { incidentId } });
    // It may have been paged since.
    const { version } = (await send('GET', `/incidents/${incidentId}`)).json;
    expect(Number(version)).toBeGreaterThanOrEqual(Number(answer.json.version));
    const { json } = await send('GET', `/incidents/${incidentId}/timeline`);
    expect(
      (json.timeline as { by: string; text: string }[]).some(({ by, text }) => by === 'Ada' && text.includes('Ada')),
    ).toBe(true);
  });

  it('is done for the version that is named, and refused for any other', async () => {
    const { incidentId, full, path, post } = await order(action, body);
    const { version } = (await send('GET', `/incidents/${incidentId}`)).json;
    const stale = { method: 'POST', path, body: { ...full, ifVersion: 999 } };
    const answer = await refused(stale, 409, 'stale_version');
    expect(answer.json).toMatchObject({ version, incidentId });
    expect((await post({ ifVersion: version })).status).toBe(200);
  });

  it('refuses unknown fields and wrong types, naming all of them', async () => {
    const { path, full } = await order(action, body);
    const request = { method: 'POST', path, body: { ...full, colour: 'red', by: 7, ifVersion: 'one' } };
    expect(fieldsOf(await refused(request, 400, 'invalid_request'))).toEqual(['by', 'colour', 'ifVersion']);
    await refused({ method: 'POST', path, body: '{' }, 400, 'invalid_json');
    await refused({ method: 'POST', path, body: '[]' }, 400, 'invalid_request');
  });

  it('answers 404 for an incident that is not there', async () => {
    const { full } = await order(action, body);
    for (const number of ['99999', 'abc', '1e4'])
      await refused({ method: 'POST', path: `/incidents/${number}/${action}`, body: full }, 404, 'not_found');
  });

  it('is refused once the incident is resolved, except for the priority', async () => {
    const { incidentId, full, path } = await order(action, body);
    await send('POST', `/incidents/${incidentId}`, { state: 'RESOLVED' });
    if (action === 'priority') expect((await send('POST', path, full)).status).toBe(200);
    else {
      const answer = await refused({ method: 'POST', path, body: full }, 409, 'illegal_transition');
      expect(answer.json).toMatchObject({ state: 'RESOLVED', incidentId });
    }
  });
});

describe('the same order twice', () => {
  it.each(ACTIONS.filter(([action]) => ['snooze', 'merge', 'priority'].includes(action)))(
    '%s: is 200, and changes nothing the second time',
    async (action, body) => {
      const { post } = await order(action, body);
      const first = await post();
      const before = await stage().dump();
      expect(await post({ by: 'somebody else' })).toMatchObject({ status: 200, json: first.json });
      expect(await stage().dump()).toEqual(before);
    },
  );
});

describe('an order that names what is not there, or makes no sense', () => {
  it.each([
    ['snooze', {}, ['until']],
    ['snooze', { minutes: 5, until: '2026-11-23T14:00:00Z' }, ['until']],
    ['snooze', { minutes: 0 }, ['minutes']],
    ['snooze', { minutes: 100_000 }, ['minutes']],
    ['snooze', { until: '2026-11-23T12:00:00Z' }, ['until']],
    ['snooze', { until: '2027-11-23T12:00:00Z' }, ['until']],
    ['snooze', { until: 'tomorrow' }, ['until']],
    ['assign', {}, ['user']],
    ['assign', { user: 'ada', escalationPolicy: 'slow' }, ['user']],
    ['assign', { user: 'nobody' }, ['user']],
    ['assign', { user: '__proto__' }, ['user']],
    ['assign', { escalationPolicy: 'none' }, ['escalationPolicy']],
    ['responders', { users: [] }, ['users']],
    ['responders', { users: ['ada', 'nobody'] }, ['users[1]']],
    ['responders', {}, ['users']],
    ['merge', { into: 99_999 }, ['into']],
    ['merge', { into: 'x' }, ['into']],
    ['merge', {}, ['into']],
    ['priority', { priority: 'P0' }, ['priority']],
    ['priority', {}, ['priority']],
  ])('%s %j: 400, naming %j', async (action, body, fields) => {
    const incidentId = await raise();
    const answer = await refused(
      { method: 'POST', path: `/incidents/${incidentId}/${action}`, body },
      400,
      'invalid_request',
    );
    expect(fieldsOf(answer)).toEqual(fields);
  });
});

describe('escalating', () => {
  it('needs no body at all', async () => {
    const incidentId = await raise();
    expect(await send('POST', `/incidents/${incidentId}/escalate`)).toMatchObject({ status: 200 });
  });

  it('is refused once the policy has no step left, and says what to do', async () => {
    const incidentId = await raise();
    for (let step = 0; step < 4; step++) {
      const answer = await send('POST', `/incidents/${incidentId}/escalate`);
      await stage().clock.advanceTo(Date.now() + 1_000);
      if (answer.status !== 409) continue;
      expect(answer.json.detail).toMatch(/assign it to another policy/);
      return;
    }
    throw new Error('escalated without an end');
  });
});

describe('merging', () => {
  it('into itself, into what is resolved, or a second time elsewhere is refused', async () => {
    const [one, two, three] = [await raise(), await raise(), await raise()];
    await refused({ method: 'POST', path: `/incidents/${one}/merge`, body: { into: one } }, 409, 'illegal_transition');
    await send('POST', `/incidents/${three}`, { state: 'RESOLVED' });
    const resolved = { method: 'POST', path: `/incidents/${one}/merge`, body: { into: three } };
    expect(fieldsOf(await refused(resolved, 400, 'invalid_request'))).toEqual(['into']);
    await send('POST', `/incidents/${one}/merge`, { into: two });
    const four = await raise();
    await refused({ method: 'POST', path: `/incidents/${one}/merge`, body: { into: four } }, 409, 'illegal_transition');
    await refused({ method: 'POST', path: `/incidents/${two}/merge`, body: { into: one } }, 400, 'invalid_request');
  });

  it('is answered the same when it is asked again after the other one was resolved', async () => {
    const [one, two] = [await raise(), await raise()];
    const first = await send('POST', `/incidents/${one}/merge`, { into: two });
    await send('POST', `/incidents/${two}`, { state: 'RESOLVED' });
    expect(await send('POST', `/incidents/${one}/merge`, { into: two })).toMatchObject({
      status: 200,
      json: first.json,
    });
  });
});

describe('two orders in one instant', () => {
  it('are both done', async () => {
    const incidentId = await raise();
    const answers = await stage().together(
      { method: 'POST', path: `/incidents/${incidentId}/priority`, body: { priority: 'P1' } },
      { method: 'POST', path: `/incidents/${incidentId}/snooze`, body: { minutes: 30 } },
      { method: 'POST', path: `/incidents/${incidentId}/responders`, body: { users: ['grace'] } },
    );
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
    expect((await send('GET', `/incidents/${incidentId}`)).json).toMatchObject({ priority: 'P1', state: 'CLAIMED' });
  });
});
