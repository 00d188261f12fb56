import { describe, expect, it } from '@jest/globals';
import { runConfigCommand } from '../../cli/config.ts';
import { EMPTY_CONFIG } from '../../core/config/document.ts';
import { planOf } from '../../core/config/plan.ts';

const GOOD =
  'teams: [{ id: t, calendar: [{ day: default, oncall: a@b.c, escalation: d@e.f }] }]\nservices: [{ id: s, team: t }]\n';
const FILES: Readonly<Record<string, string>> = {
  'good.yaml': GOOD,
  'again.yaml': 'services:\n  - id: s\n',
  'bad.yaml': 'services:\n  - id: s\n    team: x\n  - id: "a\\eb"\n',
  'broken.yaml': 'services: [\n',
};
const NOW = Date.parse('2026-10-19T10:00Z');
const KEY = { INRESPONSE_API_KEY: 'k'.repeat(20), USER: 'Zoë' };

type Answer = readonly [status: number, body: unknown, etag?: string];

async function run(args: string[], answers: Answer[] = [], environment: Record<string, string> = KEY) {
  const requests: { url: string; method: string; headers: Record<string, string>; body: unknown }[] = [];
  const [out, errors]: [string[], string[]] = [[], []];
  const code = await runConfigCommand(args, {
    read: async (file) => {
      const text = FILES[file];
      if (text === undefined) throw new Error('no such file');
      return text;
    },
    print: (text) => out.push(text),
    printError: (text) => errors.push(text),
    fetch: async (input, init) => {
      const headers = Object.fromEntries(new Headers(init?.headers));
      requests.push({ url: String(input), method: init?.method ?? 'GET', headers, body: init?.body });
      const [status, body, etag] = answers.shift() ?? [500, {}];
      if (status === 0) throw new TypeError('fetch failed');
      return new Response(JSON.stringify(body), { status, headers: etag ? { etag } : {} });
    },
    environment,
    now: () => NOW,
  });
  return { code, out: out.join(''), errors: errors.join(''), requests };
}

const PLAN = planOf(EMPTY_CONFIG, { services: [{ id: 's' }] }, NOW);

describe('check', () => {
  it('says that a file is valid, and what is in it', async () => {
    expect(await run(['check', 'good.yaml'])).toMatchObject({
      code: 0,
      out: 'Valid: teams 1, services 1\n',
      errors: '',
      requests: [],
    });
  });

  it('names every fault with its place, harmlessly', async () => {
    const { code, errors } = await run(['check', 'bad.yaml']);
    expect(code).toBe(1);
    expect(errors).toBe(
      'bad.yaml:3:5: services[0].team: there is no team x\n' +
        'bad.yaml:4:5: services[1].id: must be letters, digits, dots, dashes, underscores\n2 faults\n',
    );
  });

  it('finds the same id in two files', async () => {
    const { code, errors } = await run(['check', 'good.yaml', 'again.yaml']);
    expect(code).toBe(1);
    expect(errors).toContain('again.yaml:2:5: services[0].id: service s is there twice\n1 fault\n');
  });

  it('says when a file cannot be read, and nothing of what only that file could tell', async () => {
    expect((await run(['check', 'none.yaml'])).errors).toBe('none.yaml cannot be read: no such file\n');
    const { errors } = await run(['check', 'bad.yaml', 'broken.yaml']);
    expect(errors).toMatch(/^broken\.yaml:2:1: .*\n1 fault\n$/);
  });
});

describe('plan', () => {
  it('shows what the API says would happen', async () => {
    const { code, out, requests } = await run(
      ['plan', 'good.yaml', '--url', 'https://api.example.org/'],
      [[200, { revision: 3, plan: PLAN }]],
    );
    expect({ code, first: out.split('\n')[0] }).toEqual({ code: 0, first: '1 to add, 0 to change, 0 to remove' });
    expect(requests).toMatchObject([
      {
        url: 'https://api.example.org/config?dryRun=true',
        method: 'PUT',
        headers: { 'x-api-key': KEY.INRESPONSE_API_KEY, 'x-author': 'Zo?' },
      },
    ]);
    expect(JSON.parse(String(requests[0]?.body))).toMatchObject({ services: [{ id: 's', team: 't' }] });
  });

  it.each<[string, Answer, RegExp]>([
    ['nobody answers', [0, {}], /^http:\/\/127\.0\.0\.1:8080 cannot be reached\n$/],
    [
      'it is refused',
      [403, { title: 'Forbidden', detail: 'No.', errors: [{ field: 'a', message: 'b\u001b[2J' }] }],
      /^403 Forbidden: No\.\n {2}a: b\uFFFD\[2J\n$/,
    ],
    ['something else answers', [200, { hello: 1 }], /is not one of this API/],
    ['something else fails', [502, 'Bad gateway'], /^the API answered 502\n$/],
  ])('says it when %s', async (_what, answer, message) => {
    const { code, errors } = await run(['plan', 'good.yaml'], [answer]);
    expect(code).toBe(1);
    expect(errors).toMatch(message);
  });

  it('needs a key, and asks nobody without', async () => {
    const { code, errors, requests } = await run(['plan', 'good.yaml'], [], {});
    expect({ code, requests }).toEqual({ code: 1, requests: [] });
    expect(errors).toContain('INRESPONSE_API_KEY');
  });
});

describe('apply', () => {
  it('puts in force what it has shown, on condition that nothing changed since', async () => {
    const answers: Answer[] = [
      [200, {}, '"3"'],
      [200, { revision: 3, plan: PLAN }],
      [200, { revision: 4, changed: true }],
    ];
    const { code, out, requests } = await run(['apply', 'good.yaml', '--author', 'ada'], answers);
    expect(code).toBe(0);
    expect(out).toMatch(/^1 to add[\s\S]*Revision 4 is in force\.\n$/);
    expect(
      requests.map(({ method, url, headers }) => [
        method,
        new URL(url).search,
        headers['if-match'],
        headers['x-author'],
      ]),
    ).toEqual([
      ['GET', '', undefined, 'ada'],
      ['PUT', '?dryRun=true', undefined, 'ada'],
      ['PUT', '', '"3"', 'ada'],
    ]);
  });

  it('says so when nothing changes, and when somebody else was faster', async () => {
    const start: Answer[] = [
      [200, {}, '"3"'],
      [200, { revision: 3, plan: PLAN }],
    ];
    expect((await run(['apply', 'good.yaml'], [...start, [200, { revision: 3, changed: false }]])).out).toMatch(
      /says the same already\.\n$/,
    );
    const stale = await run(['apply', 'good.yaml'], [...start, [409, { title: 'Changed', detail: 'At revision 4.' }]]);
    expect(stale).toMatchObject({ code: 1, errors: '409 Changed: At revision 4.\n' });
  });

  it('sends nothing that is at fault', async () => {
    expect(await run(['apply', 'bad.yaml'])).toMatchObject({ code: 1, requests: [] });
  });
});

describe('the command line', () => {
  it('prints the schema', async () => {
    const { code, out } = await run(['schema']);
    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject({ title: 'InResponse configuration' });
  });

  it.each([[[]], [['check']], [['schema', 'x']], [['drop', 'good.yaml']], [['check', 'good.yaml', '--force']]])(
    'explains itself for %j',
    async (args) => {
      const { code, errors } = await run(args);
      expect(code).toBe(2);
      expect(errors).toMatch(/^usage: /);
    },
  );
});
