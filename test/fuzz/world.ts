import fc from 'fast-check';
import type { JsonSchema } from './judge.ts';

/** The configuration that the requests are about: something of every kind. */
export const CONFIG = {
  users: [
    { id: 'ada', name: 'Ada', email: 'ada@example.org', timeZone: 'Europe/Berlin' },
    { id: 'grace', name: 'Grace', email: 'grace@example.org' },
  ],
  teams: [
    {
      id: 'core',
      timeZone: 'Europe/Berlin',
      members: ['ada', 'grace'],
      calendar: [{ day: 'default', oncall: 'ada@example.org', escalation: 'grace@example.org' }],
    },
  ],
  schedules: [
    {
      id: 'primary',
      name: 'Primary',
      timeZone: 'Europe/Berlin',
      layers: [{ id: 'l', users: ['ada', 'grace'], start: '2026-11-02T09:00', rotation: { unit: 'week' } }],
    },
  ],
  overrides: [
    {
      id: 'swap',
      schedule: 'primary',
      kind: 'replace',
      user: 'grace',
      from: '2026-12-01T00:00',
      to: '2026-12-02T00:00',
    },
  ],
  escalationPolicies: [
    {
      id: 'standard',
      rules: [
        { targets: [{ schedule: 'primary' }], escalateAfterMinutes: 600 },
        { targets: [{ user: 'grace' }], escalateAfterMinutes: 600 },
      ],
    },
  ],
  services: [
    { id: 'checkout', team: 'core', escalationPolicy: 'standard' },
    { id: 'search', team: 'core', pageAfterSeconds: 3_600, escalateAfterSeconds: 7_200 },
  ],
};

/** Stands for the number of the n-th newest incident of the stage; put in when the request is sent. */
export const INCIDENT_TEXT = '@incident:';
/** How many open incidents there are for requests to name. */
export const MOST_INCIDENTS = 12;

const incident = fc.integer({ min: 0, max: MOST_INCIDENTS - 1 }).map((n) => `${INCIDENT_TEXT}${n}`);
const moment = fc.constantFrom(
  '2026-11-23T12:00:00Z',
  '2026-11-24T09:00',
  '2026-11-25T00:00:00+01:00',
  '2026-12-01T00:00Z',
  '2027-01-01T00:00:00.5Z',
);
const zone = fc.constantFrom('Europe/Berlin', 'UTC', 'America/New_York', 'Asia/Kathmandu');
const person = fc.constantFrom('ada', 'grace');
const clock = fc.constantFrom('00:00', '09:30', '17:00:30', '23:59');

/** Values that mean something here, by the name of the field that they go into: without them hardly a request would succeed. */
export const HINTS: Readonly<Record<string, fc.Arbitrary<unknown>>> = {
  service: fc.constantFrom('checkout', 'search'),
  services: fc.constant(['checkout']),
  team: fc.constant('core'),
  schedule: fc.constant('primary'),
  user: person,
  users: fc.array(person, { minLength: 1, maxLength: 2 }),
  oncall: fc.constant('ada@example.org'),
  escalation: fc.constant('grace@example.org'),
  email: fc.constant('lin@example.org'),
  escalationPolicy: fc.constant('standard'),
  incidentId: incident,
  into: incident,
  timeZone: zone,
  detectedAt: moment,
  until: moment,
  at: moment,
  day: fc.constantFrom('default', '2026-12-24'),
  start: moment,
  end: fc.constant('2028-01-01T00:00Z'),
  method: fc.constant('email'),
  id: fc.stringMatching(/^[a-z]{1,8}$/),
  config: fc.constant(CONFIG),
  mapping: fc.constantFrom({ title: '/title' }, { title: ['/a', { template: '{/b}' }], required: [] }),
  ifVersion: fc.constantFrom(1, 1, 2),
  acknowledgedAfterMinutes: fc.constant(5),
  minutes: fc.constantFrom(5, 0.5, 43_200),
  limit: fc.constantFrom('1', '2', '100'),
  cursor: fc.constant('@cursor'),
};

/** `from` and `to` are times of day within a day's limits, and moments elsewhere. */
export function hintFor(name: string, { properties = {} }: JsonSchema): fc.Arbitrary<unknown> | undefined {
  const siblings = properties as object;
  if (name === 'at' && 'template' in siblings) return undefined;
  const daily = 'days' in siblings || ('kind' in siblings && 'durationSeconds' in siblings);
  if (name === 'from') return daily ? clock : fc.constantFrom('2026-11-23T12:00:00Z', '2026-11-24T09:00:00Z');
  if (name === 'to') return daily ? clock : fc.constantFrom('2026-12-01T00:00:00Z', '2026-12-05T12:00:00Z');
  return Object.hasOwn(HINTS, name) ? HINTS[name] : undefined;
}

/** Path parameters that exist, by the beginning of the path. */
export function knownParameter(path: string, name: string): fc.Arbitrary<string> {
  if (name === 'token') return fc.constantFrom('@view', '@ack', '@feed');
  if (name === 'override') return fc.constant('swap');
  if (name === 'revision') return fc.constant('1');
  if (path.startsWith('/schedules/')) return fc.constant('primary');
  if (path.startsWith('/users/')) return fc.constantFrom('ada', 'grace');
  if (path.startsWith('/integrations/')) return fc.constant('@integration');
  if (path.startsWith('/payloads/')) return fc.constant('@payload');
  return incident;
}
