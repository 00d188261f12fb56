import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { readFeed, signFeed } from '../../../../lambda/http/feed-token.ts';
import { signLink } from '../../../../lambda/http/link-token.ts';
import { feedOperations } from '../../../../lambda/http/operations/feeds.ts';
import { answer, DOCUMENT, inForce, NOW, refusal, request, secretStore } from './asked.ts';

const SECRET = { id: 'k1', secret: 'a'.repeat(32) };
const NEWER = { id: 'k2', secret: 'b'.repeat(32) };

function operations(document = DOCUMENT, linkSecrets = secretStore([SECRET])) {
  const deps = {
    ...inForce(document),
    linkSecrets,
    publicUrl: 'https://pager.example.com',
    token: () => 'f'.repeat(32),
  };
  return { ...feedOperations(deps), linkSecrets };
}

type Feeds = ReturnType<typeof operations>;

const addressOf = async (feeds: Feeds, kind: 'schedule' | 'user', id: string): Promise<string> =>
  (await answer((kind === 'schedule' ? feeds.getScheduleFeed : feeds.getUserFeed)(request({ path: { id } })))).url;

const tokenOf = (url: string) => url.slice(url.lastIndexOf('/') + 1);
const fetched = (feeds: Feeds, token: string) => feeds.getFeed(request({ path: { token } }));

/** The properties of each event, unfolded. */
function events(calendar: string): Record<string, string>[] {
  const lines = calendar.replaceAll('\r\n ', '').split('\r\n');
  const found: Record<string, string>[] = [];
  for (const line of lines) {
    if (line === 'BEGIN:VEVENT') found.push({});
    const colon = line.indexOf(':');
    const event = found.at(-1);
    if (event) event[line.slice(0, colon)] ??= line.slice(colon + 1);
  }
  return found;
}

describe('calendar feeds', () => {
  it('have a secret address that is the same every time', async () => {
    const feeds = operations();
    const url = await addressOf(feeds, 'schedule', 'primary');
    expect(url).toMatch(/^https:\/\/pager\.example\.com\/ical\/[\w-]{20,}$/);
    expect(await addressOf(feeds, 'schedule', 'primary')).toBe(url);
    expect(await addressOf(feeds, 'user', 'ada')).not.toBe(url);
  });

  it('show the shifts of a schedule from 14 days back to 180 ahead, with their true ends', async () => {
    const feeds = operations();
    const { statusCode, headers, body } = await fetched(feeds, tokenOf(await addressOf(feeds, 'schedule', 'primary')));
    expect(statusCode).toBe(200);
    expect(headers['content-type']).toBe('text/calendar; charset=utf-8');
    expect(body).toContain('X-WR-CALNAME:On call: Primary\r\n');
    const shown = events(body);
    expect(shown[0]).toMatchObject({
      SUMMARY: 'On call: Ada Lovelace',
      DTSTART: '20261102T080000Z',
      DTEND: '20261109T080000Z',
      UID: '20261102T080000Z-ada-primary@pager.example.com',
    });
    expect(shown.at(-1)).toMatchObject({ DTSTART: '20270517T070000Z', DTEND: '20270524T070000Z' });
    expect(shown).toHaveLength(29);
  });

  it('show a person in all schedules, each event under an identifier of its own', async () => {
    const twins = ['one', 'two'].map((id) => ({
      id,
      name: `Schedule ${id}`,
      timeZone: 'UTC',
      layers: [{ id: 'l', users: ['ada', 'lin'], start: '2026-11-02T09:00', rotation: { unit: 'week' as const } }],
    }));
    const feeds = operations({ users: DOCUMENT.users ?? [], schedules: twins });
    const { body } = await fetched(feeds, tokenOf(await addressOf(feeds, 'user', 'ada')));
    expect(body).toContain('X-WR-CALNAME:On call: Ada Lovelace\r\n');
    const shown = events(body);
    expect(shown.slice(0, 2).map(({ SUMMARY }) => SUMMARY)).toEqual(['On call: Schedule one', 'On call: Schedule two']);
    expect(new Set(shown.map(({ UID }) => UID)).size).toBe(shown.length);
    expect(shown.map(({ DTSTART }) => DTSTART)).toEqual(shown.map(({ DTSTART }) => DTSTART).sort());
  });

  it("do not cut a person's time where somebody joins", async () => {
    const overrides = [
      { schedule: 'primary', kind: 'add' as const, user: 'lin', from: '2026-11-18T00:00', to: '2026-11-19T00:00' },
    ];
    const feeds = operations({ ...DOCUMENT, overrides });
    const { body } = await fetched(feeds, tokenOf(await addressOf(feeds, 'user', 'ada')));
    expect(events(body)[1]).toMatchObject({ DTSTART: '20261116T080000Z', DTEND: '20261123T080000Z' });
  });

  it('are there for an address that a schedule names, as it comes encoded', async () => {
    const feeds = operations();
    const { body } = await fetched(feeds, tokenOf(await addressOf(feeds, 'user', 'guest%40example.org')));
    expect(body).toContain('X-WR-CALNAME:On call: guest@example.org\r\n');
  });

  it('refuse who is not configured, and do not break on what is no encoding', async () => {
    const feeds = operations();
    const ask = (id: string) => refusal(feeds.getUserFeed(request({ path: { id } })));
    expect(await ask('ghost')).toEqual({ code: 'not_found', fields: ['user'] });
    expect(await ask('100%')).toEqual({ code: 'not_found', fields: ['user'] });
    expect(await refusal(feeds.getScheduleFeed(request({ path: { id: 'ghost' } })))).toEqual({
      code: 'not_found',
      fields: ['schedule'],
    });
  });

  it('make the first secret of a deployment when there is none', async () => {
    const feeds = operations(DOCUMENT, secretStore());
    const token = tokenOf(await addressOf(feeds, 'schedule', 'primary'));
    expect((await feeds.linkSecrets.get())[0]?.secret).toBe('f'.repeat(64));
    expect((await fetched(feeds, token)).statusCode).toBe(200);
  });

  it('go on under an older secret, until that is removed', async () => {
    const feeds = operations();
    const token = tokenOf(await addressOf(feeds, 'schedule', 'primary'));
    feeds.linkSecrets.set([NEWER, SECRET]);
    expect((await fetched(feeds, token)).statusCode).toBe(200);
    feeds.linkSecrets.set([NEWER]);
    expect(await fetched(feeds, token)).toMatchObject({ statusCode: 404, body: 'There is no such calendar.\n' });
  });

  it('end with the schedule', async () => {
    const feeds = operations();
    const token = tokenOf(await addressOf(feeds, 'schedule', 'primary'));
    const { statusCode, headers } = await fetched(operations({}), token);
    expect(statusCode).toBe(404);
    expect(headers['content-type']).toBe('text/plain; charset=utf-8');
  });

  it('cannot be opened with the token of a mail', async () => {
    const grant = { purpose: 'view', incidentId: 10_000, person: 'ada@example.org', expiresAt: NOW + 1_000 } as const;
    expect((await fetched(operations(), signLink(grant, [SECRET]))).statusCode).toBe(404);
    expect(readFeed(signLink(grant, [SECRET]), [SECRET])).toBeUndefined();
  });

  it('cannot be broken by what people and schedules are called', async () => {
    const evil = 'Eve\r\nEND:VEVENT\nBEGIN:VEVENT\u2028X;,\\"\u0000\u202e';
    const users = [{ id: 'ada', name: evil, email: 'ada@example.org' }, ...(DOCUMENT.users ?? []).slice(1)];
    const [primary, ...others] = DOCUMENT.schedules ?? [];
    const named = { ...primary, name: `${evil} rota` };
    const feeds = operations({ ...DOCUMENT, users, schedules: [named, ...others] } as typeof DOCUMENT);
    for (const kind of ['schedule', 'user'] as const) {
      const token = tokenOf(await addressOf(feeds, kind, kind === 'schedule' ? 'primary' : 'ada'));
      const { body } = await fetched(feeds, token);
      const lines = body.split('\r\n');
      const begins = lines.filter((line) => line === 'BEGIN:VEVENT').length;
      expect(lines.filter((line) => line === 'END:VEVENT')).toHaveLength(begins);
      expect(lines.filter((line) => line.startsWith('UID:'))).toHaveLength(begins);
      expect(lines.every((line) => Buffer.byteLength(line) <= 75)).toBe(true);
      expect(body.replaceAll('\r\n', '')).not.toMatch(/[\p{Cc}\u2028]/u);
    }
  });
});

