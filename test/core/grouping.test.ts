import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { groupOf } from '../../core/grouping.ts';
import type { Grouping } from '../../core/service.ts';
import type { NewIncident } from '../../core/transitions.ts';
import { aSeverity, SEED } from '../support/arbitraries.ts';
import { aRequest } from '../support/builders.ts';

const WINDOW = 300_000;
const byFields = (...fields: string[]): Grouping => ({ by: 'fields', fields, windowMs: WINDOW });
const group = (request: Partial<NewIncident>, grouping: Grouping) => groupOf(aRequest(request), { grouping });

describe('groupOf', () => {
  it('is none when only the dedup key counts', () => {
    expect(group({ dedupKey: 'disk' }, { by: 'dedupKey' })).toBeUndefined();
  });

  it('is one for all events of the service by time', () => {
    const grouping: Grouping = { by: 'time', windowMs: WINDOW };
    expect(group({ title: 'a' }, grouping)).toEqual({ key: expect.any(String), windowMs: WINDOW });
    expect(group({ title: 'a' }, grouping)).toEqual(group({ title: 'b', severity: 'WARN' }, grouping));
  });

  it.each<[string, Partial<NewIncident>, Partial<NewIncident>]>([
    ['severity', { severity: 'CRIT' }, { severity: 'ERR' }],
    ['source', { source: 'a' }, { source: 'b' }],
    ['source', { source: 'a' }, {}],
    ['title', { title: 'a' }, { title: 'b' }],
    ['dedupKey', { dedupKey: 'a' }, { dedupKey: 'b' }],
    ['details.host', { details: { host: 'a' } }, { details: { host: 'b' } }],
    ['details.host', { details: { host: 1 } }, { details: { host: '1' } }],
    ['details.a.b', { details: { 'a.b': 1 } }, { details: { a: { b: 1 } } }],
  ])('tells events apart that differ in %s', (field, one, other) => {
    const grouping = byFields(field);
    expect(group(one, grouping)).not.toEqual(group(other, grouping));
    expect(group({ ...one, message: 'x' }, grouping)).toEqual(group({ ...one, message: 'y' }, grouping));
  });

  it('takes a missing value as one that all without it share', () => {
    const grouping = byFields('details.host', 'source');
    expect(group({}, grouping)).toEqual(group({ details: { other: 1 } }, grouping));
    expect(group({ details: { host: null } }, grouping)).toEqual(group({}, grouping));
  });

  it('does not mix up values that only look alike when put together', () => {
    const grouping = byFields('title', 'source');
    expect(group({ title: 'a","b', source: 'c' }, grouping)).not.toEqual(
      group({ title: 'a', source: 'b","c' }, grouping),
    );
  });

  it('is the same exactly when all the fields agree', () => {
    const few = fc.constantFrom('a', 'b', '');
    const event = fc.record(
      {
        severity: aSeverity,
        source: few,
        title: few,
        dedupKey: few,
        details: fc.record({ host: few }, { requiredKeys: [] }),
      },
      { requiredKeys: ['severity', 'title'] },
    );
    const fields = fc.subarray(['severity', 'source', 'title', 'dedupKey', 'details.host'], { minLength: 1 });
    fc.assert(
      fc.property(event, event, fields, (one, other, wanted) => {
        const values = (each: typeof one) =>
          wanted.map(
            (field) => (field === 'details.host' ? each.details?.host : each[field as keyof typeof one]) ?? null,
          );
        const same = JSON.stringify(values(one)) === JSON.stringify(values(other));
        expect(group(one, byFields(...wanted))?.key === group(other, byFields(...wanted))?.key).toBe(same);
      }),
      { seed: SEED, numRuns: 500 },
    );
  });
});
