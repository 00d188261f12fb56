import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { CONTACT_KINDS } from '../../core/delivery.ts';
import { type ContactMethod, contactsOf, type NotificationRule, WORKING_CHANNELS } from '../../core/people.ts';
import { URGENCIES } from '../../core/policy.ts';
import { MINUTE_MS } from '../../core/time.ts';
import { SEED } from '../support/arbitraries.ts';
import { aUser } from '../support/builders.ts';

const work: ContactMethod = { id: 'work', kind: 'email', address: 'ada@example.org' };
const home: ContactMethod = { id: 'home', kind: 'email', address: 'ada@example.net' };
const phone: ContactMethod = { id: 'phone', kind: 'voice', address: '+000' };

function told(
  contactMethods: readonly ContactMethod[],
  notificationRules: readonly NotificationRule[],
  urgency = 'high',
) {
  const user = aUser('ada', { contactMethods, notificationRules });
  return contactsOf(user, urgency === 'high' ? 'high' : 'low').map(({ to, delayMs }) => [to.address, delayMs]);
}

describe('contactsOf', () => {
  it('is the first method at once when there is no rule', () => {
    expect(contactsOf(aUser('ada', { contactMethods: [work, home] }), 'high')).toEqual([
      { to: { kind: 'email', address: work.address, name: 'Ada' }, delayMs: 0 },
    ]);
  });

  it('follows the rules in time order, whatever order they are in', () => {
    const rules = [
      { afterMinutes: 10, method: 'work' },
      { afterMinutes: 0, method: 'home' },
      { afterMinutes: 2.5, method: 'work' },
    ];
    expect(told([work, home], rules)).toEqual([
      [home.address, 0],
      [work.address, 150_000],
      [work.address, 600_000],
    ]);
  });

  it('follows only the rules of the urgency, and those of both', () => {
    const rules: NotificationRule[] = [
      { afterMinutes: 0, method: 'home', urgency: 'high' },
      { afterMinutes: 60, method: 'work', urgency: 'low' },
      { afterMinutes: 90, method: 'work' },
    ];
    expect(told([work, home], rules)).toEqual([
      [home.address, 0],
      [work.address, 90 * MINUTE_MS],
    ]);
    expect(told([work, home], rules, 'low').map(([, delay]) => delay)).toEqual([60 * MINUTE_MS, 90 * MINUTE_MS]);
  });

  it.each<[string, ContactMethod[], NotificationRule[]]>([
    ['for another urgency', [work], [{ afterMinutes: 5, method: 'work', urgency: 'low' }]],
    ['by a method that is gone', [work], [{ afterMinutes: 5, method: 'pager' }]],
    ['by a method that nothing is sent by yet', [phone, work], [{ afterMinutes: 5, method: 'phone' }]],
  ])('is the first method that works at once when every rule is %s', (_what, methods, rules) => {
    expect(told(methods, rules)).toEqual([[work.address, 0]]);
  });

  it('is nobody only without any method that works', () => {
    expect(told([], [])).toEqual([]);
    expect(told([phone], [{ afterMinutes: 0, method: 'phone' }])).toEqual([]);
  });

  it('never leaves out somebody who can be reached, whatever their rules', () => {
    const method = fc.record({
      id: fc.constantFrom('a', 'b', 'c'),
      kind: fc.constantFrom(...CONTACT_KINDS),
      address: fc.constantFrom('x@example.org', '+000'),
    });
    const rule = fc.record(
      {
        afterMinutes: fc.nat({ max: 600 }),
        method: fc.constantFrom('a', 'b', 'c', 'd'),
        urgency: fc.constantFrom(...URGENCIES),
      },
      { requiredKeys: ['afterMinutes', 'method'] },
    );
    const user = fc.record({
      contactMethods: fc.uniqueArray(method, { selector: (m) => m.id, maxLength: 3 }),
      notificationRules: fc.array(rule, { maxLength: 6 }),
    });
    fc.assert(
      fc.property(user, fc.constantFrom(...URGENCIES), (some, urgency) => {
        const contacts = contactsOf(aUser('ada', some), urgency);
        const working = some.contactMethods.filter(({ kind }) => WORKING_CHANNELS.includes(kind));
        expect(contacts.length > 0).toBe(working.length > 0);
        const delays = contacts.map(({ delayMs }) => delayMs);
        expect(delays).toEqual([...delays].sort((a, b) => a - b));
        for (const { to } of contacts) expect(WORKING_CHANNELS).toContain(to.kind);
      }),
      { seed: SEED, numRuns: 300 },
    );
  });
});
