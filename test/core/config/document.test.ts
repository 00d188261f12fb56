import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { parseConfig } from '../../../core/config/document.ts';
import { pathText } from '../../../core/config/faults.ts';
import { peopleOf } from '../../../core/config/people.ts';
import { planOf } from '../../../core/config/plan.ts';
import { projection, rowsOf } from '../../../core/config/projection.ts';
import { example, frozen, valid } from './documents.ts';

const team = { id: 'payments', timeZone: 'Europe/Berlin', calendar: [{ day: 'default', oncall: 'ada@example.org' }] };
const service = { id: 'athens', team: 'payments' };

function paths(document: unknown): string[] {
  const result = parseConfig(document);
  return result.ok ? [] : result.faults.map(({ path }) => pathText(path));
}
const withTeam = (changes: object) => ({ teams: [{ ...team, ...changes }], services: [service] });
const withService = (changes: object) => ({ teams: [team], services: [{ ...service, ...changes }] });
const withDay = (day: object) => withTeam({ calendar: [day] });

const NOW = Date.parse('2026-10-19T10:00Z');
const SEED = 20_261_019;

describe('the configuration document', () => {
  it('takes the small example, and means what it meant', () => {
    const { services, calendar } = rowsOf(valid(example('small.yaml')));
    expect(services).toMatchObject([
      {
        serviceId: 'athens',
        team: 'payments',
        timeZone: 'Europe/Berlin',
        pageAfterSeconds: 0,
        escalateAfterSeconds: 600,
      },
    ]);
    expect(calendar).toEqual([
      { teamname: 'payments', day: 'default', oncall: 'ada@example.org', escalation: 'grace@example.org' },
      { teamname: 'payments', day: '2026-12-24', oncall: 'grace@example.org', escalation: 'lin@example.org' },
    ]);
  });

  it('is what its author wrote, without anything filled in or changed', () => {
    for (const name of ['small.yaml', 'realistic.yaml', 'demo.yaml']) {
      const written = frozen(example(name));
      const document = valid(written);
      expect(JSON.stringify(document)).toBe(JSON.stringify(written));
      expect(valid(JSON.parse(JSON.stringify(document)))).toEqual(written);
    }
  });

  it.each<[what: string, document: unknown, path: string]>([
    ['no document', 'teams', ''],
    ['an unknown part', { teems: [] }, 'teems'],
    ['an unknown field of a team', withTeam({ zone: 'UTC' }), 'teams[0].zone'],
    ['a team without an id', { teams: [{ name: 'x' }] }, 'teams[0].id'],
    ['an id with a blank', { teams: [{ id: 'pay ments' }] }, 'teams[0].id'],
    ['an id with a separator of ours', withService({ id: 'a#b' }), 'services[0].id'],
    ['an id that begins with a dot', withService({ id: '.a' }), 'services[0].id'],
    ['an id of 129 characters', withService({ id: 'a'.repeat(129) }), 'services[0].id'],
    ['an empty name', withService({ name: '' }), 'services[0].name'],
    ['a zone that does not exist', withTeam({ timeZone: 'Europe/Atlantis' }), 'teams[0].timeZone'],
    ['a day that does not exist', withDay({ day: '2026-02-30' }), 'teams[0].calendar[0].day'],
    ['a day as a date of some other form', withDay({ day: '30.01.2026' }), 'teams[0].calendar[0].day'],
    ['an address that is none', withDay({ day: 'default', oncall: 'ada' }), 'teams[0].calendar[0].oncall'],
    ['two addresses in one', withDay({ day: 'default', oncall: 'a@b.c,d@e.f' }), 'teams[0].calendar[0].oncall'],
    ['a header in an address', withDay({ day: 'default', oncall: 'a@b.c\nBcc: d@e.f' }), 'teams[0].calendar[0].oncall'],
    ['an empty column', withDay({ day: 'default', escalation: '' }), 'teams[0].calendar[0].escalation'],
    ['a misspelled column', withDay({ day: 'default', onCall: 'a@b.c' }), 'teams[0].calendar[0].onCall'],
    ['a negative delay', withService({ pageAfterSeconds: -1 }), 'services[0].pageAfterSeconds'],
    ['a fraction of a second', withService({ escalateAfterSeconds: 0.5 }), 'services[0].escalateAfterSeconds'],
    ['a delay beyond a week', withService({ escalateAfterSeconds: 604_801 }), 'services[0].escalateAfterSeconds'],
    ['a delay as text', withService({ escalateAfterSeconds: '600' }), 'services[0].escalateAfterSeconds'],
    ['escalating before paging', withService({ pageAfterSeconds: 601 }), 'services[0].escalateAfterSeconds'],
    ['a team that is not there', withService({ team: 'platform' }), 'services[0].team'],
    ['a team twice', { teams: [team, team] }, 'teams[1].id'],
    ['a service twice', { teams: [team], services: [service, service] }, 'services[1].id'],
    ['a day twice', withTeam({ calendar: [{ day: 'default' }, { day: 'default' }] }), 'teams[0].calendar[1].day'],
  ])('refuses %s and says where', (_what, document, path) => {
    expect(paths(document)).toEqual([path]);
  });

  it('names every fault at once', () => {
    const document = { teams: [team, team], services: [service, { id: 'b', team: 'nobody' }, service] };
    expect(paths(document)).toEqual(['services[1].team', 'services[2].id', 'teams[1].id']);
  });

  it('takes the same day in two teams', () => {
    expect(paths({ teams: [team, { ...team, id: 'platform' }] })).toEqual([]);
  });
});

