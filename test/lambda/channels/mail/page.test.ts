import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Block } from '../../../../lambda/channels/mail/document.ts';
import { composePage, type PageInput, pageDocument } from '../../../../lambda/channels/mail/page.ts';
import {
  hostileIncident,
  hostileText,
  INCIDENT,
  NOW,
  skeleton,
  UNREADABLE,
  visibleText,
} from '../../http/pages/hostile.ts';

const INPUT: PageInput = {
  incident: INCIDENT,
  delivery: { role: 'oncall', reason: 'on-call engineer of team shop on 2026-11-21' },
  timeZone: 'Europe/Berlin',
  now: NOW,
  viewUrl: 'https://pager.example.com/i/abc-_1',
  ackUrl: 'https://pager.example.com/ack/abc-_2',
  fromDomain: 'pager.example.com',
  nextStep: { at: NOW + 360_000, who: 'bob@example.com' },
};

const hostileInput: fc.Arbitrary<PageInput> = fc
  .record({
    incident: hostileIncident,
    reason: hostileText,
    who: hostileText,
    fromDomain: hostileText,
    timeZone: hostileText,
  })
  .map(({ incident, reason, who, fromDomain, timeZone }) => ({
    ...INPUT,
    incident,
    fromDomain,
    timeZone,
    delivery: { role: 'fallback', reason },
    nextStep: { at: NOW + 360_000, who },
  }));

/** Every string that the document holds for the reader. */
function stringsOf(block: Block): string[] {
  switch (block.kind) {
    case 'headline':
      return [block.kicker, block.title];
    case 'paragraph':
      return [block.text];
    case 'actions':
      return block.actions.map(({ label }) => label);
    case 'facts':
      return block.facts.flatMap(({ label, value }) => [label, value]);
    case 'links':
      return block.links.map(({ label }) => label);
    case 'preformatted':
      return [...block.text.split('\n'), block.note ?? ''];
  }
}

describe('the subject', () => {
  it('has severity, number and title', () => {
    expect(composePage(INPUT).subject).toBe('[CRIT] #10000 5xx error rate above 5%');
  });

  it.each([
    ['escalation', 'Escalation: [CRIT] #10000 5xx'],
    ['fallback', 'Fallback: [CRIT] #10000 5xx'],
    ['responder', '[CRIT] #10000 5xx'],
  ] as const)('says that it is for the %s', (role, start) => {
    expect(composePage({ ...INPUT, delivery: { role, reason: 'x' } }).subject).toMatch(
      new RegExp(`^${start.replace(/[[\]]/g, '\\$&')}`),
    );
  });

  it('is one readable line of at most 200 characters', () => {
    fc.assert(
      fc.property(hostileInput, (input) => {
        const { subject } = composePage(input);
        expect(subject).not.toMatch(/[\r\n\t\u2028\u2029]/);
        expect(subject).not.toMatch(UNREADABLE);
        expect(subject.length).toBeLessThanOrEqual(200);
        expect(subject.startsWith('Fallback: [CRIT] #10000')).toBe(true);
      }),
    );
  });
});

describe('the headers', () => {
  it('put all mails of an incident into one thread, and ask for no automatic answer', () => {
    const { headers } = composePage(INPUT);
    expect(headers).toMatchObject({
      References: '<incident-10000@pager.example.com>',
      'In-Reply-To': '<incident-10000@pager.example.com>',
      'Auto-Submitted': 'auto-generated',
    });
    expect(Object.keys(headers)).not.toContain('List-Unsubscribe');
  });

  it('are printable ASCII on one line whatever comes in', () => {
    fc.assert(
      fc.property(hostileInput, (input) => {
        for (const [name, value] of Object.entries(composePage(input).headers))
          expect(`${name}: ${value}`).toMatch(/^[ -~]{1,990}$/);
      }),
    );
  });
});

