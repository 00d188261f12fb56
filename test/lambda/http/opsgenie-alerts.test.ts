import { describe, expect, it } from '@jest/globals';
import { MINUTE_MS } from '../../../core/time.ts';
import { createdAlert, genieKey, useRig } from '../app/opsgenie/rig.ts';

const rig = useRig();

/** What became of a write, by the request id of its answer. */
async function outcome(method: string, path: string, body?: unknown): Promise<Record<string, unknown>> {
  const answer = await rig.send(method, path, body);
  expect(answer).toMatchObject({ status: 202, json: { result: 'Request will be processed' } });
  expect(answer.headers['X-Request-Id']).toBe(answer.json.requestId);
  const { json, status } = await rig.send('GET', `/v2/alerts/requests/${answer.json.requestId}`);
  expect(status).toBe(200);
  return { ...json.data };
}

async function alert(alias: string): Promise<Record<string, unknown>> {
  const { json } = await rig.send('GET', `/v2/alerts/${encodeURIComponent(alias)}?identifierType=alias`);
  return { ...json.data };
}

describe('creating', () => {
  it('answers 202 once the incident is there, and shows all of it', async () => {
    const body = {
      message: 'Disk is full',
      alias: 'disk-1',
      description: '/var has no room left',
      tags: ['db', 'disk'],
      details: { host: 'h1', runbook_url: 'https://run.example.org/disk' },
      entity: 'h1',
      priority: 'P1',
      actions: ['reboot'],
      source: 'nagios',
      responders: [{ type: 'team', name: 'Core Team' }],
    };
    const created = await outcome('POST', '/v2/alerts/', body);
    expect(created).toMatchObject({ success: true, action: 'Create', status: 'Created alert', alias: 'disk-1' });
    const { status, json } = await rig.send('GET', `/v2/alerts/${created.alertId}`);
    expect(status).toBe(200);
    expect(json.data).toEqual({
      id: created.alertId,
      tinyId: '10000',
      alias: 'disk-1',
      message: 'Disk is full',
      status: 'open',
      acknowledged: false,
      isSeen: false,
      tags: ['db', 'disk'],
      snoozed: false,
      count: 1,
      lastOccurredAt: '2026-11-23T12:00:00.000Z',
      createdAt: '2026-11-23T12:00:00.000Z',
      updatedAt: '2026-11-23T12:00:00.000Z',
      source: 'nagios',
      owner: '',
      priority: 'P1',
      responders: [{ type: 'team', id: 'Core Team' }],
      integration: { id: 'int-all', name: 'Key all', type: 'API' },
      actions: ['reboot'],
      entity: 'h1',
      description: '/var has no room left',
      details: { host: 'h1', runbook_url: 'https://run.example.org/disk' },
    });
    expect(created.alertId).toMatch(/^[0-9a-f-]{36}-1795435200000$/);
    const incident = await rig.incident(10_000);
    expect(incident).toMatchObject({ service: 'checkout', severity: 'CRIT', state: 'OPEN', dueAt: rig.now() });
    expect(incident.links).toEqual([{ href: 'https://run.example.org/disk', text: 'Runbook' }]);
    expect(rig.started.at(-1)?.incidentId).toBe(10_000);
    // The team is the service's own: its policy pages it, once.
    expect(incident.escalation.policy.steps[0]?.targets).toEqual([{ kind: 'calendar', role: 'oncall' }]);
  });

  it('counts the same alias, and opens a new alert after it was closed', async () => {
    const first = await createdAlert(rig, { message: 'one', alias: 'twice', tags: ['a'] });
    const second = await createdAlert(rig, { message: 'two', alias: 'twice', tags: ['b'] });
    expect(second).toMatchObject({ id: first.id, count: 2, message: 'one', tags: ['a'] });
    await rig.send('POST', '/v2/alerts/twice/close?identifierType=alias');
    const third = await createdAlert(rig, { message: 'three', alias: 'twice' });
    expect(third).toMatchObject({ count: 1, message: 'three', status: 'open' });
    expect(third.id).not.toBe(first.id);
  });

  it('gives an alert without an alias its id for one', async () => {
    const { id, alias } = await createdAlert(rig, { message: 'nameless' });
    expect(alias).toBe(id);
    expect(await outcome('POST', `/v2/alerts/${id}/close?identifierType=alias`)).toMatchObject({ success: true });
    expect((await rig.send('GET', `/v2/alerts/${id}?identifierType=alias`)).status).toBe(404);
    expect((await rig.send('GET', `/v2/alerts/${id}`)).json.data).toMatchObject({ status: 'closed' });
  });

  it('writes the note down once, however often the sender tries', async () => {
    for (let attempt = 0; attempt < 2; attempt++)
      await rig.send('POST', '/v2/alerts', { message: 'm', alias: 'noted', note: 'look at the fan', user: 'bob' });
    const { json } = await rig.send('GET', '/v2/alerts/noted/notes?identifierType=alias');
    expect(json.data).toMatchObject([{ note: 'look at the fan', owner: 'bob' }]);
  });

  it('pages the responders it knows with the first step, and keeps the others for show', async () => {
    const responders = [
      { type: 'user', username: 'GRACE@example.org' },
      { type: 'escalation', name: 'Night watch' },
      { type: 'team', name: 'nobody-knows' },
    ];
    const { tinyId } = await createdAlert(rig, { message: 'm', alias: 'helped', responders });
    const { escalation } = await rig.incident(Number(tinyId));
    expect(escalation.policy.steps[0]?.targets).toEqual([
      { kind: 'calendar', role: 'oncall' },
      { kind: 'user', user: 'grace' },
      { kind: 'user', user: 'grace' },
    ]);
    expect(escalation.policy.steps).toHaveLength(2);
  });

  it.each([
    ['{"message": ', 400],
    ['[]', 400],
    ['{}', 422],
    [`{"message": "${'x'.repeat(600_000)}"}`, 413],
  ])('refuses what it cannot use with its own error (%#)', async (body, status) => {
    const answer = await rig.send('POST', '/v2/alerts', body);
    expect(answer).toMatchObject({ status, json: { requestId: expect.stringMatching(/^[0-9a-f-]{36}$/) } });
  });
});