/** Every place of a value, the value itself included. */
function places(value: unknown, at: readonly (string | number)[] = []): (readonly (string | number)[])[] {
  const inner = Array.isArray(value)
    ? [...value.entries()]
    : Object.entries(typeof value === 'object' ? (value ?? {}) : {});
  return [at, ...inner.flatMap(([key, each]) => places(each, [...at, key]))];
}

/** The value with another one at a place; undefined takes the place away. */
function replaced(value: unknown, [key, ...rest]: readonly (string | number)[], by: unknown): unknown {
  if (key === undefined) return by;
  if (Array.isArray(value))
    return value
      .map((each, index) => (index === key ? replaced(each, rest, by) : each))
      .filter((each) => each !== undefined);
  const holder = value as Record<string, unknown>;
  return Object.fromEntries(
    Object.entries(holder).flatMap(([name, each]) => {
      const next = name === key ? replaced(each, rest, by) : each;
      return next === undefined ? [] : [[name, next]];
    }),
  );
}

const realistic = example('realistic.yaml');
const all = places(realistic).slice(1);
const strange = fc.oneof(
  fc.constant(undefined),
  fc.constantFrom(
    '',
    ' ',
    'ada',
    'a@b.c',
    'default',
    '2026-11-01',
    '09:00',
    '24:00',
    'UTC',
    'PX',
    '__proto__',
    'constructor',
  ),
  fc.integer({ min: -1, max: 11 }),
  fc.constantFrom(null, true, 0.5, 1e300, {}, [], [null], { id: 'ada' }, { toString: 1 }),
  fc
    .constantFrom(...all)
    .map((path) => path.reduce<unknown>((value, key) => (value as Record<string, unknown>)[key], realistic)),
  fc.jsonValue(),
);
const mutations = fc.array(fc.tuple(fc.constantFrom(...all), strange), { minLength: 1, maxLength: 3 });

describe('a configuration with something strange in it', () => {
  it('is refused with a path that leads into it, or does all that a document does', () => {
    let taken = 0;
    fc.assert(
      fc.property(mutations, (changes) => {
        const document = changes.reduce<unknown>((value, [path, by]) => {
          return places(value).some((place) => JSON.stringify(place) === JSON.stringify(path))
            ? replaced(value, path, by)
            : value;
        }, realistic);
        const result = parseConfig(document);
        if (!result.ok) {
          expect(result.faults.length).toBeGreaterThan(0);
          // Inside pasted schedules the schedule engine speaks, in zod's words.
          for (const { path, message } of result.faults)
            expect(message).toMatch(path[2] === 'pagerduty' ? /^\S/ : /^(?!Invalid)\S/);
          return;
        }
        taken += 1;
        const again = valid(JSON.parse(JSON.stringify(result.document)));
        expect(again).toEqual(result.document);
        const rows = rowsOf(again);
        expect(JSON.parse(JSON.stringify(rows))).toEqual(rows);
        peopleOf(again);
        expect(projection(again, again).remove).toEqual({ services: [], calendar: [] });
        expect(planOf(again, again, NOW)).toMatchObject({ changes: [], onCallChanges: [] });
      }),
      { seed: SEED, numRuns: 300 },
    );
    expect(taken).toBeGreaterThan(20);
  });
});
