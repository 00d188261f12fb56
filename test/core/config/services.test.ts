import { describe, expect, it } from '@jest/globals';
import { servicesOf } from '../../../core/config/services.ts';
import { openingAt, within } from '../../../core/hours.ts';
import { maintenanceAt } from '../../../core/maintenance.ts';
import { DEFAULT_SETTINGS, policyOf } from '../../../core/service.ts';
import { base, valid } from './documents.ts';

const MINUTE = 60_000;
const at = (text: string) => Date.parse(text);

function service(form: object, change: (document: ReturnType<typeof base>) => void = () => undefined) {
  const document = base();
  document.services.push({ id: 's', ...form });
  change(document);
  const found = servicesOf(valid(document)).find(({ serviceId }) => serviceId === 's');
  if (!found) throw new Error('there is no service s');
  return found;
}

describe('servicesOf', () => {
  it('fills in what is left out', () => {
    expect(service({})).toEqual({
      serviceId: 's',
      timeZone: 'UTC',
      pageAfterSeconds: 0,
      escalateAfterSeconds: 600,
      settings: DEFAULT_SETTINGS,
      grouping: { by: 'dedupKey' },
      urgency: { CRIT: 'high', ERR: 'high', WARN: 'low' },
      lowUrgencyOutsideHours: 'wait',
      maintenance: [],
    });
  });

  it('takes the zone and the policy of the team, unless it has its own or sets delays', () => {
    const owned = (form: object) =>
      service({ team: 'payments', ...form }, (document) => {
        document.teams[0] = { ...document.teams[0], escalationPolicy: 'standard' };
        document.escalationPolicies.push({ id: 'other', rules: [{ targets: [{ user: 'ada' }] }] });
      });
    expect(owned({})).toMatchObject({ team: 'payments', timeZone: 'Europe/Berlin', policy: { id: 'standard' } });
    expect(owned({ escalationPolicy: 'other' })).toMatchObject({ policy: { id: 'other' } });
    const delayed = owned({ pageAfterSeconds: 60 });
    expect(delayed).not.toHaveProperty('policy');
    expect(policyOf(delayed)).toMatchObject({ id: 'calendar', steps: [{ afterMs: 60_000 }, { afterMs: 600_000 }] });
  });

  it('counts in milliseconds what is written in minutes', () => {
    const limits = {
      acknowledgementTimeoutMinutes: 1,
      autoResolveMinutes: 2,
      repageAfterMinutes: 3,
      repageAfterAcknowledgedMinutes: 4,
    };
    expect(service(limits).settings).toEqual({
      acknowledgementTimeoutMs: MINUTE,
      autoResolveMs: 2 * MINUTE,
      repageAfterMs: 3 * MINUTE,
      repageAfterAcknowledgedMs: 4 * MINUTE,
    });
    expect(service({ grouping: { by: 'time', windowMinutes: 5 } }).grouping).toEqual({
      by: 'time',
      windowMs: 5 * MINUTE,
    });
    const fields = ['title', 'details.host'];
    expect(service({ grouping: { by: 'fields', fields, windowMinutes: 1 } }).grouping).toEqual({
      by: 'fields',
      fields,
      windowMs: MINUTE,
    });
    expect(service({ grouping: { by: 'dedupKey' } }).grouping).toEqual({ by: 'dedupKey' });
  });

  it.each([
    ['low', { CRIT: 'low', ERR: 'low', WARN: 'low' }],
    [{ WARN: 'high' }, { CRIT: 'high', ERR: 'high', WARN: 'high' }],
    [{ ERR: 'low' }, { CRIT: 'high', ERR: 'low', WARN: 'low' }],
  ])('reads the urgency %j', (urgency, expected) => expect(service({ urgency }).urgency).toEqual(expected));

  it('opens for support at the same wall clock over a change of the clocks, in the zone of the team', () => {
    const { supportHours: hours } = service({
      team: 'payments',
      supportHours: { days: ['fri', 1, 'mon'], from: '08:00', to: '18:00' },
    });
    expect(hours?.timeZone).toBe('Europe/Berlin');
    expect(hours?.times).toHaveLength(2);
    const opens = (text: string) => hours && new Date(openingAt(hours, at(text))?.from ?? 0).toISOString();
    expect(opens('2026-10-23T20:00Z')).toBe('2026-10-26T07:00:00.000Z');
    expect(opens('2026-10-16T20:00Z')).toBe('2026-10-19T06:00:00.000Z');
  });

  it.each([
    [
      'over midnight',
      '22:00',
      '06:00',
      ['2026-11-06T23:00Z', '2026-11-07T05:59Z'],
      ['2026-11-06T21:59Z', '2026-11-07T06:00Z'],
    ],
    [
      'to the end of the day',
      '00:00',
      '24:00',
      ['2026-11-06T00:00Z', '2026-11-06T23:59Z'],
      ['2026-11-05T23:59Z', '2026-11-07T00:00Z'],
    ],
  ])('has support hours %s', (_what, from, to, inside, outside) => {
    const { supportHours: hours } = service({ supportHours: { timeZone: 'UTC', days: ['fri'], from, to } });
    expect(hours && inside.map((text) => within(hours, at(text)))).toEqual([true, true]);
    expect(hours && outside.map((text) => within(hours, at(text)))).toEqual([false, false]);
  });

  it('knows the maintenance windows of itself and of its team', () => {
    const span = { from: '2026-11-02T02:00', to: '2026-11-02T04:00', timeZone: 'Europe/Berlin' };
    const { maintenance } = service({ team: 'payments' }, (document) =>
      document.maintenanceWindows.push(
        { id: 'mine', services: ['s'], ...span },
        { id: 'both', services: ['s'], teams: ['payments'], ...span },
        { id: 'teams', teams: ['payments'], ...span },
        { id: 'another', services: ['athens'], ...span },
      ),
    );
    expect(maintenance.map(({ id }) => id)).toEqual(['mine', 'both', 'teams']);
    expect(maintenance[0]).toEqual({ id: 'mine', from: at('2026-11-02T01:00Z'), to: at('2026-11-02T03:00Z') });
  });

  it('knows a window that recurs, at its wall clock', () => {
    const { maintenance } = service({}, (document) =>
      document.maintenanceWindows.push({
        id: 'nightly',
        services: ['s'],
        timeZone: 'Europe/Berlin',
        from: '2026-10-01',
        to: '2027-01-01',
        recurring: [{ kind: 'weekly', day: 7, from: '22:00', toDay: 1, to: '02:00' }],
      }),
    );
    const until = (text: string) => {
      const found = maintenanceAt(maintenance, at(text));
      return found && new Date(found.until).toISOString();
    };
    expect(until('2026-10-18T20:00Z')).toBe('2026-10-19T00:00:00.000Z');
    expect(until('2026-10-25T20:30Z')).toBeUndefined();
    expect(until('2026-10-25T21:00Z')).toBe('2026-10-26T01:00:00.000Z');
    expect(until('2027-01-03T22:00Z')).toBeUndefined();
  });
});
