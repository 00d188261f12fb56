import fc from 'fast-check';
import type { IncidentView } from '../../../../lambda/http/pages/incident-facts.ts';

export const NOW = Date.UTC(2026, 10, 21, 2, 8);

export const INCIDENT: IncidentView = {
  incidentId: 10_000,
  service: 'checkout',
  team: 'shop',
  severity: 'CRIT',
  state: 'OPEN',
  title: '5xx error rate above 5%',
  message: 'rate is 7.3%\nlast deploy 02:55',
  source: 'alertmanager',
  dedupKey: 'checkout/5xx',
  details: { region: 'eu-central-1', labels: { pod: 'web-3', tries: [1, 2] } },
  links: [{ href: 'https://wiki.example.com/runbook', text: 'Runbook' }],
  detectedAt: NOW - 240_000,
  count: 3,
  lastSeenAt: NOW - 10_000,
};

/** What an attacker would try, and what happens by accident. */
const NASTY = [
  '<script>alert(1)</script>',
  '</script><script src=//x.example>',
  '" onmouseover="alert(1)',
  "' autofocus onfocus='alert(1)",
  '</pre></td></table><h1>',
  '--><!--',
  '&lt;script&gt;',
  'a\r\nBcc: all@example.com',
  'a\n\n\u2028\u2029\u0085b',
  'abc\u202etxt.exe\u202c',
  '\u2066\u200f\u061c',
  '\u0000\u0007\u001b[31mred\u001b[0m\u007f\u009b',
  '\ud800 lone \udfff',
  '{{7*7}} <%= 7*7 %> %0d%0a',
  '😀'.repeat(300),
] as const;

export const hostileText: fc.Arbitrary<string> = fc
  .array(
    fc.oneof(fc.constantFrom(...NASTY), fc.string({ unit: 'binary', maxLength: 20 }), fc.string({ maxLength: 20 })),
    {
      minLength: 1,
      maxLength: 4,
    },
  )
  .map((parts) => parts.join(''));

/** An incident with every field from outside hostile, but for the addresses of its links. */
export const hostileIncident: fc.Arbitrary<IncidentView> = fc
  .record({
    service: hostileText,
    team: hostileText,
    title: hostileText,
    message: hostileText.map((text) => `x${text}x`),
    source: hostileText,
    dedupKey: hostileText,
    claimedBy: hostileText,
    key: hostileText,
    value: hostileText,
    linkText: hostileText,
  })
  .map(({ key, value, linkText, ...fields }) => ({
    ...INCIDENT,
    ...fields,
    details: { [`x${key}`]: value, nested: { [key]: [value, null, 1] } },
    links: [{ href: 'https://wiki.example.com/runbook', text: `x${linkText}` }],
  }));

/** Each tag with its attributes and nothing else. Equal skeletons mean that no text has become markup. */
export function skeleton(markup: string): string {
  const tags = markup.match(/<[^>]*>/g) ?? [];
  return tags.join('\n');
}

/** What a reader sees: tags removed, entities undone. */
export function visibleText(markup: string): string {
  const body = markup.slice(markup.indexOf('<body'));
  return body
    .replace(/<[^>]*>/g, '\n')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&#39;', "'")
    .replaceAll('&amp;', '&');
}

/** Control characters other than line feed and tab, and bidi overrides: none may reach a reader. */
export const UNREADABLE = /[^\P{Cc}\n\t]|[\u202a-\u202e\u2066-\u2069]/u;
