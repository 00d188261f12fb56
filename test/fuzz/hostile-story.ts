import type { SentMail } from '../support/fake-ses.ts';
import type { Stage } from '../support/stage.ts';

/** Everything that one text, put into every field that takes text, can reach. */
export interface Reached {
  readonly mail: SentMail;
  /** By name: pages as HTML, with their headers. */
  readonly pages: Readonly<
    Record<string, { readonly text: string; readonly headers: Readonly<Record<string, string>> }>
  >;
  readonly feeds: readonly string[];
  /** Answers in JSON: header by header. */
  readonly answers: readonly { readonly headers: Readonly<Record<string, string>>; readonly text: string }[];
}

const upTo = (most: number, text: string) => `x${text}`.slice(0, most).replace(/[\ud800-\udbff]$/, '');

function configOf(text: string): object {
  const name = upTo(200, text);
  const start = '2026-11-02T09:00';
  return {
    users: [
      { id: 'ada', name, email: 'ada@example.org' },
      { id: 'grace', name, email: 'grace@example.org' },
    ],
    teams: [{ id: 'core', name, members: ['ada', 'grace'] }],
    schedules: [
      {
        id: 'primary',
        name,
        timeZone: 'UTC',
        layers: [{ name, users: ['ada', 'grace'], start, rotation: { unit: 'week' } }],
      },
    ],
    escalationPolicies: [
      {
        id: 'standard',
        name,
        rules: [
          { targets: [{ schedule: 'primary' }], escalateAfterMinutes: 600 },
          { targets: [{ user: 'grace' }, { email: 'eve@example.org', name }], escalateAfterMinutes: 600 },
        ],
      },
    ],
    services: [{ id: 'checkout', name, team: 'core', escalationPolicy: 'standard' }],
  };
}

let runs = 0;

/** Puts `text` into every field from outside, and goes everywhere that people and programs read. */
export async function reach(stage: Stage, text: string): Promise<Reached> {
  const send = async (method: string, path: string, body?: unknown, headers: Record<string, string> = {}) => {
    const answer = await stage.request({ method, path, body, headers });
    if (answer.status >= 300) throw new Error(`${method} ${path}: ${answer.status} ${answer.text.slice(0, 500)}`);
    return answer;
  };
  const answers = [
    await send('PUT', '/config', configOf(text), { 'X-Author': text }),
    await send('GET', '/config'),
    await send('GET', '/config/revisions'),
  ];
  // Services are remembered for ten seconds.
  await stage.clock.advanceTo(Date.now() + 11_000);
  const by = upTo(256, text);
  const before = stage.mails.length;
  const raised = await send('PUT', '/incidents', {
    service: 'checkout',
    severity: 'CRIT',
    title: upTo(1_024, text),
    message: upTo(100_000, text),
    source: upTo(512, text),
    // A key of its own, so that every run raises one.
    dedupKey: `${10_000 + runs++}${text}`.slice(0, 512),
    details: { [upTo(1_000, text)]: text, nested: { [text]: [text] } },
    links: [
      { href: 'https://wiki.example.org/runbook', text: upTo(200, text) },
      { href: `https://wiki.example.org/?q=${text.slice(0, 100)}` },
      { href: `javascript:${text.slice(0, 1_000)}`, text: upTo(200, text) },
    ],
  });
  const number = Number(raised.json.incidentId);
  const mail = stage.mails[before];
  if (!mail) throw new Error('nobody was paged');
  answers.push(raised, await send('POST', `/incidents/${number}`, { note: upTo(10_000, text), by }));
  const [view = '', acknowledge = ''] = ['i', 'ack'].map(
    (kind) => new RegExp(`https://[^\\s"]+(/${kind}/[\\w-]+)`).exec(mail.text)?.[1] ?? '',
  );
  const pages: Record<string, { text: string; headers: Readonly<Record<string, string>> }> = {
    open: await send('GET', view),
    confirm: await send('GET', acknowledge),
    acknowledged: await send('POST', acknowledge),
    already: await send('POST', acknowledge),
  };
  answers.push(await send('POST', `/incidents/${number}`, { state: 'RESOLVED', by }));
  pages.resolved = await send('GET', view);
  answers.push(await send('GET', `/incidents/${number}/timeline`));
  const feeds: string[] = [];
  for (const path of ['/schedules/primary/feed', '/users/ada/feed']) {
    const { json } = await send('GET', path);
    feeds.push((await send('GET', new URL(String(json.url)).pathname)).text);
  }
  return { mail, pages, feeds, answers };
}