describe('routed keys', () => {
  const routed = { key: 'routed' } as const;

  it('goes to the service that the details name, and closes by the alias alone', async () => {
    const created = await createdAlert(rig, { message: 'm', alias: 'r1', details: { service: 'search' } }, routed);
    expect(await rig.incident(Number(created.tinyId))).toMatchObject({ service: 'search', team: 'web' });
    await rig.send('POST', '/v2/alerts/r1/close?identifierType=alias', {}, routed);
    expect(await rig.incident(Number(created.tinyId))).toMatchObject({ state: 'RESOLVED' });
  });

  it('follows an alias to the newest service', async () => {
    const first = await createdAlert(rig, { message: 'm', alias: 'r2', details: { service: 'search' } }, routed);
    await rig.send('POST', `/v2/alerts/${first.id}/close`, {}, routed);
    const second = await createdAlert(rig, { message: 'm', alias: 'r2', details: { service: 'checkout' } }, routed);
    await rig.send('POST', '/v2/alerts/r2/acknowledge?identifierType=alias', {}, routed);
    expect(await rig.incident(Number(second.tinyId))).toMatchObject({ service: 'checkout', state: 'CLAIMED' });
  });

  it.each([
    ['routed', {}],
    ['routed', { service: 'never-heard-of' }],
    ['gone', {}],
  ] as const)('of no known service (%s, %j), it goes to the catch-all', async (key, details) => {
    const alias = `lost-${key}-${Object.keys(details).length}`;
    const created = await createdAlert(rig, { message: 'm', alias, details }, { key });
    const incident = await rig.incident(Number(created.tinyId));
    expect(incident.service).toBe('unrouted');
    expect(incident.dueAt).toBe(rig.now());
    await rig.send('POST', `/v2/alerts/${alias}/close?identifierType=alias`, {}, { key });
    expect(await rig.incident(incident.incidentId)).toMatchObject({ state: 'RESOLVED' });
  });

  it('pages known responders instead of the fallback contact, who comes after them', async () => {
    const responders = [{ type: 'team', name: 'core' }];
    const { tinyId } = await createdAlert(rig, { message: 'm', responders }, routed);
    const { policy } = (await rig.incident(Number(tinyId))).escalation;
    expect(policy.steps).toEqual([{ afterMs: 0, targets: [{ kind: 'user', user: 'ada@example.org' }] }]);
    expect(policy.atEnd).toBe('fallback');
  });
});

