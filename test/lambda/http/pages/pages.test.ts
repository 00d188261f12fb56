import { createHash } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { TimelineEntry } from '../../../../core/timeline.ts';
import { acknowledgeConfirmPage, acknowledgedPage } from '../../../../lambda/http/pages/acknowledge-pages.ts';
import type { IncidentView } from '../../../../lambda/http/pages/incident-facts.ts';
import { incidentPage } from '../../../../lambda/http/pages/incident-page.ts';
import { pageHeaders } from '../../../../lambda/http/pages/layout.ts';
import {
  type LinkProblem,
  linkProblemPage,
  linkProblemStatus,
} from '../../../../lambda/http/pages/link-problem-page.ts';
import { hostileIncident, hostileText, INCIDENT, NOW, skeleton, UNREADABLE, visibleText } from './hostile.ts';

const ACK_URL = 'https://pager.example.com/ack/abc-_2';
const TIMELINE: TimelineEntry[] = [
  { seq: 1, at: NOW - 240_000, kind: 'created', text: 'Raised by alertmanager.' },
  { seq: 2, at: NOW - 239_000, kind: 'notified', text: 'Paged alice@example.com by email.' },
];
const CLAIMED: IncidentView = {
  ...INCIDENT,
  state: 'CLAIMED',
  claimedBy: 'alice@example.com',
  claimedAt: NOW - 60_000,
};
const AT = { timeZone: 'Europe/Berlin', now: NOW };
const LINK_PROBLEMS: LinkProblem[] = ['malformed', 'bad-signature', 'wrong-purpose', 'expired', 'no-such-incident'];

/** Every page there is, with one incident and one other text from outside in all places. */
const pagesOf = (incident: IncidentView, text: string): string[] => [
  incidentPage({ incident, timeline: TIMELINE.map((entry) => ({ ...entry, text })), ackUrl: ACK_URL, ...AT }),
  incidentPage({ incident: { ...incident, state: 'CLAIMED' }, timeline: [], ...AT }),
  acknowledgeConfirmPage({ incident, person: text, ...AT }),
  acknowledgedPage({ incident, already: false, by: text, at: NOW, ...AT }),
  ...LINK_PROBLEMS.map((problem) => linkProblemPage(problem)),
];

describe('every page', () => {
  it('keeps its tags and attributes whatever text comes in', () => {
    const tame = pagesOf({ ...INCIDENT, claimedBy: 'x', details: { a: 'b', c: 'd' } }, 'x').map(skeleton);
    fc.assert(
      fc.property(hostileIncident, hostileText, (incident, text) => {
        const pages = pagesOf(incident, text);
        expect(pages.map(skeleton)).toEqual(tame);
        for (const page of pages) {
          expect(page).not.toMatch(/<script/i);
          expect(page).not.toMatch(UNREADABLE);
        }
      }),
    );
  });

  it('says its language, fits a phone, and has one heading of the first rank', () => {
    for (const page of pagesOf(INCIDENT, 'x')) {
      expect(page).toMatch(/^<!doctype html>\n<html lang="en">/);
      expect(page).toContain('name="viewport" content="width=device-width,initial-scale=1"');
      expect(page.match(/<h1>/g)).toHaveLength(1);
      expect(page).toMatch(/<title>[^<]+<\/title>/);
    }
  });

  it('needs nothing that its headers forbid', () => {
    const policy = pageHeaders()['Content-Security-Policy'];
    for (const page of pagesOf(INCIDENT, 'x')) {
      const [, style = ''] = /<style>([\s\S]*?)<\/style>/.exec(page) ?? [];
      expect(policy).toContain(`'sha256-${createHash('sha256').update(style).digest('base64')}'`);
      expect(page).not.toMatch(/ style=|\bsrc=|url\(|@import|<(script|img|link|iframe)\b| on\w+=/);
    }
  });

  it('is neither stored, nor indexed, nor framed, nor told to the next site', () => {
    expect(pageHeaders()).toEqual({
      'Content-Type': 'text/html; charset=utf-8',
      'Content-Security-Policy': expect.stringMatching(
        /^default-src 'none'; style-src 'sha256-[^']+'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'$/,
      ),
      'Referrer-Policy': 'no-referrer',
      'Cache-Control': 'no-store',
      'X-Content-Type-Options': 'nosniff',
      'X-Robots-Tag': 'noindex, nofollow',
    });
  });
});

