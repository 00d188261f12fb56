import { describe, expect, it } from '@jest/globals';
import { base, faults } from './documents.ts';

const rules = (...targets: unknown[]) => [{ targets }];
const pasted = (rule: object, more: object = {}) => ({
  id: 'p',
  pagerduty: { ...more, escalation_rules: [{ escalation_delay_in_minutes: 5, targets: [], ...rule }] },
});
const user = (id: string) => ({ id, type: 'user_reference' });
const span = { from: '2026-11-01', to: '2026-11-02' };
const ADDRESS = 'must be an email address';
const ID = 'must be letters, digits, dots, dashes, underscores';
const MOMENT = 'must be a wall clock such as 2026-11-02T09:00, or an instant such as 2026-11-02T08:00:00Z';
const PERSON = 'must be the id of a user, or an email address';
const ZONE = 'must be a time zone of the IANA database, such as Europe/Berlin';
const TARGET = 'must name one of user, schedule, team, email or calendar';
const FORM = 'must either have a timeZone, and layers, or be a pagerduty document';
const WITH_CALENDAR = 'goes with the on-call calendar, not with an escalation policy';

type List = keyof ReturnType<typeof base>;

/** What is added to a list of a good document, and the faults that this makes; paths from the added entity on. */
const CASES: readonly (readonly [title: string, list: List, entity: unknown, expected: readonly string[]])[] = [
  ['no object', 'users', 5, [': must be an object']],
  ['no object', 'schedules', 5, [`: ${FORM}`]],
  ['no object', 'escalationPolicies', [], [': must either have rules, or be a pagerduty document']],
  ['an id missing', 'users', { name: 'Bo' }, ['.id: is missing']],
  ['an id with blanks', 'users', { id: 'b o' }, [`.id: ${ID}`]],
  ['an unknown field', 'users', { id: 'bo', phone: '1' }, ['.phone: is not a known field']],
  ['a bad address', 'users', { id: 'bo', email: 'Bo <bo@example.org>' }, [`.email: ${ADDRESS}`]],
  ['an empty field', 'users', { id: 'bo', name: null }, ['.name: must be text']],
  ['an offset for a zone', 'users', { id: 'bo', timeZone: '+01:00' }, [`.timeZone: ${ZONE}`]],
  ['a user twice', 'users', { id: 'ada' }, ['.id: user ada is there twice']],
  [
    'an unknown contact method',
    'users',
    { id: 'bo', contactMethods: [{ id: 'x', kind: 'fax', address: '1' }] },
    ['.contactMethods[0].kind: must be email or sms or voice or slack or webhook'],
  ],
  [
    'a bad number',
    'users',
    { id: 'bo', contactMethods: [{ id: 'x', kind: 'sms', address: '030 1' }] },
    ['.contactMethods[0].address: must be a telephone number such as +4930123456'],
  ],
  [
    'a bad webhook',
    'users',
    { id: 'bo', contactMethods: [{ id: 'x', kind: 'webhook', address: 'file:///x' }] },
    ['.contactMethods[0].address: must be an http(s) address'],
  ],
  [
    'a bad Slack member',
    'users',
    { id: 'bo', contactMethods: [{ id: 'x', kind: 'slack', address: 'a b' }] },
    ['.contactMethods[0].address: must be a Slack member id, or a channel'],
  ],
  [
    'a contact method twice',
    'users',
    {
      id: 'bo',
      contactMethods: [
        { id: 'x', kind: 'email', address: 'a@b.c' },
        { id: 'x', kind: 'email', address: 'd@e.f' },
      ],
    },
    ['.contactMethods[1].id: contact method x is there twice'],
  ],
  [
    'the method that email makes, twice',
    'users',
    { id: 'bo', email: 'a@b.c', contactMethods: [{ id: 'email', kind: 'email', address: 'd@e.f' }] },
    ['.contactMethods[0].id: is the id of the method that the field email makes'],
  ],
  [
    'a rule for no method',
    'users',
    { id: 'bo', notificationRules: [{ method: 'email' }] },
    ['.notificationRules[0].method: there is no contact method email'],
  ],
  [
    'half a minute',
    'users',
    { id: 'bo', email: 'a@b.c', notificationRules: [{ method: 'email', afterMinutes: 0.5 }] },
    ['.notificationRules[0].afterMinutes: must be a whole number'],
  ],
  [
    'no urgency',
    'users',
    { id: 'bo', email: 'a@b.c', notificationRules: [{ method: 'email', urgency: 'medium' }] },
    ['.notificationRules[0].urgency: must be high or low'],
  ],
  [
    'a negative lead',
    'users',
    { id: 'bo', handoffNotices: { enabled: 'no', leadMinutes: -1 } },
    ['.handoffNotices.enabled: must be true or false', '.handoffNotices.leadMinutes: must be 0 at least'],
  ],

  ['a team twice', 'teams', { id: 'payments' }, ['.id: team payments is there twice']],
  ['a member who is not there', 'teams', { id: 't', members: ['ada', 'eve'] }, ['.members[1]: there is no user eve']],
  ['a member twice', 'teams', { id: 't', members: ['ada', 'ada'] }, ['.members[1]: ada is there twice']],
  [
    'a day that there is not',
    'teams',
    { id: 't', calendar: [{ day: '2026-02-30' }] },
    ['.calendar[0].day: must be YYYY-MM-DD or default'],
  ],
  [
    'a day twice',
    'teams',
    { id: 't', calendar: [{ day: 'default' }, { day: 'default' }] },
    ['.calendar[1].day: default is there twice'],
  ],
  [
    'nobody in the calendar',
    'teams',
    { id: 't', calendar: [{ day: 'default', oncall: 'eve', escalation: 'a@b@c' }] },
    [`.calendar[0].escalation: ${PERSON}`, '.calendar[0].oncall: there is no user eve'],
  ],
  [
    'a policy that is not there',
    'teams',
    { id: 't', escalationPolicy: 'x' },
    ['.escalationPolicy: there is no escalation policy x'],
  ],

  ['a schedule twice', 'schedules', { id: 'primary', timeZone: 'UTC' }, ['.id: schedule primary is there twice']],
  ['a schedule of nothing', 'schedules', { id: 's' }, [`: ${FORM}`]],
  [
    'a schedule without a zone',
    'schedules',
    { id: 's', layers: {} },
    ['.layers: must be a list', '.timeZone: is missing'],
  ],
  [
    'a layer of nobody',
    'schedules',
    { id: 's', timeZone: 'UTC', layers: [{ users: [], start: 'now', rotation: {} }] },
    [
      '.layers[0].rotation: give either a unit or a length in seconds',
      `.layers[0].start: ${MOMENT}`,
      '.layers[0].users: must name at least one user',
    ],
  ],
  [
    'a layer of strangers',
    'schedules',
    {
      id: 's',
      timeZone: 'UTC',
      layers: [{ users: ['ada', ' eve ', 'a@b.c', 'a b@c'], start: '2026-01-01', rotation: { unit: 'day' } }],
    },
    ['.layers[0].users[1]: there is no user eve', `.layers[0].users[3]: ${PERSON}`],
  ],
  [
    'strangers elsewhere',
    'schedules',
    {
      id: 's',
      timeZone: 'UTC',
      overrides: [{ kind: 'add', user: 'eve', ...span }],
      days: { '2026-01-01': { oncall: 'eve' } },
    },
    ['.days.2026-01-01.oncall: there is no user eve', '.overrides[0].user: there is no user eve'],
  ],
  [
    'a pasted schedule at fault',
    'schedules',
    {
      id: 's',
      pagerduty: {
        time_zone: 'Mars',
        schedule_layers: [
          {
            start: '2026-01-01',
            rotation_virtual_start: '2026-01-01',
            rotation_turn_length_seconds: 60,
            users: [{ user: { id: 'PX' } }],
          },
        ],
      },
    },
    [
      '.pagerduty.schedule_layers[0].rotation_turn_length_seconds: must be an hour (3600) at least',
      '.pagerduty.schedule_layers[0].users[0].user.id: there is no user PX; the user whom PagerDuty calls so needs it as pagerdutyId',
      `.pagerduty.time_zone: ${ZONE}`,
    ],
  ],
  ['a pasted schedule of no object', 'schedules', { id: 's', pagerduty: [] }, ['.pagerduty: must be an object']],
  [
    'a pasted schedule with a stray field',
    'schedules',
    { id: 's', pagerduty: { time_zone: 'UTC', schedule_layers: [] }, timeZone: 'UTC' },
    [`: ${FORM}`],
  ],

  [
    'an override of nothing',
    'overrides',
    { schedule: 'x', kind: 'swap', user: 'eve', from: '2026-11-01', to: 'later' },
    [
      '.kind: must be replace or add or remove',
      '.schedule: there is no schedule x',
      `.to: ${MOMENT}`,
      '.user: there is no user eve',
    ],
  ],
  [
    'an override that ends first',
    'overrides',
    { schedule: 'primary', kind: 'add', user: 'ada', from: '2026-11-02T01:00', to: '2026-11-02T00:00:00Z' },
    ['.to: must be after from'],
  ],

  [
    'a policy twice',
    'escalationPolicies',
    { id: 'standard', rules: rules({ user: 'ada' }) },
    ['.id: escalation policy standard is there twice'],
  ],
  ['a policy without rules', 'escalationPolicies', { id: 'p', rules: [] }, ['.rules: must not be empty']],
  [
    'a rule without targets',
    'escalationPolicies',
    { id: 'p', rules: rules() },
    ['.rules[0].targets: must not be empty'],
  ],
  [
    'eleven targets',
    'escalationPolicies',
    { id: 'p', rules: rules(...Array(11).fill({ user: 'ada' })) },
    ['.rules[0].targets: must have 10 at most'],
  ],
  [
    'targets of no kind',
    'escalationPolicies',
    { id: 'p', rules: rules({}, { user: 'ada', schedule: 'primary' }, 'ada') },
    [`.rules[0].targets[0]: ${TARGET}`, `.rules[0].targets[1]: ${TARGET}`, `.rules[0].targets[2]: ${TARGET}`],
  ],
  [
    'targets that are not there',
    'escalationPolicies',
    { id: 'p', rules: rules({ user: 'eve' }, { schedule: 'x' }, { team: 'y', mode: 'all' }, { calendar: 'manager' }) },
    [
      '.rules[0].targets[0].user: there is no user eve',
      '.rules[0].targets[1].schedule: there is no schedule x',
      '.rules[0].targets[2].mode: must be everyone or roundRobin',
      '.rules[0].targets[2].team: there is no team y',
      '.rules[0].targets[3].calendar: must be oncall or escalation',
    ],
  ],
  [
    'too many repeats',
    'escalationPolicies',
    { id: 'p', rules: rules({ user: 'ada' }), repeat: 10, atEnd: 'stop' },
    ['.atEnd: must be fallback or giveUp', '.repeat: must be 9 at most'],
  ],
  [
    'passes that take no time',
    'escalationPolicies',
    { id: 'p', rules: [{ targets: [{ user: 'ada' }], escalateAfterMinutes: 0 }], repeat: 1 },
    ['.repeat: needs a rule with time to acknowledge: with no delay at all, every pass would page at once'],
  ],
  [
    'a delay beyond a week',
    'escalationPolicies',
    { id: 'p', rules: [{ targets: [{ user: 'ada' }], escalateAfterMinutes: 10_081 }] },
    ['.rules[0].escalateAfterMinutes: must be 10080 at most'],
  ],
  [
    'a pasted policy at fault',
    'escalationPolicies',
    pasted({ escalation_delay_in_minutes: '5' }, { num_loops: 10 }),
    [
      '.pagerduty.escalation_rules[0].escalation_delay_in_minutes: must be a number',
      '.pagerduty.escalation_rules[0].targets: must not be empty',
      '.pagerduty.num_loops: must be 9 at most',
    ],
  ],
  [
    'a pasted policy of strangers',
    'escalationPolicies',
    pasted({ targets: [user('PX'), { id: 'ada', type: 'schedule_reference' }] }),
    [
      '.pagerduty.escalation_rules[0].targets[0].id: there is no user PX; the user whom PagerDuty calls so needs it as pagerdutyId',
      '.pagerduty.escalation_rules[0].targets[1].id: there is no schedule ada',
    ],
  ],
  [
    'turns of schedules',
    'escalationPolicies',
    pasted({
      targets: [user('ada'), { id: 'primary', type: 'schedule_reference' }],
      escalation_rule_assignment_strategy: 'round_robin',
    }),
    ['.pagerduty.escalation_rules[0].escalation_rule_assignment_strategy: round_robin goes with users only'],
  ],
  [
    'a pasted policy of nothing',
    'escalationPolicies',
    { id: 'p', pagerduty: {} },
    ['.pagerduty: must have escalation_rules'],
  ],
  [
    'a wrapped pasted policy',
    'escalationPolicies',
    { id: 'p', pagerduty: { escalation_policy: { escalation_rules: [] } } },
    ['.pagerduty.escalation_policy.escalation_rules: must not be empty'],
  ],

  ['a service twice', 'services', { id: 'athens' }, ['.id: service athens is there twice']],
  [
    'names that lead nowhere',
    'services',
    { id: 's', team: 'x', escalationPolicy: 'y' },
    ['.escalationPolicy: there is no escalation policy y', '.team: there is no team x'],
  ],
  [
    'delays besides a policy',
    'services',
    { id: 's', escalationPolicy: 'standard', pageAfterSeconds: 0, escalateAfterSeconds: 9 },
    [`.escalateAfterSeconds: ${WITH_CALENDAR}`, `.pageAfterSeconds: ${WITH_CALENDAR}`],
  ],
  [
    'the escalation before the page',
    'services',
    { id: 's', pageAfterSeconds: 601 },
    ['.escalateAfterSeconds: must not be before pageAfterSeconds'],
  ],
  [
    'no urgency',
    'services',
    { id: 's', urgency: 'medium' },
    ['.urgency: must be high, low, or one of them by severity'],
  ],
  [
    'no severity',
    'services',
    { id: 's', urgency: { FATAL: 'high', ERR: 'mid' } },
    ['.urgency.ERR: must be high or low', '.urgency.FATAL: is not a known field'],
  ],
  [
    'no hours',
    'services',
    { id: 's', supportHours: { timeZone: 'X', days: ['monday', 8], from: '24:00', to: '24:01' } },
    [
      '.supportHours.days[0]: must be mon to sun, or 1 (Monday) to 7 (Sunday)',
      '.supportHours.days[1]: must be mon to sun, or 1 (Monday) to 7 (Sunday)',
      '.supportHours.from: must be a time of day from 00:00 to 23:59:59',
      `.supportHours.timeZone: ${ZONE}`,
      '.supportHours.to: must be a time of day from 00:00 to 24:00',
    ],
  ],
  [
    'hours of no length',
    'services',
    { id: 's', supportHours: { days: [], from: '09:00', to: '09:00' } },
    ['.supportHours.days: must not be empty', '.supportHours.to: must differ from the beginning'],
  ],
  [
    'waiting for no hours',
    'services',
    { id: 's', lowUrgencyOutsideHours: 'mail' },
    ['.lowUrgencyOutsideHours: goes with supportHours only', '.lowUrgencyOutsideHours: must be wait or page'],
  ],
  [
    'limits',
    'services',
    {
      id: 's',
      acknowledgementTimeoutMinutes: 0,
      autoResolveMinutes: 43_201,
      repageAfterMinutes: '5',
      repageAfterAcknowledgedMinutes: 1.5,
    },
    [
      '.acknowledgementTimeoutMinutes: must be 1 at least',
      '.autoResolveMinutes: must be 43200 at most',
      '.repageAfterAcknowledgedMinutes: must be a whole number',
      '.repageAfterMinutes: must be a number',
    ],
  ],
  [
    'no grouping',
    'services',
    { id: 's', grouping: { by: 'magic' } },
    ['.grouping.by: must be dedupKey or time or fields'],
  ],
  [
    'grouping without a window',
    'services',
    { id: 's', grouping: { by: 'fields', fields: ['host'] } },
    [
      '.grouping.fields[0]: must be severity, source, title, dedupKey or details.<name>',
      '.grouping.windowMinutes: is missing',
    ],
  ],

  [
    'maintenance of nothing',
    'maintenanceWindows',
    { id: 'm', from: '2026-11-02', to: '2026-11-02' },
    ['.services: give services, teams or both', '.to: must be after from'],
  ],
  [
    'maintenance of strangers',
    'maintenanceWindows',
    { id: 'm', ...span, services: ['x'], teams: ['y'] },
    ['.services[0]: there is no service x', '.teams[0]: there is no team y'],
  ],
  [
    'maintenance at no time',
    'maintenanceWindows',
    {
      id: 'm',
      services: ['athens'],
      from: 'now',
      to: '2026-13-01',
      timeZone: 'X',
      recurring: [{ kind: 'daily', from: '09:00' }],
    },
    [`.from: ${MOMENT}`, '.recurring[0].to: give either to or durationSeconds', `.timeZone: ${ZONE}`, `.to: ${MOMENT}`],
  ],
];

