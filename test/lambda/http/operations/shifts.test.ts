import { describe, expect, it } from '@jest/globals';
import { shiftOperations } from '../../../../lambda/http/operations/shifts.ts';
import { answer, DOCUMENT, inForce, NOW, refusal, request } from './asked.ts';

const { getShifts, getGaps } = shiftOperations(inForce());
const asked = (id: string, query?: Record<string, string>) => request({ path: { id }, ...(query ? { query } : {}) });

describe('GET /schedules/{id}/shifts', () => {
  it('answers the final shifts and those of each layer, in UTC and in the zone', async () => {
    const span = { from: '2026-10-20T00:00:00Z', to: '2026-11-10T00:00:00Z' };
    expect(await answer(getShifts(asked('primary', span)))).toEqual({
      schedule: 'primary',
      name: 'Primary',
      timeZone: 'Europe/Berlin',
      from: '2026-10-20T00:00:00.000Z',
      to: '2026-11-10T00:00:00.000Z',
      fromLocal: '2026-10-20T02:00:00+02:00',
      toLocal: '2026-11-10T01:00:00+01:00',
      people: [
        { user: 'ada', name: 'Ada Lovelace' },
        { user: 'grace', name: 'Grace Hopper' },
      ],
      final: [
        {
          from: '2026-11-02T08:00:00.000Z',
          to: '2026-11-09T08:00:00.000Z',
          fromLocal: '2026-11-02T09:00:00+01:00',
          toLocal: '2026-11-09T09:00:00+01:00',
          users: ['ada'],
          reasons: ['layer Weekly'],
        },
        expect.objectContaining({ from: '2026-11-09T08:00:00.000Z', to: '2026-11-10T00:00:00.000Z', users: ['grace'] }),
      ],
      layers: [
        {
          id: 'weekly',
          name: 'Weekly',
          shifts: [expect.objectContaining({ users: ['ada'] }), expect.objectContaining({ users: ['grace'] })],
        },
      ],
      coveragePercentage: 36.5,
    });
  });

  it.each([
    ['America/St_Johns', '2026-11-20T22:34:00-03:30'],
    ['Asia/Kathmandu', '2026-11-21T07:49:00+05:45'],
    ['UTC', '2026-11-21T02:04:00+00:00'],
  ])('writes the local time of %s with its offset', async (timeZone, local) => {
    const operations = shiftOperations(inForce({ schedules: [{ id: 'there', timeZone }] }));
    const { fromLocal } = await answer(operations.getShifts(asked('there')));
    expect(fromLocal).toBe(local);
    expect(Date.parse(fromLocal)).toBe(NOW);
  });

  it('shows the next two weeks when not told otherwise', async () => {
    const { from, to } = await answer(getShifts(asked('primary')));
    expect([from, to]).toEqual(['2026-11-21T02:04:00.000Z', '2026-12-05T02:04:00.000Z']);
  });

  it('refuses an unknown schedule, a span the wrong way round, and one of more than 400 days', async () => {
    const fields = async (id: string, query?: Record<string, string>) => refusal(getShifts(asked(id, query)));
    expect(await fields('ghost')).toEqual({ code: 'not_found', fields: ['schedule'] });
    const bad = { code: 'invalid_request', fields: ['to'] };
    expect(await fields('primary', { from: '2026-01-02T00:00:00Z', to: '2026-01-01T00:00:00Z' })).toEqual(bad);
    expect(await fields('primary', { from: '2026-01-01T00:00:00Z', to: '2027-02-05T00:00:01Z' })).toEqual(bad);
    await answer(getShifts(asked('primary', { from: '2026-01-01T00:00:00Z', to: '2027-02-05T00:00:00Z' })));
  });

  it('refuses to draw more shifts than an answer can hold', async () => {
    const layers = ['a', 'b'].map((id) => ({
      id,
      users: ['ada', 'grace'],
      start: '2026-01-01T00:00',
      rotation: { unit: 'hour' as const },
    }));
    const document = { users: DOCUMENT.users ?? [], schedules: [{ id: 'hourly', timeZone: 'UTC', layers }] };
    const operations = shiftOperations(inForce(document));
    const year = { from: '2026-01-01T00:00:00Z', to: '2027-01-01T00:00:00Z' };
    expect(await refusal(operations.getShifts(asked('hourly', year)))).toEqual({
      code: 'invalid_request',
      fields: ['to'],
    });
    const month = { from: '2026-01-01T00:00:00Z', to: '2026-02-01T00:00:00Z' };
    expect((await answer(operations.getShifts(asked('hourly', month)))).final).toHaveLength(31 * 24);
  });
});

describe('GET /schedules/{id}/gaps', () => {
  it('answers when nobody is on call, and how much is covered', async () => {
    const span = { from: '2026-11-20T23:00:00Z', to: '2026-11-22T23:00:00Z' };
    const answered = await answer(getGaps(asked('night', span)));
    expect(answered).toMatchObject({ schedule: 'night', name: 'Night watch', coveragePercentage: 41.66 });
    expect(answered.gaps).toEqual([
      {
        from: '2026-11-21T05:00:00.000Z',
        to: '2026-11-21T19:00:00.000Z',
        fromLocal: '2026-11-21T06:00:00+01:00',
        toLocal: '2026-11-21T20:00:00+01:00',
        seconds: 50_400,
      },
      expect.objectContaining({ from: '2026-11-22T05:00:00.000Z', to: '2026-11-22T19:00:00.000Z' }),
    ]);
  });

  it('has none where every second is covered', async () => {
    expect(await answer(getGaps(asked('primary')))).toMatchObject({ gaps: [], coveragePercentage: 100 });
  });

  it('refuses an unknown schedule', async () => {
    expect(await refusal(getGaps(asked('ghost')))).toEqual({ code: 'not_found', fields: ['schedule'] });
  });
});