describe('the body', () => {
  it('holds in its text part what is needed at 3 a.m., most important first', () => {
    expect(composePage(INPUT).text).toBe(`CRIT · incident #10000 · checkout
5xx error rate above 5%

Severity: CRIT
Service: checkout
Team: shop
Since: 2026-11-21 03:04 Europe/Berlin · 02:04 UTC · 4 min ago
Seen: 3 times, last 2026-11-21 03:07 Europe/Berlin · 10 s ago

Why you are paged: on-call engineer of team shop on 2026-11-21.

If nobody acknowledges by 2026-11-21 03:14 Europe/Berlin (in 6 min), bob@example.com is paged.

Acknowledge:
https://pager.example.com/ack/abc-_2

See the incident:
https://pager.example.com/i/abc-_1

MESSAGE
    rate is 7.3%
    last deploy 02:55

DETAILS
region: eu-central-1
labels: {"pod":"web-3","tries":[1,2]}

LINKS
Runbook: https://wiki.example.com/runbook

ORIGIN
Source: alertmanager
Dedup key: checkout/5xx
`);
  });

  it('says the same in both parts', () => {
    fc.assert(
      fc.property(hostileInput, (input) => {
        const { text, html } = composePage(input);
        const seen = visibleText(html);
        for (const block of pageDocument(input).blocks) {
          for (const string of stringsOf(block)) {
            expect(text).toContain(string);
            expect(seen).toContain(string);
          }
        }
        for (const url of [input.viewUrl, input.ackUrl, 'https://wiki.example.com/runbook']) {
          expect(text).toContain(url);
          expect(html).toContain(`href="${url}"`);
        }
      }),
    );
  });

  it('cannot be given markup: hostile text leaves every tag and attribute as it is', () => {
    const tame = skeleton(composePage({ ...INPUT, incident: { ...INCIDENT, details: { a: 'b', c: 'd' } } }).html);
    fc.assert(
      fc.property(hostileInput, (input) => {
        const { html } = composePage(input);
        expect(skeleton(html)).toBe(tame);
        expect(html).not.toMatch(/<script/i);
      }),
    );
  });

  it('is readable text in both parts', () => {
    fc.assert(
      fc.property(hostileInput, (input) => {
        const { text, html } = composePage(input);
        expect(text).not.toMatch(UNREADABLE);
        expect(html).not.toMatch(UNREADABLE);
      }),
    );
  });

  it('loads nothing and runs nothing', () => {
    const { html } = composePage(INPUT);
    expect(html).not.toMatch(/<(script|img|link|iframe|object|form|style)\b|\bsrc=|url\(|@import| on\w+=/i);
  });

  it('leaves an unsafe link as text', () => {
    const links = [{ href: 'javascript:alert(1)', text: 'Runbook' }];
    const { text, html } = composePage({ ...INPUT, incident: { ...INCIDENT, links } });
    expect(text).toContain('Runbook: javascript:alert(1)');
    expect(visibleText(html)).toContain('Runbook: javascript:alert(1)');
    expect(html).not.toMatch(/href="javascript/i);
  });

  it('shows where a link really leads', () => {
    const links = [{ href: 'https://evil.example/x', text: 'https://good.example' }];
    expect(visibleText(composePage({ ...INPUT, incident: { ...INCIDENT, links } }).html)).toContain('(evil.example)');
  });

  it('lets no line of the message pass for a line of the mail', () => {
    const message = 'x\nAcknowledge:\nhttps://evil.example/';
    expect(composePage({ ...INPUT, incident: { ...INCIDENT, message } }).text).toContain(
      '    x\n    Acknowledge:\n    https://evil.example/',
    );
  });

  it('cuts a long message and says so', () => {
    const message = `${'x'.repeat(20_000)}lost`;
    const { text, html } = composePage({ ...INPUT, incident: { ...INCIDENT, message } });
    for (const part of [text, html]) {
      expect(part).toContain('Cut after 20,000 of 20,004 characters.');
      expect(part).not.toContain('xlost');
    }
    expect(composePage({ ...INPUT, incident: { ...INCIDENT, message: 'x'.repeat(20_000) } }).text).not.toContain(
      'Cut after',
    );
  });

  it('does not promise a moment that has passed, and promises nothing when no step is left', () => {
    const late = composePage({ ...INPUT, nextStep: { at: NOW, who: 'bob@example.com' } });
    expect(late.text).toContain('Unless somebody acknowledges, bob@example.com is paged next.');
    const { nextStep: _, ...last } = INPUT;
    expect(composePage(last).text).not.toContain('acknowledges');
  });

  it('leaves out what there is not', () => {
    const { source, dedupKey, details, links, ...bare } = INCIDENT;
    const { text, html } = composePage({ ...INPUT, incident: { ...bare, message: ' \n' } });
    for (const heading of ['Message', 'Details', 'Links', 'Origin']) {
      expect(text).not.toContain(heading.toUpperCase());
      expect(html).not.toContain(`>${heading}<`);
    }
  });
});
