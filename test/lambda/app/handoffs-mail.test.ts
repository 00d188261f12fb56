import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { HandoffNotice } from '../../../core/handoff.ts';
import { composeNotice, type NoticeInput } from '../../../lambda/channels/mail/notice.ts';

const AT = Date.parse('2026-11-09T08:00:00Z');
const NOTICE: HandoffNotice = {
  id: 'n',
  user: 'grace',
  direction: 'incoming',
  schedule: { id: 'primary', name: 'Primary', timeZone: 'Europe/Berlin' },
  at: AT,
  before: ['ada'],
  after: ['grace', 'lin'],
  until: AT + 7 * 24 * 3_600_000,
};
const INPUT: NoticeInput = {
  notice: NOTICE,
  timeZone: 'Europe/Berlin',
  now: AT - 3_600_000,
  displayName: (user) => `Name of ${user}`,
};

describe('the mail of a hand-off', () => {
  it('says to the incoming person from when, until when, after whom and with whom', () => {
    expect(composeNotice(INPUT).text).toBe(
      [
        'On call · Primary',
        'You are on call from 2026-11-09 09:00 Europe/Berlin (in 1 h)',
        '',
        'Schedule: Primary',
        'Until: 2026-11-16 09:00 Europe/Berlin',
        'On call before you: Name of ada',
        'On call with you: Name of lin',
        '',
        'To be told earlier or later, or not at all, set handoffNotices of your user in the configuration.',
        '',
      ].join('\n'),
    );
  });

  it('says to the outgoing person who comes after, or that nobody does', () => {
    const outgoing: HandoffNotice = { ...NOTICE, user: 'ada', direction: 'outgoing', after: ['grace'] };
    const { subject, text } = composeNotice({ ...INPUT, notice: outgoing });
    expect(subject).toBe('Off call at 2026-11-09 09:00 Europe/Berlin: Primary');
    expect(text).toContain('Your time on call ends at 2026-11-09 09:00 Europe/Berlin (in 1 h)');
    expect(text).toContain('On call after you: Name of grace');
    const gap = composeNotice({ ...INPUT, notice: { ...outgoing, after: [] } }).text;
    expect(gap).toContain('On call after you: nobody');
    expect(gap).toContain('incidents then go to the fallback contact');
  });

  it('reads well when it is late, or has no end', () => {
    const { until: _until, ...endless } = NOTICE;
    const { text } = composeNotice({ ...INPUT, notice: endless, now: AT + 120_000 });
    expect(text).toContain('(2 min ago)');
    expect(text).toContain('Until: further notice');
  });

  it('asks for no automatic answer', () => {
    expect(composeNotice(INPUT).headers).toMatchObject({ 'Auto-Submitted': 'auto-generated' });
  });

  it('carries hostile names as text: one line each, escaped in HTML, no header of its own', () => {
    const hostile = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 300 }),
      fc.constantFrom('<script>alert(1)</script>', 'a\r\nBcc: eve@example.org', '\u202eevil', '"><img src=x>'),
    );
    const lines = composeNotice(INPUT).text.split('\n').length;
    fc.assert(
      fc.property(hostile, hostile, hostile, (name, schedule, timeZone) => {
        const { subject, text, html } = composeNotice({
          ...INPUT,
          displayName: () => name,
          timeZone,
          notice: { ...NOTICE, schedule: { ...NOTICE.schedule, name: schedule } },
        });
        expect(subject).not.toMatch(/[\r\n]/);
        expect(subject.length).toBeLessThanOrEqual(200);
        // One line more where the reader's zone is not the schedule's.
        expect(text.split('\n').length).toBeLessThanOrEqual(lines + 1);
        expect(html).not.toMatch(/<(?:script|img)/);
      }),
    );
  });
});