describe('the token of a feed', () => {
  const subject = fc.record({
    kind: fc.constantFrom('schedule' as const, 'user' as const),
    id: fc.string({ unit: 'grapheme', minLength: 1, maxLength: 100 }).filter((id) => id.isWellFormed()),
  });

  it('says whose shifts it shows, under any live secret', () => {
    fc.assert(
      fc.property(subject, (given) => {
        const token = signFeed(given, [SECRET]);
        expect(token).toMatch(/^[\w-]+$/);
        expect(readFeed(token, [NEWER, SECRET])).toEqual(given);
        expect(readFeed(token, [NEWER])).toBeUndefined();
        expect(readFeed(token, [])).toBeUndefined();
      }),
    );
  });

  it('is worth nothing with any character changed, added or left out', () => {
    const token = signFeed({ kind: 'schedule', id: 'primary' }, [SECRET]);
    for (let at = 0; at < token.length; at++) {
      const other = token[at] === 'A' ? 'B' : 'A';
      expect(readFeed(token.slice(0, at) + other + token.slice(at + 1), [SECRET])).toBeUndefined();
      expect(readFeed(token.slice(0, at), [SECRET])).toBeUndefined();
    }
    expect(readFeed(`${token}A`, [SECRET])).toBeUndefined();
    expect(readFeed(`${token}=`, [SECRET])).toBeUndefined();
    fc.assert(fc.property(fc.string(), (text) => readFeed(text, [SECRET]) === undefined));
  });

  it('is not made without a secret worth the name, and never says it', () => {
    expect(() => signFeed({ kind: 'user', id: 'ada' }, [])).toThrow(RangeError);
    expect(() => signFeed({ kind: 'user', id: 'ada' }, [{ id: 'k', secret: 'short' }])).toThrow(/^(?!.*short)/);
    expect(() => signFeed({ kind: 'user', id: '' }, [SECRET])).toThrow(RangeError);
    expect(() => signFeed({ kind: 'user', id: '\ud800' }, [SECRET])).toThrow(RangeError);
  });
});