describe('faults', () => {
  it.each(CASES)('names %s in %s', (_title, list, entity, expected) => {
    const document = base();
    const index = document[list].push(entity as object) - 1;
    expect(faults(document).sort()).toEqual(expected.map((fault) => `${list}[${index}]${fault}`).sort());
  });

  it('survives what cannot be made a text', () => {
    const odd = JSON.parse('{"toString": 1}');
    const document = base();
    document.users.push({ id: odd, pagerdutyId: 'PX' });
    document.services.push({ id: 's', escalateAfterSeconds: odd });
    document.escalationPolicies.push(pasted({ targets: [{ id: odd, type: odd }] }));
    expect(faults(document).map((fault) => fault.split(':')[0])).toEqual([
      'escalationPolicies[1].pagerduty.escalation_rules[0].targets[0].id',
      'escalationPolicies[1].pagerduty.escalation_rules[0].targets[0].type',
      'services[1].escalateAfterSeconds',
      'users[2].id',
    ]);
  });

  it('has none in the good document', () => expect(faults(base())).toEqual([]));

  it.each([undefined, null, 5, 'text', []])('refuses %p as a document', (value) => {
    expect(faults(value)).toEqual([value === undefined ? ': is missing' : ': must be an object']);
  });

  it('names what is no list, and unknown kinds, the dangerous ones too', () => {
    const document = JSON.parse('{"users": {}, "teams": null, "integrations": [], "__proto__": {}}');
    expect(faults(document)).toEqual([
      '__proto__: is not a known field',
      'integrations: is not a known field',
      'teams: must be a list',
      'users: must be a list',
    ]);
  });

  it('tells overrides of one schedule apart, wherever they are written', () => {
    const twin = { id: 'o', kind: 'add', user: 'ada', ...span };
    const document = base();
    document.schedules.push({ id: 'night', timeZone: 'UTC', overrides: [twin] });
    document.overrides.push(
      { ...twin, schedule: 'primary' },
      { ...twin, schedule: 'night' },
      { ...twin, schedule: 'primary' },
    );
    expect(faults(document)).toEqual([
      'overrides[1].id: override o is there twice',
      'overrides[2].id: override o is there twice',
    ]);
  });

  it('refuses the same PagerDuty id for two users', () => {
    const document = base();
    document.users.push({ id: 'bo', pagerdutyId: 'PX' }, { id: 'eve', pagerdutyId: 'PX' });
    expect(faults(document)).toEqual(['users[3].pagerdutyId: PagerDuty id PX is there twice']);
  });

  it('names the faults of all entities at once, and references in what is at fault itself', () => {
    const document = base();
    document.services.push({ id: 'b', team: 'x', color: 'red' });
    document.teams.push({ id: 5, members: ['eve'] });
    expect(faults(document)).toEqual([
      'services[1].color: is not a known field',
      'services[1].team: there is no team x',
      'teams[1].id: must be text',
      'teams[1].members[0]: there is no user eve',
    ]);
  });

  it('does not blame who refers to an entity that is there, though at fault', () => {
    const document = base();
    document.teams[0] = { id: 'payments', timeZone: 'nowhere' };
    expect(faults(document)).toEqual([`teams[0].timeZone: ${ZONE}`]);
  });

  it('orders faults by place, numbers as numbers', () => {
    const document = base();
    document.services = Array.from({ length: 12 }, (_, index) => ({ id: `s${index}`, x: 1 }));
    expect(faults(document).slice(-3)).toEqual(
      [9, 10, 11].map((index) => `services[${index}].x: is not a known field`),
    );
  });

  it('quotes no more of a name than helps', () => {
    const document = base();
    document.services.push({ id: 's', team: 'x'.repeat(128) });
    expect(faults(document)).toEqual([`services[1].team: there is no team ${'x'.repeat(100)}…`]);
  });
});
