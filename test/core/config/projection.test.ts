import { describe, expect, it } from '@jest/globals';
import { type ConfigDocument, EMPTY_CONFIG } from '../../../core/config/document.ts';
import { projection, rowsOf } from '../../../core/config/projection.ts';
import { valid } from './documents.ts';

const day = (name: string, oncall = 'ada@example.org') => ({ day: name, oncall });

function document(services: readonly object[], days: readonly object[] = []): ConfigDocument {
  return valid({ teams: [{ id: 'payments', timeZone: 'Europe/Berlin', calendar: days }], services });
}

describe('rowsOf', () => {
  it('makes rows that need no reference followed', () => {
    const { services, calendar } = rowsOf(
      document([{ id: 'athens', name: 'Athens', team: 'payments' }], [day('default')]),
    );
    expect(services).toMatchObject([
      {
        serviceId: 'athens',
        team: 'payments',
        timeZone: 'Europe/Berlin',
        pageAfterSeconds: 0,
        escalateAfterSeconds: 600,
      },
    ]);
    expect(calendar).toEqual([{ teamname: 'payments', day: 'default', oncall: 'ada@example.org' }]);
  });

  it('leaves a service without a team without one', () => {
    const [row] = rowsOf(document([{ id: 'orphan' }])).services;
    expect(row).not.toHaveProperty('team');
    expect(row?.timeZone).toBe('UTC');
  });
});

describe('projection', () => {
  const before = document([{ id: 'athens' }, { id: 'berlin' }], [day('default'), day('2026-12-24')]);

  it('writes everything of a first document', () => {
    const { put, remove } = projection(EMPTY_CONFIG, before);
    expect(put).toEqual(rowsOf(before));
    expect(remove).toEqual({ services: [], calendar: [] });
  });

  it('writes everything again although it is the same, and removes nothing', () => {
    expect(projection(before, before)).toEqual({ put: rowsOf(before), remove: { services: [], calendar: [] } });
  });

  it('removes exactly what is gone', () => {
    const after = document([{ id: 'berlin' }, { id: 'cairo' }], [day('2026-12-24', 'lin@example.org')]);
    const { put, remove } = projection(before, after);
    expect(put.services.map((row) => row.serviceId)).toEqual(['berlin', 'cairo']);
    expect(remove.services.map((row) => row.serviceId)).toEqual(['athens']);
    expect(remove.calendar.map((row) => `${row.teamname} ${row.day}`)).toEqual(['payments default']);
  });

  it('removes all of an emptied document', () => {
    const { put, remove } = projection(before, EMPTY_CONFIG);
    expect(put).toEqual({ services: [], calendar: [] });
    expect(remove).toEqual(rowsOf(before));
  });

  it('tells teams with the same days apart', () => {
    const two = valid({
      teams: [
        { id: 'payments', calendar: [day('default')] },
        { id: 'platform', calendar: [day('default')] },
      ],
    });
    const one = valid({ teams: [{ id: 'platform', calendar: [day('default')] }] });
    expect(projection(two, one).remove.calendar.map((row) => row.teamname)).toEqual(['payments']);
  });
});
