import { fork } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { HANDLER_NAMES, OPTIONAL_HANDLER_NAMES } from '../../lib/handlers.ts';
import { synthesize } from '../../local/synth.ts';
import type { Grant } from './rig.ts';
import type { Secret } from './secrets.ts';
import type { Told } from './tour.ts';

const FUNCTIONS = [...HANDLER_NAMES, ...OPTIONAL_HANDLER_NAMES];

/** Grants that no handler uses itself, and why they are there. */
const NOT_OF_THE_HANDLERS: readonly (readonly [who: RegExp, action: RegExp, why: string])[] = [
  [/./, /^xray:Put(TraceSegments|TelemetryRecords)$/, 'the X-Ray agent beside the handler sends them'],
  [/./, /^logs:(CreateLogStream|PutLogEvents)$/, 'Lambda itself writes the log, under the role of the function'],
  [
    /^(ingest|mailEvents|reconciler|canary)$/,
    /^sqs:SendMessage$/,
    'Lambda itself puts events that nobody took into the dead letters',
  ],
  [/^state machine$/, /^logs:/, 'Step Functions itself has its log delivered'],
  [/^state machine$/, /^xray:GetSampling(Rules|Targets)$/, 'Step Functions itself asks what to trace'],
];

let directory: string;
let told: Told;
let places: Record<string, string>;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'tour-'));
  await synthesize(directory, {
    senderEmail: 'pager@example.org',
    fallbackEmail: 'lead@example.org',
    publicUrl: 'https://inresponse.example.org',
    cloudWatchAlarms: { service: 'checkout' },
    canary: {},
    apiRate: 100_000,
    apiBurst: 100_000,
  });
  const child = fork(join(import.meta.dirname, 'tour.ts'), [directory], {
    execArgv: ['--no-warnings'],
    silent: true,
    env: { PATH: process.env.PATH },
  });
  let log = '';
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk) => (log += chunk));
  const message = once(child, 'message');
  const ended = once(child, 'close');
  const first = await Promise.race([message, ended]);
  await ended;
  if (typeof first[0] !== 'object') throw new Error(`the tour broke off:\n${log.slice(-1_500)}`);
  told = first[0] as Told;
  places = { ...told.places, 'log of the functions': log };
}, 120_000);
afterAll(() => rm(directory, { recursive: true, force: true }));

function matches(pattern: string, text: string): boolean {
  const source = pattern.replace(/[\\^$.|?+()[\]{}]/g, '\\$&').replaceAll('*', '.*');
  return new RegExp(`^${source}$`).test(text);
}

const isUsed = (allowed: Grant) =>
  told.used.some(
    ({ who, action, resource }) =>
      who === allowed.who && matches(allowed.action, action) && matches(allowed.resource, resource),
  );
const written = ({ action, resource }: Grant) => `${action} ${resource}`;

describe('the roles of the template', () => {
  it('are those of the functions and the state machine', () => {
    expect([...new Set(told.allowed.map(({ who }) => who))].sort()).toEqual([...FUNCTIONS, 'state machine'].sort());
  });

  it('allow all that the handlers ask for', () => {
    expect([...new Set(told.denied)]).toEqual([]);
    expect(told.brokenOff).toBeUndefined();
    expect(told.used.filter(({ who }) => who.startsWith('nobody'))).toEqual([]);
  });

  it.each([...FUNCTIONS, 'state machine'])('allow %s nothing that it does not ask for', (name) => {
    const unused = told.allowed.filter(
      (grant) =>
        grant.who === name &&
        !NOT_OF_THE_HANDLERS.some(([who, action]) => who.test(grant.who) && action.test(grant.action)) &&
        !isUsed(grant),
    );
    expect(unused.map(written)).toEqual([]);
  });

  it.each(NOT_OF_THE_HANDLERS)('have a use for the exception %s %s: %s', (who, action) => {
    expect(told.allowed.filter((grant) => who.test(grant.who) && action.test(grant.action))).not.toEqual([]);
  });

  it('name single actions', () => {
    expect(told.allowed.map(({ action }) => action).filter((action) => /[*?]/.test(action))).toEqual([]);
  });
});

/** Long enough not to be met by chance, short enough to be what is left of a secret in an error that quotes ten characters. */
const TELLING = 10;

describe('a secret', () => {
  it('was planted of every kind, and came out where it belongs', () => {
    expect(new Set(told.secrets.map(({ what }) => what)).size).toBeGreaterThan(18);
    const missing = told.secrets.flatMap(({ what, value, mayBeIn }) =>
      mayBeIn.filter((place) => !places[place]?.includes(value)).map((place) => `${what} in ${place}`),
    );
    expect(missing).toEqual([]);
    for (const text of Object.values(places)) expect(text).not.toBe('');
  });

  it('is nowhere else: no table, log, metric, error, answer or execution', () => {
    const found = told.secrets.flatMap(({ what, value, mayBeIn }: Secret) =>
      Object.entries(places)
        .filter(([place]) => !mayBeIn.includes(place))
        .flatMap(([place, text]) =>
          [value.slice(0, TELLING), value.slice(-TELLING)]
            .map((part) => text.indexOf(part))
            .filter((at) => at >= 0)
            .slice(0, 1)
            .map((at) => `${what} in ${place}: …${text.slice(Math.max(0, at - 200), at + 60)}…`),
        ),
    );
    expect(found).toEqual([]);
  });

  it('is not in what is uploaded', () => {
    const template = JSON.parse(readFileSync(join(directory, 'InResponse.template.json'), 'utf8')) as {
      Resources: Record<string, { Type: string; Properties: Record<string, { Variables?: object }> }>;
    };
    const variables = Object.values(template.Resources).flatMap(({ Properties }) =>
      Object.keys(Properties.Environment?.Variables ?? {}),
    );
    expect(variables.filter((name) => /SECRET|PASSWORD|TOKEN|CREDENTIAL|KEY(?!_ID$)/.test(name))).toEqual([]);
    const keys = Object.values(template.Resources).filter(({ Type }) => Type === 'AWS::ApiGateway::ApiKey');
    expect(keys.map(({ Properties }) => Properties.Value)).toEqual(keys.map(() => undefined));
    const files = readdirSync(directory, { recursive: true, encoding: 'utf8' }).filter((name) =>
      /\.(json|mjs)$/.test(name),
    );
    const suspicious = files.filter((name) =>
      /\bAKIA[0-9A-Z]{16}\b|-----BEGIN [A-Z ]*PRIVATE KEY-----\s*[A-Za-z0-9+/]{20}/.test(
        readFileSync(join(directory, name), 'utf8'),
      ),
    );
    expect(files.length).toBeGreaterThan(HANDLER_NAMES.length);
    expect(suspicious).toEqual([]);
  });
});