describe('identifiers', () => {
  it('finds an alert by id, alias and tiny id', async () => {
    const { id, tinyId } = await createdAlert(rig, { message: 'm', alias: 'thrice' });
    for (const path of [id, `${id}?identifierType=id`, 'thrice?identifierType=alias', `${tinyId}?identifierType=tiny`])
      expect((await rig.send('GET', `/v2/alerts/${path}`)).json.data).toMatchObject({ id });
    for (const path of [`${tinyId}`, 'thrice', `${id}0`, `${id}?identifierType=tiny`])
      expect((await rig.send('GET', `/v2/alerts/${path}`)).status).toBe(404);
    expect((await rig.send('GET', `/v2/alerts/${id}?identifierType=odd`)).status).toBe(422);
  });

  it.each(['svc1-/teapot/close-418-local', 'a/b/c', 'ü {}:{alertname="x"}', '100%'])(
    'takes the alias %s, encoded and under a prefix',
    async (alias) => {
      await rig.send('POST', '/opsgenie/v2/alerts', { message: 'm', alias });
      expect(await alert(alias)).toMatchObject({ alias, status: 'open' });
      const closed = await outcome('POST', `/x/y/v2/alerts/${encodeURIComponent(alias)}/close/?identifierType=alias`);
      expect(closed).toMatchObject({ success: true, action: 'Close', alias });
    },
  );

  it('takes an alias whose slashes are not encoded', async () => {
    await rig.send('POST', '/v2/alerts', { message: 'm', alias: 'svc-/a/b-500' });
    await rig.send('POST', '/v2/alerts/svc-/a/b-500/acknowledge?identifierType=alias');
    expect(await alert('svc-/a/b-500')).toMatchObject({ acknowledged: true });
  });

  it('shows no alert of another service', async () => {
    const { id, tinyId } = await createdAlert(rig, { message: 'm', alias: 'theirs' }, { key: 'search' });
    for (const path of [id, `${tinyId}?identifierType=tiny`, 'theirs?identifierType=alias'])
      expect((await rig.send('GET', `/v2/alerts/${path}`)).status).toBe(404);
    expect(await outcome('POST', `/v2/alerts/${id}/close`)).toMatchObject({ success: false });
    expect((await rig.send('GET', `/v2/alerts/${id}`, undefined, { key: 'routed' })).status).toBe(200);
  });
});

