import { describe, expect, it } from '@jest/globals';
import { ADA, GRACE, type Stage } from '../support/stage.ts';
import { linkOf, story } from './story.ts';

async function unchangedBy(stage: Stage, method: string, path: string): Promise<void> {
  const before = await stage.dump();
  const { status, headers } = await stage.request({ method, path });
  expect(status).toBe(200);
  expect(headers['content-type']).toMatch(/^text\/html/);
  expect(await stage.dump()).toEqual(before);
}

describe('the links of a page', () => {
  it('show the incident and an acknowledge button, and looking changes nothing', () =>
    story({}, ({ at, expectMail, end }) => {
      at('0:00').put();
      expectMail('0:00', ADA);
      at('2:00').check('a mail scanner opens every link', async (stage) => {
        for (const label of ['Acknowledge', 'See the incident'])
          await unchangedBy(stage, 'GET', linkOf(stage.mails[0], label));
      });
      at('3:00')
        .link(0, 'Acknowledge', 'GET')
        .expect(200, ({ text }) => {
          expect(text).toContain('Disk full');
          expect(text).toMatch(/<form method="post">/);
        });
      at('3:00')
        .link(0, 'See the incident', 'GET')
        .expect(200, ({ text }) => expect(text).toContain('/var at 100 %'));
      expectMail('10:00', GRACE);
      end('20:00');
    }));

  it('acknowledge with one press, as the person whom the mail went to', () =>
    story({}, ({ at, expectMail, end }) => {
      at('0:00').put();
      expectMail('0:00', ADA);
      at('4:00')
        .link(0, 'Acknowledge', 'POST')
        .expect(200, ({ text }) => expect(text).toMatch(/Acknowledged by ada@example\.org/));
      at('5:00')
        .get('/incidents/10000')
        .expect(200, ({ json }) => expect(json).toMatchObject({ state: 'CLAIMED', claimedBy: ADA }));
      end('60:00');
    }));

  it('tell a second person that somebody has it already, and change nothing', () =>
    story({}, ({ at, expectMail, end }) => {
      at('0:00').put();
      expectMail('0:00', ADA);
      expectMail('10:00', GRACE);
      at('11:00').link(0, 'Acknowledge', 'POST');
      at('12:00').check('Grace presses hers', (stage) =>
        unchangedBy(stage, 'POST', linkOf(stage.mails[1], 'Acknowledge')),
      );
      at('13:00')
        .link(1, 'Acknowledge', 'POST')
        .expect(200, ({ text }) => expect(text).toMatch(/Already acknowledged by ada@example\.org/));
      end('60:00');
    }));

  it('tell that an incident is resolved, and do not acknowledge it', () =>
    story({}, ({ at, expectMail, end }) => {
      at('0:00').put();
      expectMail('0:00', ADA);
      at('1:00').resolve(10_000);
      at('2:00')
        .link(0, 'Acknowledge', 'POST')
        .expect(200, ({ text }) => expect(text).toMatch(/Already resolved/));
      at('3:00')
        .get('/incidents/10000')
        .expect(200, ({ json }) => expect(json).toMatchObject({ state: 'RESOLVED', claimedBy: null }));
      end('20:00');
    }));

  it('end at that incident: the page of one shows a button that acknowledges it', () =>
    story({}, ({ at, expectMail, end }) => {
      at('0:00').put();
      expectMail('0:00', ADA);
      at('1:00').do('from the page', async (stage) => {
        const page = await stage.request({ method: 'GET', path: linkOf(stage.mails[0], 'See the incident') });
        const url = /https:\/\/inresponse\.example\.org(\/ack\/[\w-]+)/.exec(page.text)?.[1] ?? 'no link';
        expect((await stage.request({ method: 'POST', path: url })).status).toBe(200);
        expect(await stage.incident(10_000)).toMatchObject({ state: 'CLAIMED', claimedBy: ADA });
      });
      end('60:00');
    }));

  it('do nothing when they were tampered with, are for something else, or are too old', () =>
    story({ reconciler: 'off' }, ({ at, expectMail, end }) => {
      at('0:00').put();
      expectMail('0:00', ADA);
      expectMail('10:00', GRACE);
      const refused = async (stage: Stage, method: string, path: string) => {
        const before = await stage.dump();
        const { status, headers } = await stage.request({ method, path });
        expect(`${path} ${status}`).toMatch(/ 4\d\d$/);
        expect(headers['content-type']).toMatch(/^text\/html/);
        expect(await stage.dump()).toEqual(before);
      };
      at('11:00').check('others than these links', async (stage) => {
        const ack = linkOf(stage.mails[0], 'Acknowledge');
        const see = linkOf(stage.mails[0], 'See the incident');
        for (const path of [
          `${ack.slice(0, -1)}${ack.endsWith('A') ? 'B' : 'A'}`,
          `${ack}A`,
          see.replace('/i/', '/ack/'),
          '/ack/nonsense',
          '/ack/%00',
          `/ack/${'A'.repeat(5_000)}`,
        ])
          await refused(stage, 'POST', path);
        await refused(stage, 'GET', ack.replace('/ack/', '/i/'));
      });
      at('10090:00').check('a week later', async (stage) => {
        await refused(stage, 'POST', linkOf(stage.mails[0], 'Acknowledge'));
        await refused(stage, 'GET', linkOf(stage.mails[0], 'See the incident'));
      });
      end('10090:00');
    }));
});
