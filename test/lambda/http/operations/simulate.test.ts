import { describe, expect, it } from '@jest/globals';
import { simulateOperations } from '../../../../lambda/http/operations/simulate.ts';
import { answer, DOCUMENT, inForce, refusal, request } from './asked.ts';

const { simulate } = simulateOperations(inForce());
const ask = (body: object) => answer(simulate(request({ body })));
const paged = (answered: { pages: { afterSeconds: number; who: string }[] }) =>
  answered.pages.map(({ afterSeconds, who }) => `${afterSeconds} ${who}`);

describe('POST /simulate', () => {
  it('answers who would be notified by the configuration in force, how, when and why', async () => {
    const answered = await ask({ service: 'sparta' });
    expect(answered).toEqual({
      service: 'sparta',
      severity: 'CRIT',
      at: '2026-11-21T02:04:00.000Z',
      localTime: '2026-11-21T03:04:00+01:00',
      timeZone: 'Europe/Berlin',
      held: null,
      pages: [
        {
          at: '2026-11-21T02:04:00.000Z',
          afterSeconds: 0,
          localTime: '2026-11-21T03:04:00+01:00',
          who: 'Ada Lovelace',
          to: 'ada@example.org',
          by: 'email',
          role: 'oncall',
          reason: 'Ada Lovelace is on-call engineer of team payments on 2026-11-21',
        },
        expect.objectContaining({ afterSeconds: 900, to: 'boss@example.org', role: 'escalation' }),
      ],
      story: expect.arrayContaining([
        { at: '2026-11-21T02:04:00.000Z', kind: 'created', text: expect.stringContaining('service sparta') },
      ]),
      end: 'policy finished',
      warnings: [],
      text: expect.stringMatching(
        /^CRIT for service sparta of team payments, Saturday 2026-11-21 03:04 Europe\/Berlin/,
      ),
    });
  });

  it('reads the calendar day by day, as the clock goes past midnight', async () => {
    const answered = await ask({ service: 'sparta', at: '2026-11-21T23:50' });
    expect(paged(answered)).toEqual(['0 Ada Lovelace', '900 fallback contact']);
    expect(answered.warnings).toContain(
      'After 15 min it goes to the fallback contact, because team payments has no escalation contact on 2026-11-22.',
    );
  });

  it('reads a time without a zone on the clock of the team, and any other as it says', async () => {
    const at = async (value: unknown) => (await ask({ service: 'athens', at: value })).at;
    expect(await at('2026-11-21T03:04')).toBe('2026-11-21T02:04:00.000Z');
    expect(await at('2026-11-21T03:04:00+05:30')).toBe('2026-11-20T21:34:00.000Z');
    expect(await at(1_795_226_640)).toBe('2026-11-21T02:04:00.000Z');
  });

  it('stops at the acknowledgement', async () => {
    const answered = await ask({ service: 'athens', acknowledgedAfterMinutes: 7 });
    expect(paged(answered)).toEqual(['0 Ada Lovelace']);
    expect(answered.end).toBe('acknowledged');
  });

  it('tries a configuration that is not in force', async () => {
    const config = {
      services: [{ id: 'delphi', team: 't' }],
      teams: [
        { id: 't', calendar: [{ day: 'default', oncall: 'eve@example.org', escalation: 'mallory@example.org' }] },
      ],
    };
    const answered = await ask({ service: 'delphi', config });
    expect(paged(answered)).toEqual(['0 eve@example.org', '600 mallory@example.org']);
    expect(await refusal(simulate(request({ body: { service: 'athens', config } })))).toEqual({
      code: 'unknown_service',
      fields: ['service'],
    });
  });

  it('names every fault of such a configuration within the body', async () => {
    const config = { services: [{ id: 'delphi', team: 'ghost' }], extra: 1 };
    const refused = await refusal(simulate(request({ body: { service: 'delphi', config } })));
    expect(refused.code).toBe('invalid_request');
    expect(refused.fields.sort()).toEqual(['config.extra', 'config.services[0].team']);
  });

  it('refuses an unknown service, and fields that are wrong', async () => {
    const fields = (body: object) => refusal(simulate(request({ body })));
    expect(await fields({ service: 'ghost' })).toEqual({ code: 'unknown_service', fields: ['service'] });
    expect(await fields({ service: 'athens', at: 'soon' })).toEqual({ code: 'invalid_request', fields: ['at'] });
    expect(await fields({ service: 'athens', at: -1 })).toEqual({ code: 'invalid_request', fields: ['at'] });
    expect(await fields({ service: 'athens', severity: 'BAD', x: 1 })).toEqual({
      code: 'invalid_request',
      fields: ['severity', 'x'],
    });
  });

  it('asks for no calendar where nobody owns the service', async () => {
    const calendar = { days: () => Promise.reject(new Error('must not be asked')) };
    const operations = simulateOperations({ ...inForce(DOCUMENT), calendar });
    expect((await answer(operations.simulate(request({ body: { service: 'nobody' } })))).warnings).toContain(
      'At once it goes to the fallback contact, because the service has no owner team, so nobody is on call for it.',
    );
  });
});