describe('the page of an incident', () => {
  it('shows state, facts, message, details, links, origin and the timeline, newest first', () => {
    const seen = visibleText(incidentPage({ incident: INCIDENT, timeline: TIMELINE, ackUrl: ACK_URL, ...AT }));
    for (const text of [
      'Open: nobody has acknowledged yet.',
      '2026-11-21 03:04 Europe/Berlin · 02:04 UTC · 4 min ago',
      'rate is 7.3%\nlast deploy 02:55',
      '{"pod":"web-3","tries":[1,2]}',
      'Runbook',
      'wiki.example.com',
      'checkout/5xx',
    ]) {
      expect(seen).toContain(text);
    }
    expect(seen.indexOf('Paged alice')).toBeLessThan(seen.indexOf('Raised by'));
    expect(seen.indexOf('Paged alice')).toBeGreaterThan(0);
  });

  it('offers to acknowledge only while it is open, and never by itself', () => {
    const open = incidentPage({ incident: INCIDENT, timeline: [], ackUrl: ACK_URL, ...AT });
    expect(open).toContain(`<a class="button" href="${ACK_URL}">Acknowledge</a>`);
    expect(open).not.toContain('<form');
    const claimed = incidentPage({ incident: CLAIMED, timeline: [], ackUrl: ACK_URL, ...AT });
    expect(claimed).not.toContain(ACK_URL);
    expect(visibleText(claimed)).toContain(
      'Acknowledged by alice@example.com at 2026-11-21 03:07 Europe/Berlin, 1 min ago.',
    );
    expect(incidentPage({ incident: INCIDENT, timeline: [], ...AT })).not.toContain('class="button"');
    expect(incidentPage({ incident: INCIDENT, timeline: [], ackUrl: 'javascript:x', ...AT })).not.toContain(
      'class="button"',
    );
  });

  it('shows a resolved incident as over', () => {
    const incident: IncidentView = { ...CLAIMED, state: 'RESOLVED', resolvedBy: 'bob@example.com', resolvedAt: NOW };
    expect(visibleText(incidentPage({ incident, timeline: [], ...AT }))).toContain('Resolved by bob@example.com at');
  });
});

describe('acknowledging', () => {
  it('takes one press of a button that posts to the same address', () => {
    const page = acknowledgeConfirmPage({ incident: INCIDENT, person: 'alice@example.com', ...AT });
    expect(page).toContain('<form method="post"><button class="button" type="submit">Acknowledge</button></form>');
    expect(visibleText(page)).toContain('as alice@example.com');
  });

  it('has no button when there is nothing to acknowledge', () => {
    const page = acknowledgeConfirmPage({ incident: CLAIMED, person: 'bob@example.com', ...AT });
    expect(page).not.toMatch(/<form|<button/);
    expect(visibleText(page)).toContain('Acknowledged by alice@example.com');
  });

  it.each([
    [
      INCIDENT,
      false,
      'Acknowledged by alice@example.com at 2026-11-21 03:08 Europe/Berlin, just now.',
      'It is yours now.',
    ],
    [CLAIMED, true, 'Already acknowledged by alice@example.com', 'Nobody else is being paged.'],
    [{ ...CLAIMED, state: 'RESOLVED' as const }, true, 'Already resolved by alice@example.com', 'nothing left to do'],
  ])('says what came of it (%#)', (incident, already, result, rest) => {
    const seen = visibleText(acknowledgedPage({ incident, already, by: 'alice@example.com', at: NOW, ...AT }));
    expect(seen).toContain(result);
    expect(seen).toContain(rest);
  });
});

describe('a link that does not work', () => {
  it.each([
    ['malformed', 404, 'not complete'],
    ['bad-signature', 403, 'not valid'],
    ['wrong-purpose', 403, 'not valid'],
    ['expired', 410, 'expired'],
    ['no-such-incident', 404, 'no such incident'],
  ] as const)('%s: says so and what to do', (problem, status, words) => {
    const seen = visibleText(linkProblemPage(problem));
    expect(seen).toContain(words);
    expect(seen).toContain('newest mail');
    expect(linkProblemStatus(problem)).toBe(status);
  });
});

describe('what the life of an incident adds', () => {
  const page = (incident: IncidentView) => incidentPage({ incident, timeline: [], timeZone: 'UTC', now: NOW });

  it('says until when it is snoozed', () => {
    expect(page({ ...CLAIMED, snoozedUntil: NOW + 3_600_000 })).toContain('Snoozed until');
    expect(page(CLAIMED)).not.toContain('Snoozed');
  });

  it('says where a merged incident goes on', () => {
    const merged: IncidentView = {
      ...CLAIMED,
      state: 'RESOLVED',
      resolvedBy: 'ada',
      resolvedAt: NOW,
      mergedInto: 10_007,
    };
    expect(page(merged)).toContain('It goes on in incident #10007.');
  });

  it('names priority and assignment, escaped', () => {
    const shown = page({ ...CLAIMED, priority: 'P1', assignedTo: '<b>Ada</b>' });
    expect(shown).toContain('P1');
    expect(shown).toContain('&lt;b&gt;Ada&lt;/b&gt;');
  });
});
