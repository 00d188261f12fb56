import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { alertIdOf, numberedBy } from '../../../../lambda/app/opsgenie/alert-id.ts';
import {
  REQUEST_ACTIONS,
  REQUEST_RESULTS,
  requestIdOf,
  requestRecordOf,
} from '../../../../lambda/app/opsgenie/request-id.ts';

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-a[0-9a-f]{3}-[0-9a-f]{12}$/;
const time = fc.integer({ min: 1, max: 4_102_444_800_000 });
const hexDigit = fc.integer({ min: 0, max: 15 });

/** The same text with one hex digit replaced by another. */
function mistyped(text: string, at: number, by: number): string {
  const old = Number.parseInt(text[at] ?? '', 16);
  return text.slice(0, at) + ((old + 1 + (by % 15)) % 16).toString(16) + text.slice(at + 1);
}

describe('alert ids', () => {
  const incident = fc.record({ incidentId: fc.integer({ min: 1, max: 2 ** 47 }), createdAt: time });

  it('are a UUID and the creation time, and lead back to the incident', () => {
    fc.assert(
      fc.property(incident, (one) => {
        const id = alertIdOf(one);
        expect(id.slice(0, 36)).toMatch(UUID);
        expect(id.slice(36)).toBe(`-${one.createdAt}`);
        expect(numberedBy(id)).toEqual(one);
        expect(numberedBy(id.toUpperCase())).toEqual(one);
      }),
    );
  });

  it('are no other when a digit is wrong', () => {
    fc.assert(
      fc.property(incident, fc.constantFrom(0, 7, 10, 16, 21, 25, 35), hexDigit, (one, at, by) => {
        expect(numberedBy(mistyped(alertIdOf(one), at, by))).toBeUndefined();
      }),
    );
  });

  it.each([
    '',
    '10000',
    'disk-1',
    '11111111-2222-3333-4444-555555555555',
    '11111111-2222-8333-a444-000000002710-17954',
  ])('%j is none', (text) => expect(numberedBy(text)).toBeUndefined());
});

describe('request ids', () => {
  const record = fc.record(
    {
      action: fc.constantFrom(...REQUEST_ACTIONS),
      result: fc.constantFrom(...REQUEST_RESULTS),
      processedAt: time,
      incidentId: fc.integer({ min: 1, max: 2 ** 40 - 1 }),
    },
    { requiredKeys: ['action', 'result', 'processedAt'] },
  );

  it('are UUIDs that say what became of the request', () => {
    fc.assert(
      fc.property(record, fc.integer({ min: 0, max: 255 }), (one, salt) => {
        const id = requestIdOf(one, salt.toString(16).padStart(2, '0'));
        expect(id).toMatch(UUID);
        expect(requestRecordOf(id)).toEqual(one);
      }),
    );
  });

  it('differ for equal requests', () => {
    const one = { action: 'Close', result: 'done', processedAt: 1, incidentId: 1 } as const;
    expect(requestIdOf(one, '00')).not.toBe(requestIdOf(one, '01'));
  });

  it('are none when they come from elsewhere', () => {
    for (const text of ['', 'x', '11111111-2222-4333-a444-555555555555', '019a0000-0000-8fff-afff-ffffffffffff'])
      expect(requestRecordOf(text)).toBeUndefined();
  });

  it('hold a number of a trillion, and no more', () => {
    const one = { action: 'Create', result: 'done', processedAt: 1 } as const;
    expect(requestRecordOf(requestIdOf({ ...one, incidentId: 2 ** 40 - 1 }, '00'))?.incidentId).toBe(2 ** 40 - 1);
    expect(() => requestIdOf({ ...one, incidentId: 2 ** 40 }, '00')).toThrow(RangeError);
  });
});
