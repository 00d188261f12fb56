import { describe, expect, it } from '@jest/globals';
import { createConsoleLog, readFunctionOutput } from '../../local/log.ts';

describe('what a function prints', () => {
  it.each([
    [
      '{"level":"INFO","message":"paged","timestamp":"t","service":"s","to":"a@example.org","n":3}',
      'info',
      'paged to="a@example.org" n=3',
    ],
    [
      '{"level":"ERROR","message":"failed","error":{"name":"Busy","message":"no","stack":"…"}}',
      'error',
      'failed error="Busy: no"',
    ],
    ['plain', 'warn', 'plain'],
    ['{"not json', 'warn', '{"not json'],
  ])('%s', (line, level, message) => {
    expect(readFunctionOutput(line, 'warn')).toEqual({ level, message });
  });

  it.each(['{"_aws":{},"count":1}', '', '  '])('is nothing to show: %s', (line) => {
    expect(readFunctionOutput(line, 'info')).toBeUndefined();
  });
});

describe('the console', () => {
  it('gets lines that text from outside cannot break out of', () => {
    const lines: string[] = [];
    const log = createConsoleLog({ write: (line) => lines.push(line), colours: false });
    log('info', 'mail', 'a\n\u001b[2Jb\u202ec');
    log('debug', 'mail', 'not shown');
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatch(/^\d\d:\d\d:\d\d INFO {2}mail {7}a \[2Jb c\n$/);
  });
});
