import { describe, expect, it } from '@jest/globals';
import { locate, readSources } from '../../cli/config-sources.ts';

const people = {
  file: 'people.yaml',
  text: `deployment:
  senderEmail: a@example.org
users:
  - id: ada
    email: ada@example.org
  - id: lin
    nmae: Lin
`,
};
const services = {
  file: 'services.json',
  text: `{
  "users": [{ "id": "bo", "contactMethods": [{ "id": "x" }] }],
  "services": [
    { "id": "athens",
      "team": "nobody" }
  ]
}`,
};
const place = (path: (string | number)[], sources = [people, services]) => {
  const [found] = locate([{ path, message: 'm' }], sources);
  return found && `${found.file}:${found.line}:${found.column} ${found.field}`;
};

describe('readSources', () => {
  it('puts lists one after the other, and takes the deployment out', () => {
    const { document, deployment, faults } = readSources([people, services]);
    expect(faults).toEqual([]);
    expect(deployment).toEqual({ senderEmail: 'a@example.org' });
    expect(document).toMatchObject({
      users: [{ id: 'ada' }, { id: 'lin' }, { id: 'bo' }],
      services: [{ id: 'athens' }],
    });
    expect(document).not.toHaveProperty('deployment');
  });

  it('leaves what is no list for the check to find', () => {
    const odd = { file: 'odd.yaml', text: 'users: 5' };
    expect(readSources([people, odd]).document).toEqual({ users: 5 });
    expect(readSources([{ file: 'empty.yaml', text: '# nothing\n' }])).toEqual({
      document: {},
      deployment: {},
      faults: [],
    });
  });

  it.each([
    ['users:\n  - id: a\n   name: b\n', 3, 'without - indicator'],
    ['users: []\nusers: []\n', 2, 'unique'],
    ['- a\n', 1, 'must be an object'],
    ['a: *b\n', 1, 'alias'],
  ])('says where %j cannot be read', (text, line, message) => {
    const { faults } = readSources([{ file: 'x.yaml', text }]);
    expect(faults[0]).toMatchObject({ file: 'x.yaml', line, message: expect.stringMatching(new RegExp(message, 'i')) });
  });
});

describe('locate', () => {
  it.each<[string, (string | number)[], string]>([
    ['a field', ['users', 0, 'email'], 'people.yaml:5:5 users[0].email'],
    ['an unknown field', ['users', 1, 'nmae'], 'people.yaml:7:5 users[1].nmae'],
    ['a field that is missing, at what should have it', ['users', 1, 'name'], 'people.yaml:6:5 users[1].name'],
    [
      'what stands in a second file, with the index there',
      ['users', 2, 'contactMethods', 0, 'id'],
      'services.json:2:48 users[0].contactMethods[0].id',
    ],
    ['what is in the second file alone', ['services', 0, 'team'], 'services.json:5:7 services[0].team'],
    ['a list', ['services'], 'services.json:3:3 services'],
    ['what is not there at all', ['teams', 0], 'people.yaml:1:1 teams[0]'],
    ['the document', [], 'people.yaml:1:1 '],
  ])('finds %s', (_what, path, expected) => expect(place(path)).toBe(expected));

  it('finds the one that is no list', () => {
    expect(place(['users'], [people, { file: 'odd.yaml', text: 'users: 5' }])).toBe('odd.yaml:1:1 users');
  });

  it('stops at an alias, which stands for something elsewhere', () => {
    const text = 'users:\n  - &a { id: ada, x: 1 }\n  - *a\n';
    expect(place(['users', 1, 'x'], [{ file: 'a.yaml', text }])).toBe('a.yaml:3:5 users[1].x');
  });

  it('answers in the order of the files', () => {
    const faults = [
      ['services', 0, 'team'],
      ['users', 1, 'nmae'],
      ['users', 0, 'email'],
    ].map((path) => ({ path, message: 'm' }));
    expect(locate(faults, [people, services]).map(({ file, line }) => `${file}:${line}`)).toEqual([
      'people.yaml:5',
      'people.yaml:7',
      'services.json:5',
    ]);
  });
});
