import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import fc from 'fast-check';
import { composeNotice } from '../../lambda/channels/mail/notice.ts';
import { surroundings } from '../../lambda/deps.ts';
import { type Stage, startStage } from '../support/stage.ts';
import { type Reached, reach } from './hostile-story.ts';
import { HOSTILE, hostileMix, inGroups } from './hostile-texts.ts';
import { REQUESTS, SEED } from './run.ts';
import { calendarShape, shapeOf, valuesOf } from './structure.ts';

/** Control characters other than line feed and tab, and what overrides the direction of text. */
const UNREADABLE = /[^\P{Cc}\n\t]|\p{Bidi_Control}/u;
const SENDABLE = /^[\t\x20-\x7e]*$/;
const CASES = Object.entries(HOSTILE);

let stage: Stage;
let harmless: Reached;
beforeAll(async () => {
  stage = await startStage({ config: null, reconciler: 'off' });
  harmless = await reach(stage, 'harmless');
});
afterAll(() => stage?.stop());

/** Nothing of what one text reached is built otherwise than what a harmless one reaches. */
function expectSameStructure(reached: Reached): void {
  const { mail, pages, feeds, answers } = reached;
  for (const [name, page] of Object.entries({ ...pages, mail: { text: mail.html, headers: {} } })) {
    const tame = name === 'mail' ? harmless.mail.html : (harmless.pages[name]?.text ?? '');
    expect({ name, shape: shapeOf(page.text) }).toEqual({ name, shape: shapeOf(tame) });
    for (const attribute of ['style', 'class', 'method', 'rel', 'content'])
      expect(valuesOf(page.text, attribute)).toEqual(valuesOf(tame, attribute));
    for (const href of valuesOf(page.text, 'href'))
      expect(href).toMatch(/^https:\/\/(wiki|inresponse)\.example\.org\//);
    expect(page.text).not.toMatch(UNREADABLE);
    expect(page.headers).toEqual(name === 'mail' ? {} : harmless.pages[name]?.headers);
  }
  expect(mail.to).toBe(harmless.mail.to);
  expect(Object.keys(mail.headers)).toEqual(Object.keys(harmless.mail.headers));
  for (const value of Object.values({ ...mail.headers, ...mail.tags })) expect(value).toMatch(SENDABLE);
  expect(mail.subject).not.toMatch(/[\n\t\u2028\u2029]/);
  expect(mail.subject).not.toMatch(UNREADABLE);
  expect(mail.text).not.toMatch(UNREADABLE);
  // What a sender writes over several lines is indented: it cannot look like a line of the mail itself.
  const own = (text: string) => text.split('\n').filter((line) => !line.startsWith('    ')).length;
  const note = mail.text.includes('Cut after') ? 1 : 0;
  expect(own(mail.text)).toBe(own(harmless.mail.text) + note);
  expect(feeds.map(calendarShape)).toEqual(harmless.feeds.map(calendarShape));
  for (const [at, { headers, text }] of answers.entries()) {
    expect(Object.keys(headers)).toEqual(Object.keys(harmless.answers[at]?.headers ?? {}));
    for (const [name, value] of Object.entries(headers)) expect(`${name}: ${value}`).toMatch(SENDABLE);
    expect(() => JSON.parse(text)).not.toThrow();
  }
}

describe('a hostile text in every field at once', () => {
  it.each(inGroups(REQUESTS === 0 ? 4 : 1))(
    'changes the structure of no mail, page, feed or answer: %s',
    async (_what, text) => {
      expectSameStructure(await reach(stage, text));
    },
  );

  it('nor do several of them in one', async () => {
    const numRuns = REQUESTS === 0 ? 2 : Math.ceil(REQUESTS / 100);
    const property = fc.asyncProperty(hostileMix, async (text) => expectSameStructure(await reach(stage, text)));
    await fc.assert(property, { seed: SEED, numRuns });
  }, 600_000);
});

describe('the mail about a hand-off', () => {
  const noticeOf = (text: string) =>
    composeNotice({
      notice: {
        id: 'n',
        schedule: { id: 's', name: text, timeZone: 'UTC' },
        user: 'ada',
        direction: 'incoming',
        at: 1_000_000,
        until: 2_000_000,
        before: ['grace'],
        after: ['ada', 'grace'],
      },
      timeZone: 'Europe/Berlin',
      now: 0,
      displayName: () => text,
    });

  it.each(CASES)('is built as any other: %s', (_what, text) => {
    const [notice, tame] = [noticeOf(`x${text}`), noticeOf('harmless')];
    expect(shapeOf(notice.html)).toEqual(shapeOf(tame.html));
    expect(notice.headers).toEqual(tame.headers);
    expect(notice.subject).not.toMatch(/[\n\t\u2028\u2029]/);
    expect(notice.text.split('\n')).toHaveLength(tame.text.split('\n').length);
    for (const part of [notice.subject, notice.html, notice.text]) expect(part).not.toMatch(UNREADABLE);
  });
});

describe('a line of the log', () => {
  it.each(CASES)('is one JSON record whatever it tells: %s', (_what, text) => {
    const written: string[] = [];
    const spies = ([process.stdout, process.stderr] as const).map((stream) =>
      jest.spyOn(stream, 'write').mockImplementation((chunk) => written.push(String(chunk)) > 0),
    );
    try {
      const { log } = surroundings();
      log.error('request failed', { error: text, [text]: { nested: [text] } });
      log.warn(text, { why: new Error(text).message });
    } finally {
      for (const spy of spies) spy.mockRestore();
    }
    const lines = written.join('').split(/\r\n|[\n\r]/);
    expect(lines.pop()).toBe('');
    expect(lines).toHaveLength(2);
    expect(lines.map((line) => JSON.parse(line))).toMatchObject([
      { level: 'ERROR', message: 'request failed' },
      { level: 'WARN' },
    ]);
    for (const line of lines) expect(line).not.toMatch(/[^\P{Cc}\u007f-\u009f]/u);
  });
});
