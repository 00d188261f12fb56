import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type ConfigDocument, parseConfig } from '../../core/config/document.ts';
import { directoryIn, instantFor, serviceIn } from '../../core/scenario.ts';
import { type Question, simulate } from '../../core/simulate.ts';
import { simulationText, simulationWarnings } from '../../core/simulation-text.ts';
import { MINUTE_MS } from '../../core/time.ts';

const FALLBACK = { kind: 'email', address: 'fallback@example.org', name: 'fallback contact' } as const;
const DOCUMENT = {
  users: [
    { id: 'ada', name: 'Ada Lovelace', email: 'ada@example.org' },
    { id: 'grace', name: 'Grace Hopper', email: 'grace@example.org' },
  ],
  teams: [{ id: 'payments', timeZone: 'Europe/Berlin', members: ['ada', 'grace'] }],
  schedules: [
    {
      id: 'primary',
      name: 'Primary',
      timeZone: 'Europe/Berlin',
      layers: [{ id: 'weekly', users: ['ada', 'grace'], start: '2026-11-02T09:00', rotation: { unit: 'week' } }],
    },
    { id: 'empty', name: 'Empty', timeZone: 'Europe/Berlin' },
  ],
  escalationPolicies: [
    {
      id: 'standard',
      atEnd: 'giveUp',
      rules: [{ targets: [{ schedule: 'primary' }] }, { targets: [{ user: 'grace' }], escalateAfterMinutes: 0 }],
    },
    { id: 'holes', atEnd: 'giveUp', rules: [{ targets: [{ schedule: 'empty' }] }] },
    { id: 'turns', atEnd: 'giveUp', rules: [{ targets: [{ team: 'payments', mode: 'roundRobin' }] }] },
  ],
  services: [
    { id: 'athens', team: 'payments', escalationPolicy: 'standard' },
    { id: 'argos', team: 'payments', escalationPolicy: 'holes' },
    { id: 'delphi', team: 'payments', escalationPolicy: 'turns' },
    {
      id: 'corinth',
      team: 'payments',
      escalationPolicy: 'standard',
      supportHours: { days: ['mon'], from: '09:00', to: '17:00' },
      acknowledgementTimeoutMinutes: 30,
    },
    { id: 'troy', team: 'payments', pageAfterSeconds: 1200, escalateAfterSeconds: 1200 },
  ],
};

function told(serviceId: string, more: Partial<Question> = {}, document: unknown = DOCUMENT) {
  const result = parseConfig(document);
  if (!result.ok) throw new Error(JSON.stringify(result.faults));
  const service = serviceIn(result.document as ConfigDocument, serviceId);
  if (!service) throw new Error(`no service ${serviceId}`);
  const at = instantFor(service, '2026-11-21T03:04');
  const question: Question = { service, severity: 'CRIT', at, ...more };
  const directory = directoryIn(result.document, service.team, FALLBACK);
  const simulation = simulate(question, () => directory);
  return { text: simulationText(question, simulation), warnings: simulationWarnings(question, simulation) };
}

describe('the text of a simulation', () => {
  it('is an aligned timeline in the zone of the service', () => {
    expect(told('athens').text).toBe(
      [
        'CRIT for service athens of team payments, Saturday 2026-11-21 03:04 Europe/Berlin (2026-11-21 02:04 UTC)',
        '',
        '   +0 min  03:04 Berlin  Ada Lovelace (email ada@example.org)    on call in schedule Primary (weekly)',
        '  +10 min  03:14 Berlin  Grace Hopper (email grace@example.org)  named in the escalation policy',
        '',
        'It ends after 2 notifications with nobody having acknowledged. If the alert comes again 30 min later or more, paging starts anew.',
        '',
      ].join('\n'),
    );
  });

  it('shows the acknowledgement, and ends with it', () => {
    const { text } = told('athens', { acknowledgedAfterMs: 7 * MINUTE_MS });
    expect(text).toContain('  +7 min  03:11 Berlin  — Acknowledged by somebody.');
    expect(text).toContain('It ends acknowledged, 7 min after it began, with 1 notification.');
    expect(text).not.toContain('Grace');
  });

  it('marks the fallback contact, and says why it is that', () => {
    const { text, warnings } = told('argos');
    expect(text).toMatch(
      /^! \+0 min {2}03:04 Berlin {2}fallback contact \(email fallback@example.org\) {2}because nobody is on call in schedule Empty$/m,
    );
    expect(warnings).toEqual([
      'At once it goes to the fallback contact, because nobody is on call in schedule Empty.',
      'All of it goes to one and the same address: nobody else hears of the incident.',
    ]);
    for (const warning of warnings) expect(text).toContain(`\n! ${warning}\n`);
  });

  it('says that turns are taken', () => {
    expect(told('delphi').warnings).toContain(
      'Members of team payments take turns from incident to incident: shown is one of them.',
    );
  });

  it('says when nobody is notified for long', () => {
    expect(told('troy').warnings).toContain('Nobody is notified in the first 20 min.');
  });

  it('shows what holds paging back, in local time, and the days', () => {
    const { text, warnings } = told('corinth', { severity: 'WARN' });
    expect(text).toContain(
      'Sat 2026-11-21 03:04 Berlin  — Nobody is paged before 2026-11-23 09:00 Europe/Berlin: low urgency outside support hours.',
    );
    expect(text).toContain('+2 d 5 h 56 min  Mon 2026-11-23 09:00 Berlin  Grace Hopper');
    expect(warnings).toEqual(['All of it goes to one and the same address: nobody else hears of the incident.']);
  });

  it('puts a time-out before the page that it leads to', () => {
    const lines = told('corinth', { acknowledgedAfterMs: 0 }).text.split('\n');
    const timedOut = lines.findIndex((line) => line.includes('did not resolve it in time'));
    expect(lines[timedOut + 1]).toContain('+30 min  03:34 Berlin  Ada Lovelace');
  });

  it('does not end resolved without saying so', () => {
    const services = [{ id: 'athens', escalationPolicy: 'standard', autoResolveMinutes: 5 }];
    expect(told('athens', {}, { ...DOCUMENT, services }).text).toContain(
      'It ends resolved by itself, 5 min after it began, with 1 notification.',
    );
  });

  it('stays one line for each thing, whatever people are called', () => {
    const users = (name: string) => [{ ...DOCUMENT.users[0], name }, DOCUMENT.users[1]];
    const lines = told('athens').text.split('\n').length;
    const nasty = fc.constantFrom('\u202eadA', '\u2028', '\u0085', '\u001b]0;x\u0007', '\ud800');
    const part = fc.oneof(nasty, fc.string({ unit: 'binary', maxLength: 20 }));
    const name = fc.array(part, { minLength: 1, maxLength: 5 }).map((parts) => `${parts.join('')}.`);
    fc.assert(
      fc.property(name, (name) => {
        const { text } = told('athens', {}, { ...DOCUMENT, users: users(name) });
        expect(text.split('\n')).toHaveLength(lines);
        expect(text).not.toMatch(/[^\P{Cc}\n]|\p{Bidi_Control}|[\u2028\u2029]/u);
      }),
    );
    expect(
      told('athens', {}, { ...DOCUMENT, users: users('\u001b[31mEve\r\n  +0 min  03:04 Berlin  Ada') }).text,
    ).toContain('[31mEve +0 min 03:04 Berlin Ada (email');
  });
});
