import { describe, expect, it } from '@jest/globals';
import { runSimulateCommand } from '../../cli/simulate.ts';

const FILE = `
deployment: { senderEmail: oncall@example.org, fallbackEmail: spare@example.org }
teams:
  - id: payments
    timeZone: Europe/Berlin
    calendar:
      - { day: default, oncall: ada@example.org }
services:
  - { id: athens, team: payments }
`;
const MORE = 'services: [{ id: sparta, team: payments }]';

interface Request {
  readonly url: string;
  readonly key: string | null;
  readonly body: unknown;
}

async function run(
  args: string,
  more: { files?: Record<string, string>; env?: Record<string, string>; answer?: Response } = {},
) {
  const printed: string[] = [];
  const errors: string[] = [];
  const requests: Request[] = [];
  const files: Record<string, string> = { 'a.yaml': FILE, 'b.yaml': MORE, ...more.files };
  const code = await runSimulateCommand(args.split(' '), {
    read: async (file) => {
      const text = files[file];
      if (text === undefined) throw new Error('no such file');
      return text;
    },
    print: (text) => void printed.push(text),
    printError: (text) => void errors.push(text),
    fetch: async (input, init) => {
      const headers = new Headers(init?.headers);
      requests.push({ url: String(input), key: headers.get('x-api-key'), body: JSON.parse(String(init?.body)) });
      if (!more.answer) throw new Error('no server');
      return more.answer;
    },
    environment: more.env ?? {},
    now: () => Date.parse('2026-11-21T12:00:00Z'),
  });
  return { code, out: printed.join(''), err: errors.join(''), requests };
}

describe('npm run simulate', () => {
  it('tries a file without a server, on the clock of the team', async () => {
    const { code, out, requests } = await run('--config a.yaml --service athens --severity crit --at 2026-11-21T03:04');
    expect(code).toBe(0);
    expect(requests).toEqual([]);
    expect(out).toContain(
      'CRIT for service athens of team payments, Saturday 2026-11-21 03:04 Europe/Berlin (2026-11-21 02:04 UTC)',
    );
    expect(out).toMatch(/^ {3}\+0 min {2}03:04 Berlin {2}email ada@example\.org /m);
    expect(out).toMatch(
      /^! \+10 min {2}03:14 Berlin {2}fallback contact \(email spare@example\.org\) {2}because team payments has no/m,
    );
  });

  it('reads several files as one, and simulates now when not told otherwise', async () => {
    const { code, out } = await run('--config a.yaml --config b.yaml --service sparta');
    expect(code).toBe(0);
    expect(out).toContain('service sparta of team payments, Saturday 2026-11-21 13:00 Europe/Berlin');
  });

  it.each([
    ['7m', '+7 min'],
    ['90s', '+1 min 30 s'],
    ['8', '+8 min'],
    ['1h', '+1 h'],
  ])('takes %s for a time after which somebody acknowledges', async (after, shown) => {
    const { out } = await run(`--config a.yaml --service athens --acknowledged-after ${after}`);
    expect(out).toContain(`${shown}  `);
    expect(out).toContain('Acknowledged by somebody.');
  });

  it('says what is wrong in a file, and where', async () => {
    const files = { 'bad.yaml': 'services:\n  - id: athens\n    team: ghost\n    colour: red\n' };
    const { code, err } = await run('--config bad.yaml --service athens', { files });
    expect(code).toBe(1);
    expect(err).toMatch(/^bad\.yaml:3:\d+: services\[0\]\.team: .*ghost/m);
    expect(err).toMatch(/^bad\.yaml:4:\d+: services\[0\]\.colour: is not a known field/m);
    expect((await run('--config gone.yaml --service athens')).err).toContain('gone.yaml cannot be read');
    expect((await run('--config a.yaml --service ghost')).err).toContain('no service ghost');
  });

  it('asks the API for what is in force when no file is given', async () => {
    const answer = Response.json({ text: 'CRIT for service athens\n', pages: [] });
    const args =
      '--service athens --at 2026-11-21T03:04 --acknowledged-after 7m --url http://pager.example.com/ --key k';
    const { code, out, requests } = await run(args, { answer });
    expect([code, out]).toEqual([0, 'CRIT for service athens\n']);
    expect(requests).toEqual([
      {
        url: 'http://pager.example.com/simulate',
        key: 'k',
        body: { service: 'athens', severity: 'CRIT', at: '2026-11-21T03:04', acknowledgedAfterMinutes: 7 },
      },
    ]);
  });

  it('takes address and key from the environment', async () => {
    const env = { INRESPONSE_URL: 'http://there:1', INRESPONSE_API_KEY: 'secret' };
    const { requests } = await run('--service athens', { env, answer: Response.json({ text: '' }) });
    expect(requests).toEqual([
      { url: 'http://there:1/simulate', key: 'secret', body: { service: 'athens', severity: 'CRIT' } },
    ]);
  });

  it('says why the API did not answer', async () => {
    const problem = {
      detail: 'Service "x" is not configured.',
      errors: [{ field: 'service', message: 'is not configured' }],
    };
    const refused = await run('--service x --key k', { answer: Response.json(problem, { status: 400 }) });
    expect([refused.code, refused.err]).toEqual([1, 'Service "x" is not configured.\n  service: is not configured\n']);
    expect((await run('--service x --key k', { answer: new Response('<html>', { status: 502 }) })).err).toContain(
      '502',
    );
    expect((await run('--service x --key k')).err).toContain('cannot be reached');
    expect((await run('--service x')).err).toContain('API key is needed');
  });

  it('cannot be made to steer the terminal', async () => {
    const answer = Response.json({ text: 'a\u001b[2Jb\u202ec\r\n' });
    expect((await run('--service athens --key k', { answer })).out).toBe('a[2Jbc\n');
  });

  it.each([
    '--config a.yaml',
    '--service athens --severity BAD',
    '--service athens --at soon',
    '--service athens --acknowledged-after soon',
    '--service athens --colour red',
  ])('shows its usage for %s', async (args) => {
    const { code, err } = await run(args);
    expect(code).toBe(2);
    expect(err).toContain('usage: npm run simulate');
  });
});
