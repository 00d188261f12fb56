import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { cleanText, cut, escapeHtml, html, oneLine, safeHref } from '../../../../lambda/http/pages/escape.ts';
import { hostileText, UNREADABLE } from './hostile.ts';

describe('text from outside', () => {
  it('loses terminal colours, control characters and bidi overrides, and keeps lines, tabs and umlauts', () => {
    expect(cleanText('\u001b[1;31mFAIL\u001b[0m\r\n\tgrün\u0007\rb\u202ec')).toBe('FAIL\n\tgrün\nbc');
  });

  it('is readable and well-formed whatever comes in, and cleaning it again changes nothing', () => {
    fc.assert(
      fc.property(hostileText, (text) => {
        const clean = cleanText(text);
        expect(clean).not.toMatch(UNREADABLE);
        expect(clean.isWellFormed()).toBe(true);
        expect(cleanText(clean)).toBe(clean);
      }),
    );
  });

  it('fits on one line and into the length asked for, without splitting a character', () => {
    fc.assert(
      fc.property(hostileText, fc.integer({ min: 1, max: 60 }), (text, max) => {
        const line = oneLine(text, max);
        expect(line).not.toMatch(/[\r\n\u2028\u2029]/);
        expect(line.length).toBeLessThanOrEqual(max);
        expect(line.isWellFormed()).toBe(true);
      }),
    );
    expect(cut('abc😀d', 5)).toBe('abc…');
    expect(cut('abcde', 5)).toBe('abcde');
  });
});

describe('HTML', () => {
  it('has nothing that could start a tag, an entity or end an attribute', () => {
    fc.assert(
      fc.property(hostileText, (text) => expect(escapeHtml(text)).not.toMatch(/[<>"']|&(?!(amp|lt|gt|quot|#39);)/)),
    );
  });

  it('is escaped once where it is put in, and not again when a part goes into a whole', () => {
    const part = html`<b title="${'"'}">${'<i>'}</b>`;
    expect(html`<p>${part}${[part]}${1}</p>`.markup).toBe(
      '<p><b title="&quot;">&lt;i&gt;</b><b title="&quot;">&lt;i&gt;</b>1</p>',
    );
  });
});

describe('safeHref', () => {
  it.each(['https://a.example/x?y=1#z', 'http://127.0.0.1:8080/i/abc'])('lets %s be a link', (href) => {
    expect(safeHref(href)).toBe(href);
  });

  it.each([
    'javascript:alert(1)',
    ' JaVaScRiPt:alert(1)',
    'java\nscript:alert(1)',
    'data:text/html,<script>',
    'vbscript:x',
    'file:///etc/passwd',
    'mailto:a@example.com',
    '/relative',
    'https://good.example@evil.example/',
    'https://',
    '',
    `https://a.example/${'x'.repeat(2_000)}`,
  ])('refuses %s', (href) => {
    expect(safeHref(href)).toBeUndefined();
  });

  it('cannot leave the attribute it stands in', () => {
    fc.assert(
      fc.property(hostileText, (text) => {
        const href = safeHref(`https://a.example/${text}`);
        if (href !== undefined)
          expect(html`<a href="${href}">`.markup).toMatch(/^<a href="https:\/\/a\.example\/[^"<>\s]*">$/);
      }),
    );
  });
});
