import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { configDocument, EMPTY_CONFIG } from '../../../core/config/document.ts';

const team = { id: 'payments', timeZone: 'Europe/Berlin', calendar: [{ day: 'default', oncall: 'ada@example.org' }] };
const service = { id: 'athens', team: 'payments' };

function faults(document: unknown): string[] {
  const result = configDocument.safeParse(document);
  return result.success ? [] : result.error.issues.map((issue) => issue.path.join('.'));
}
const withTeam = (changes: object) => ({ teams: [{ ...team, ...changes }], services: [service] });
const withService = (changes: object) => ({ teams: [team], services: [{ ...service, ...changes }] });
const withDay = (day: object) => withTeam({ calendar: [day] });

describe('the configuration document', () => {
  it('takes the example, without the part that is about the deployment', () => {
    const file = join(import.meta.dirname, '../../../examples/small.yaml');
    const { deployment: _deployment, ...document } = parse(readFileSync(file, 'utf8'));
    const result = configDocument.parse(document);
    expect(result.teams.map((entry) => [entry.id, entry.timeZone, entry.calendar.length])).toEqual([
      ['payments', 'Europe/Berlin', 2],
    ]);
    expect(result.services).toEqual([
      { id: 'athens', name: 'Payment service', team: 'payments', pageAfterSeconds: 0, escalateAfterSeconds: 600 },
    ]);
  });

  it('fills in what is left out', () => {
    expect(configDocument.parse({})).toEqual(EMPTY_CONFIG);
    expect(configDocument.parse({ teams: [{ id: 'a' }], services: [{ id: 'b' }] })).toEqual({
      teams: [{ id: 'a', timeZone: 'UTC', calendar: [] }],
      services: [{ id: 'b', pageAfterSeconds: 0, escalateAfterSeconds: 600 }],
    });
  });

  it('means the same when it is read again', () => {
    const once = configDocument.parse(withService({ name: 'Athens' }));
    expect(configDocument.parse(JSON.parse(JSON.stringify(once)))).toEqual(once);
  });

  it.each<[what: string, document: unknown, path: string]>([
    ['no document', 'teams', ''],
    ['an unknown part', { teems: [] }, ''],
    ['an unknown field of a team', withTeam({ zone: 'UTC' }), 'teams.0'],
    ['a team without an id', { teams: [{ name: 'x' }] }, 'teams.0.id'],
    ['an id with a blank', { teams: [{ id: 'pay ments' }] }, 'teams.0.id'],
    ['an id with a separator of ours', withService({ id: 'a#b' }), 'services.0.id'],
    ['an id that begins with a dot', withService({ id: '.a' }), 'services.0.id'],
    ['an id of 129 characters', withService({ id: 'a'.repeat(129) }), 'services.0.id'],
    ['an empty name', withService({ name: '' }), 'services.0.name'],
    ['a zone that does not exist', withTeam({ timeZone: 'Europe/Atlantis' }), 'teams.0.timeZone'],
    ['a day that does not exist', withDay({ day: '2026-02-30' }), 'teams.0.calendar.0.day'],
    ['a day as a date of some other form', withDay({ day: '30.01.2026' }), 'teams.0.calendar.0.day'],
    ['an address that is none', withDay({ day: 'default', oncall: 'ada' }), 'teams.0.calendar.0.oncall'],
    ['two addresses in one', withDay({ day: 'default', oncall: 'a@b.c,d@e.f' }), 'teams.0.calendar.0.oncall'],
    ['a header in an address', withDay({ day: 'default', oncall: 'a@b.c\nBcc: d@e.f' }), 'teams.0.calendar.0.oncall'],
    ['an empty column', withDay({ day: 'default', escalation: '' }), 'teams.0.calendar.0.escalation'],
    ['a misspelled column', withDay({ day: 'default', onCall: 'a@b.c' }), 'teams.0.calendar.0'],
    ['a negative delay', withService({ pageAfterSeconds: -1 }), 'services.0.pageAfterSeconds'],
    ['a fraction of a second', withService({ escalateAfterSeconds: 0.5 }), 'services.0.escalateAfterSeconds'],
    ['a delay beyond a week', withService({ escalateAfterSeconds: 604_801 }), 'services.0.escalateAfterSeconds'],
    ['a delay as text', withService({ escalateAfterSeconds: '600' }), 'services.0.escalateAfterSeconds'],
    ['escalating before paging', withService({ pageAfterSeconds: 601 }), 'services.0.escalateAfterSeconds'],
    ['a team that is not there', withService({ team: 'platform' }), 'services.0.team'],
    ['a team twice', { teams: [team, team] }, 'teams.1.id'],
    ['a service twice', { teams: [team], services: [service, service] }, 'services.1.id'],
    ['a day twice', withTeam({ calendar: [{ day: 'default' }, { day: 'default' }] }), 'teams.0.calendar.1.day'],
  ])('refuses %s and says where', (_what, document, path) => {
    expect(faults(document)).toEqual([path]);
  });

  it('names every fault at once', () => {
    const document = { teams: [team, team], services: [service, { id: 'b', team: 'nobody' }, service] };
    expect(faults(document)).toEqual(['teams.1.id', 'services.1.team', 'services.2.id']);
  });

  it('takes the same day in two teams', () => {
    expect(faults({ teams: [team, { ...team, id: 'platform' }] })).toEqual([]);
  });
});
