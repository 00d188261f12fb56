import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { readMime } from '../../../lambda/ingest/mime.ts';

const read = (...lines: string[]) => readMime(Buffer.from(lines.join('\r\n')));

describe('readMime', () => {
  it('reads a plain message, folded headers, and of a repeated header the first', () => {
    expect(read('Subject: a long', '  subject', 'X: 1', 'x: 2', '', 'one', 'two', '')).toEqual({
      headers: { subject: 'a long subject', x: '1' },
      text: 'one\ntwo',
    });
  });

  it.each([
    ['=?utf-8?Q?n=C3=A4mlich_alles?=', 'nämlich alles'],
    ['=?iso-8859-1?q?n=E4mlich?=', 'nämlich'],
    ['=?UTF-8?B?w6Q=?= =?utf-8?b?w7Y=?=', 'äö'],
    ['ä plain', 'ä plain'],
    ['=?nonsense', '=?nonsense'],
  ])('reads the header %j', (header, expected) => {
    expect(read(`Subject: ${header}`, '', '').headers.subject).toBe(expected);
  });

  it('takes the text for reading out of HTML where there is no other', () => {
    const html =
      '<html><head><style>p{}</style></head><body><p>A &amp; B&#33;</p><script>x()</script>C<br>D&nbsp;E &bogus;</body>';
    expect(read('Content-Type: text/html', '', html).text).toBe('A & B!\nC\nD E &bogus;');
  });

  it('finds the text in nested parts, and no attachment', () => {
    const inner = [
      '--i',
      'Content-Type: text/plain',
      'Content-Transfer-Encoding: base64',
      '',
      Buffer.from('found').toString('base64'),
      '--i--',
    ];
    const attachment = [
      '--o',
      'Content-Type: text/plain',
      'Content-Disposition: attachment; filename=a',
      '',
      'attached',
    ];
    const message = read(
      'Content-Type: multipart/mixed; boundary=o',
      '',
      ...attachment,
      '--o',
      'Content-Type: multipart/alternative; boundary="i"',
      '',
      ...inner,
      '--o--',
    );
    expect(message.text).toBe('found');
  });

  it('never throws', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => typeof readMime(Buffer.from(bytes)).text === 'string'),
    );
    const tokens = fc.constantFrom(
      'Content-Type: multipart/mixed; boundary=b',
      '--b',
      '--b--',
      '',
      'Content-Transfer-Encoding: base64',
      '=?a?b?c?=',
      '&#9999999;',
      '<p',
    );
    fc.assert(fc.property(fc.array(tokens, { maxLength: 40 }), (lines) => typeof read(...lines).text === 'string'));
  });
});