describe('changes', () => {
  const by = { user: 'ann@example.org', source: 'script' };

  it('acknowledges, unacknowledges (and pages anew), closes', async () => {
    const { id, tinyId } = await createdAlert(rig, { message: 'm', alias: 'cycle' });
    rig.wait(MINUTE_MS);
    expect(await outcome('POST', `/v2/alerts/${id}/acknowledge`, by)).toMatchObject({ status: 'Acknowledged alert' });
    expect(await alert('cycle')).toMatchObject({
      acknowledged: true,
      owner: 'ann@example.org',
      report: { ackTime: MINUTE_MS, acknowledgedBy: 'ann@example.org' },
    });
    await outcome('POST', `/v2/alerts/${id}/unacknowledge`, by);
    expect(await rig.incident(Number(tinyId))).toMatchObject({ state: 'OPEN', escalation: { run: 2 } });
    expect(rig.started.at(-1)).toMatchObject({ incidentId: Number(tinyId), generation: 2 });
    await outcome('POST', `/v2/alerts/${id}/close`, { ...by, note: 'fixed' });
    const { json } = await rig.send('GET', `/v2/alerts/${id}`);
    expect(json.data).toMatchObject({ status: 'closed', report: { closeTime: MINUTE_MS, closedBy: by.user } });
    const notes = await rig.send('GET', `/v2/alerts/${id}/notes`);
    expect(notes.json.data).toMatchObject([{ note: 'fixed', owner: by.user }]);
  });

  it.each([null, {}, '', []])('closes with the body %j', async (body) => {
    const { id } = await createdAlert(rig, { message: 'm' });
    const text = typeof body === 'string' ? body : JSON.stringify(body);
    expect(await outcome('POST', `/v2/alerts/${id}/close`, text)).toMatchObject({ success: true });
  });

  it('does not re-open, and says so', async () => {
    const { id, tinyId } = await createdAlert(rig, { message: 'm' });
    await rig.send('POST', `/v2/alerts/${id}/close`);
    for (const action of ['acknowledge', 'unacknowledge', 'close', 'escalate']) {
      const body = { escalation: { name: 'x' } };
      expect(await outcome('POST', `/v2/alerts/${id}/${action}`, body)).toMatchObject({
        success: false,
        isSuccess: false,
        status: 'Alert is already closed',
      });
    }
    expect(await rig.incident(Number(tinyId))).toMatchObject({ state: 'RESOLVED' });
  });

  it('takes a change of an alert that does not exist, and says so afterwards', async () => {
    expect(await outcome('POST', '/v2/alerts/none/close?identifierType=alias')).toMatchObject({
      success: false,
      status: 'Alert does not exist',
      alertId: '',
      alias: '',
      integrationId: 'int-all',
    });
  });

  it('snoozes until a time to come', async () => {
    const { id, tinyId } = await createdAlert(rig, { message: 'm', alias: 'tired' });
    const until = rig.now() + 60 * MINUTE_MS;
    await outcome('POST', `/v2/alerts/${id}/snooze`, { endTime: new Date(until).toISOString() });
    expect(await alert('tired')).toMatchObject({ snoozed: true, snoozedUntil: new Date(until).toISOString() });
    expect(await rig.incident(Number(tinyId))).toMatchObject({ state: 'CLAIMED', dueAt: until });
    const past = { endTime: new Date(rig.now()).toISOString() };
    expect((await rig.send('POST', `/v2/alerts/${id}/snooze`, past)).status).toBe(422);
    expect((await rig.send('POST', `/v2/alerts/${id}/snooze`, {})).status).toBe(422);
  });

  it('escalates to the next step, or to another policy that it knows', async () => {
    const { id, tinyId } = await createdAlert(rig, { message: 'm' });
    await outcome('POST', `/v2/alerts/${id}/escalate`, { escalation: { name: 'unheard of' } });
    const escalated = await rig.incident(Number(tinyId));
    expect(escalated.timeline.at(-1)).toMatchObject({ kind: 'escalated', by: 'Key all' });
    await outcome('POST', `/v2/alerts/${id}/escalate`, { escalation: { name: 'night WATCH' } });
    expect(await rig.incident(Number(tinyId))).toMatchObject({
      escalation: { policy: { id: 'night' } },
      assignedTo: 'escalation policy night',
    });
  });

  it('assigns to a user of the configuration, or to a mail address', async () => {
    const { id, tinyId } = await createdAlert(rig, { message: 'm', alias: 'owned' });
    await outcome('POST', `/v2/alerts/${id}/assign`, { owner: { username: 'grace@example.org' } });
    expect(await alert('owned')).toMatchObject({ owner: 'grace@example.org' });
    const { escalation } = await rig.incident(Number(tinyId));
    expect(escalation.policy.steps).toEqual([{ afterMs: 0, targets: [{ kind: 'user', user: 'grace' }] }]);
    await outcome('POST', `/v2/alerts/${id}/assign`, { owner: { username: 'new@example.org' } });
    expect(await alert('owned')).toMatchObject({ owner: 'new@example.org' });
    expect(await outcome('POST', `/v2/alerts/${id}/assign`, { owner: { username: 'nobody' } })).toMatchObject({
      success: false,
      status: 'Nobody of this name is configured',
    });
  });

  it('pages responders and teams as well', async () => {
    const { id, tinyId } = await createdAlert(rig, { message: 'm', alias: 'crowd' });
    await outcome('POST', `/v2/alerts/${id}/responders`, {
      responder: { type: 'user', username: 'grace@example.org' },
    });
    expect(await outcome('POST', `/v2/alerts/${id}/teams`, { team: { name: 'core' } })).toMatchObject({
      action: 'AddTeam',
      success: true,
    });
    const { escalation, dueAt } = await rig.incident(Number(tinyId));
    expect(escalation.deliveries.map(({ to, stopsWhen }) => [to.address, stopsWhen])).toEqual([
      ['grace@example.org', 'resolved'],
      ['ada@example.org', 'resolved'],
    ]);
    expect(dueAt).toBe(rig.now());
    expect(await alert('crowd')).toMatchObject({ responders: [{ type: 'user' }, { type: 'team', id: 'core' }] });
    const { json } = await rig.send('GET', `/v2/alerts/${id}/recipients`);
    expect(json.data).toMatchObject([
      { user: { username: 'grace@example.org' }, state: 'notactive', method: 'email' },
      { user: { username: 'ada@example.org' } },
    ]);
    const unknown = await outcome('POST', `/v2/alerts/${id}/teams`, { team: { name: 'unheard of' } });
    expect(unknown).toMatchObject({ success: false });
  });

  it('changes tags, details, priority, message and description', async () => {
    const { id } = await createdAlert(rig, { message: 'm', alias: 'edit', tags: ['a'], details: { x: '1' } });
    await outcome('POST', `/v2/alerts/${id}/tags`, { tags: ['b', 'a', 'c'] });
    await outcome('DELETE', `/v2/alerts/${id}/tags?tags=a,nothing`);
    await outcome('POST', `/v2/alerts/${id}/details`, { details: { y: 2, x: 'one' } });
    await outcome('DELETE', `/v2/alerts/${id}/details?keys=y`);
    await outcome('PUT', `/v2/alerts/${id}/priority`, { priority: 'P5' });
    await outcome('PUT', '/v2/alerts/edit/message?identifierType=alias', { message: 'changed' });
    expect(await alert('edit')).toMatchObject({
      tags: ['b', 'c'],
      details: { x: 'one' },
      priority: 'P5',
      message: 'changed',
      description: '',
    });
    await outcome('PUT', '/v2/alerts/edit/description?identifierType=alias', { description: 'more of it' });
    expect(await alert('edit')).toMatchObject({ message: 'changed', description: 'more of it' });
    await outcome('PUT', `/v2/alerts/${id}/description`, { description: '' });
    expect(await alert('edit')).toMatchObject({ message: 'changed', description: '' });
    expect(await outcome('POST', `/v2/alerts/${id}/actions/reboot`, by)).toMatchObject({ action: 'CustomAction' });
    const { json } = await rig.send('GET', `/v2/alerts/${id}/logs?order=asc`);
    expect((json.data ?? []).map((entry) => (entry as { log: string }).log)).toEqual([
      `Incident ${(await alert('edit')).tinyId} raised by Key all for service checkout.`,
      'Tags added by Key all: b, c.',
      'Tags removed by Key all: a.',
      'Details set by Key all: y, x.',
      'Details removed by Key all: y.',
      'Priority set to P5 by Key all (was P3).',
      'Message changed by Key all; it was: m',
      'Description changed by Key all.',
      'Description changed by Key all.',
      'ann@example.org ran the action reboot.',
    ]);
  });

  it('keeps an incident a size that can be stored', async () => {
    const { id } = await createdAlert(rig, { message: 'm' });
    const outcomes = [];
    for (let i = 0; i < 10; i++) {
      const details = Object.fromEntries([[`key${i}`, 'v'.repeat(7_900)]]);
      outcomes.push((await outcome('POST', `/v2/alerts/${id}/details`, { details })).success);
    }
    expect(outcomes).toEqual([true, true, true, true, true, true, true, true, false, false]);
  });

  it('deletes: closed, and gone from this API', async () => {
    const { id, tinyId } = await createdAlert(rig, { message: 'm', alias: 'away' });
    expect(await outcome('DELETE', `/v2/alerts/${id}?user=ann&source=x`)).toMatchObject({
      success: true,
      action: 'Delete',
      alertId: id,
    });
    expect(await rig.incident(Number(tinyId))).toMatchObject({ state: 'RESOLVED', resolvedBy: 'ann' });
    expect((await rig.send('GET', `/v2/alerts/${id}`)).status).toBe(404);
    expect(await outcome('DELETE', `/v2/alerts/${id}`)).toMatchObject({ success: false });
    expect(await createdAlert(rig, { message: 'm', alias: 'away' })).not.toMatchObject({ id });
  });

  it('does not end a group because one of its aliases is over', async () => {
    const grouped = { key: 'grouped' } as const;
    const { tinyId } = await createdAlert(rig, { message: 'one', alias: 'g1' }, grouped);
    await rig.send('POST', '/v2/alerts', { message: 'two', alias: 'g2' }, grouped);
    await rig.send('POST', '/v2/alerts/g1/close?identifierType=alias', {}, grouped);
    const incident = await rig.incident(Number(tinyId));
    expect(incident).toMatchObject({ state: 'OPEN', count: 2 });
    expect(incident.timeline.at(-1)?.text).toContain('g1 is over');
    await rig.send('POST', `/v2/alerts/${tinyId}/close?identifierType=tiny`, {}, grouped);
    expect(await rig.incident(Number(tinyId))).toMatchObject({ state: 'RESOLVED' });
  });

  it('answers what a client sends too much, and what is not there', async () => {
    expect((await rig.send('PATCH', '/v2/alerts')).status).toBe(405);
    expect((await rig.send('GET', '/v2/alerts/saved-searches')).status).toBe(404);
    expect((await rig.send('GET', '/v2/alerts/requests/not-one-of-ours')).status).toBe(404);
    const headers = { authorization: `GenieKey ${genieKey('all')}` };
    expect(await rig.raw('GET', '/v3/alerts', Buffer.alloc(0), headers)).toBeUndefined();
    expect(await rig.raw('GET', '/incidents', Buffer.alloc(0), headers)).toBeUndefined();
  });
});
