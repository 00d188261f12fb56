import { describe, expect, it } from '@jest/globals';
import { fieldsOf, useApiStage } from '../../support/api-stage.ts';

const { stage, send, refused } = useApiStage();

describe('POST /simulate', () => {
  it('answers who would be notified, how, when and why, with the configuration in force', async () => {
    const before = await stage().dump();
    const { status, json } = await send('POST', '/simulate', { service: 'checkout', severity: 'ERR' });
    expect(status).toBe(200);
    expect(json).toMatchObject({
      at: '2026-11-23T12:00:00.000Z',
      pages: [
        { afterSeconds: 3_600, to: 'ada@example.org', by: 'email', role: 'oncall' },
        { afterSeconds: 7_200, to: 'grace@example.org', role: 'escalation' },
      ],
      end: 'policy finished',
      text: expect.stringContaining('ada@example.org'),
    });
    expect(await stage().dump()).toEqual(before);
    expect(stage().mails).toEqual([]);
  });

  it('tries a configuration in the body, at a wall clock of its people', async () => {
    const config = {
      users: [{ id: 'lin', email: 'lin@example.org' }],
      teams: [{ id: 'far', timeZone: 'Pacific/Auckland' }],
      escalationPolicies: [{ id: 'p', rules: [{ targets: [{ user: 'lin' }] }], atEnd: 'giveUp' }],
      services: [{ id: 'new', team: 'far', escalationPolicy: 'p' }],
    };
    const { json } = await send('POST', '/simulate', { service: 'new', at: '2026-12-24T18:00', config });
    expect(json).toMatchObject({ at: '2026-12-24T05:00:00.000Z', pages: [{ to: 'lin@example.org', afterSeconds: 0 }] });
    await refused({ method: 'POST', path: '/simulate', body: { service: 'new' } }, 400, 'unknown_service');
  });

  it.each([
    [{}, ['service']],
    [
      { service: 'checkout', severity: 'HIGH', at: 'x', acknowledgedAfterMinutes: -1 },
      ['acknowledgedAfterMinutes', 'at', 'severity'],
    ],
    [
      { service: 'checkout', config: { services: [{ id: 'checkout', team: 'x' }], y: 1 } },
      ['config.services[0].team', 'config.y'],
    ],
    [{ service: 'none' }, ['service']],
  ])('refuses %j, naming %j', async (body, fields) => {
    const code = 'service' in body && body.service === 'none' ? 'unknown_service' : 'invalid_request';
    expect(fieldsOf(await refused({ method: 'POST', path: '/simulate', body }, 400, code))).toEqual(fields);
  });
});
