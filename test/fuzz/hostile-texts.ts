import fc from 'fast-check';

const unit = String.fromCharCode;

/** What has broken mails, pages, feeds and logs before; each by what it tries. */
export const HOSTILE: Readonly<Record<string, string>> = {
  'a script': '<script>alert(1)</script><img src=x onerror=alert(1)>',
  'an attribute': '" onmouseover="alert(1)" x="',
  'an attribute in single quotes': "' autofocus onfocus='alert(1)",
  'the end of what is around it': '</pre></td></table></title></style></main><h1>Free</h1><!--',
  'a comment': '--><!-- x --!> <![CDATA[ ]]>',
  'a style': '</style><style>*{display:none}</style>;background:url(javascript:alert(1));expression(alert(1))',
  entities: '&lt;script&gt;&#60;b&#62;&amp;quot;',
  'an address that runs': 'javascript:alert(1)//https://x.example',
  'an address that runs, disguised': ' java\tscript:alert(1)',
  'an address of data': 'data:text/html;base64,PHNjcmlwdD4=',
  'a header': 'x\r\nBcc: mallory@example.org\r\nContent-Type: text/html\r\n\r\n<b>body</b>',
  'a folded header': 'x\r\n\tX-Evil: 1\n X-More: 2',
  'an encoded header': '=?utf-8?B?PGI+?= =?utf-8?Q?=0D=0ABcc:_x?=',
  'an event of a calendar': 'x\r\nEND:VEVENT\r\nBEGIN:VEVENT\r\nUID:evil\r\nATTACH:file:///etc/passwd',
  'separators of a calendar': ';ATTENDEE=mailto:x;,\\n\\\\;:"\\',
  'a record of a log': '"}\n{"level":"ERROR","message":"forged"}\r{"level":"INFO"}',
  'colours of a terminal': '\u001b[31mred\u001b[0m\u009b2J\u001b]0;title\u0007\b\b',
  'control characters': Array.from({ length: 32 }, (_, i) => unit(i)).join('') + unit(0x7f) + unit(0x85) + unit(0x9f),
  'the other direction': 'abc\u202etxt.exe\u202c \u2066\u2067\u2068\u2069\u200e\u200f\u061c',
  'nothing to see': '\u200b\u200c\u200d\u2060\ufeff\u00ad',
  'separators of lines': 'a\u2028b\u2029c\u0085d\u000be\u000cf',
  'halves of characters': `${unit(0xd800)}a${unit(0xdfff)}\uffff\ufffe`,
  placeholders: `\${jndi:ldap://x} {{7*7}} <%= 7*7 %> #{7*7} $(reboot) %s%n%x%p {0}`,
  'a formula': `=cmd|' /C calc'!A0`,
  'other formulas': '+1+1;@SUM(A1);-1-1;\t=1',
  'names of prototypes': '__proto__',
  'ten thousand characters': 'A'.repeat(10_000),
  // Just short of what a mail shows of a message.
  'nine thousand of four bytes': '😀'.repeat(9_000),
  'stacked accents': `Z${'\u0300'.repeat(500)}`,
};

/** All of them, a few in one text, by what they try: fewer runs for the default one. Long ones stay alone. */
export function inGroups(most: number): [what: string, text: string][] {
  const groups: [string, string][] = [];
  let room = 0;
  for (const [what, text] of Object.entries(HOSTILE)) {
    const last = groups.at(-1);
    if (last && room > 0 && text.length < 1_000) {
      groups[groups.length - 1] = [`${last[0]}; ${what}`, `${text}${last[1]}`];
      room -= 1;
    } else {
      groups.push([what, text]);
      room = text.length < 1_000 ? most - 1 : 0;
    }
  }
  return groups;
}

/** Several of them in one, with noise in between. */
export const hostileMix: fc.Arbitrary<string> = fc
  .array(
    fc.oneof(
      fc.constantFrom(...Object.values(HOSTILE).filter(({ length }) => length < 1_000)),
      fc.string({ unit: 'binary', maxLength: 20 }),
    ),
    {
      minLength: 1,
      maxLength: 5,
    },
  )
  .map((parts) => parts.join(''));
