import { describe, expect, it } from '@jest/globals';
import { peopleOf } from '../../../core/config/people.ts';
import { policiesOf, policyById } from '../../../core/config/policies.ts';
import { base, valid } from './documents.ts';

const MINUTE = 60_000;

function policy(form: object) {
  const document = base();
  document.users.push({ id: 'bo', pagerdutyId: 'PBO' });
  document.schedules.push({ id: 'night', pagerduty: { id: 'PNIGHT', time_zone: 'UTC', schedule_layers: [] } });
  document.escalationPolicies.push({ id: 'p', ...form });
  return policyById(valid(document), 'p');
}

const pasted = (rules: object[], more: object = {}) =>
  policy({
    pagerduty: {
      escalation_policy: { id: 'PPOL', type: 'escalation_policy', name: 'P', ...more, escalation_rules: rules },
    },
  });
const rule = (minutes: number, targets: object[], more: object = {}) => ({
  id: 'PRULE',
  escalation_delay_in_minutes: minutes,
  targets,
  ...more,
});
const user = (id: string) => ({ id, type: 'user_reference', summary: 'somebody' });
const schedule = (id: string) => ({ id, type: 'schedule_reference' });

describe('our own form of a policy', () => {
  it('counts each step from the start of the pass, and the pass to the end of the last wait', () => {
    const targets = [{ user: 'ada' }];
    expect(
      policy({
        rules: [{ targets, escalateAfterMinutes: 5 }, { targets }, { targets, escalateAfterMinutes: 30 }],
        repeat: 2,
      }),
    ).toEqual({
      id: 'p',
      steps: [0, 5, 15].map((minutes) => ({ afterMs: minutes * MINUTE, targets: [{ kind: 'user', user: 'ada' }] })),
      repeats: 2,
      passMs: 45 * MINUTE,
      atEnd: 'fallback',
    });
  });

  it('knows every kind of target, several at once', () => {
    const targets = [
      { user: 'ada' },
      { schedule: 'primary' },
      { team: 'payments' },
      { team: 'payments', mode: 'roundRobin' },
      { email: 'noc@example.org', name: 'The desk' },
      { email: 'noc@example.org' },
      { calendar: 'escalation' },
    ];
    expect(policy({ rules: [{ targets }] })?.steps[0]?.targets).toEqual([
      { kind: 'user', user: 'ada' },
      { kind: 'schedule', schedule: 'primary' },
      { kind: 'team', team: 'payments', mode: 'everyone' },
      { kind: 'team', team: 'payments', mode: 'round robin' },
      { kind: 'address', address: 'noc@example.org', name: 'The desk' },
      { kind: 'address', address: 'noc@example.org' },
      { kind: 'calendar', role: 'escalation' },
    ]);
  });

  it('keeps what a rule stops at, for which urgency it is, and what comes at the end', () => {
    const made = policy({
      rules: [{ targets: [{ user: 'ada' }], stopsWhen: 'resolved', urgency: 'high' }],
      atEnd: 'giveUp',
    });
    expect(made).toMatchObject({ steps: [{ stopsWhen: 'resolved', urgency: 'high' }], repeats: 0, atEnd: 'give up' });
  });

  it('is found by its id', () => {
    const document = valid(base());
    expect([...policiesOf(document).keys()]).toEqual(['standard']);
    expect(policyById(document, 'standard')).toEqual(policiesOf(document).get('standard'));
    expect(policyById(document, 'nope')).toBeUndefined();
  });
});

describe('a pasted PagerDuty policy', () => {
  it('means what the same policy in our form means', () => {
    const own = policy({
      rules: [
        { targets: [{ schedule: 'primary' }], escalateAfterMinutes: 10 },
        { targets: [{ user: 'ada' }, { user: 'lin' }], escalateAfterMinutes: 30 },
      ],
      repeat: 3,
    });
    expect(pasted([rule(10, [schedule('primary')]), rule(30, [user('ada'), user('lin')])], { num_loops: 3 })).toEqual(
      own,
    );
  });

  it('may be bare, and name people and schedules by the ids that PagerDuty gave them', () => {
    const bare = policy({
      pagerduty: { escalation_rules: [rule(1, [user('PBO'), schedule('PNIGHT'), { id: 'ada', type: 'user' }])] },
    });
    expect(bare).toMatchObject({
      steps: [
        {
          targets: [
            { kind: 'user', user: 'bo' },
            { kind: 'schedule', schedule: 'night' },
            { kind: 'user', user: 'ada' },
          ],
        },
      ],
      repeats: 0,
    });
  });

  it('goes on at once where the delay is nothing, and does not loop in no time', () => {
    const both = pasted([rule(0, [user('ada')]), rule(0, [user('lin')])], { num_loops: 9 });
    expect(both).toMatchObject({ steps: [{ afterMs: 0 }, { afterMs: 0 }], passMs: 0, repeats: 0 });
    expect(pasted([rule(0, [user('ada')]), rule(1, [user('lin')])], { num_loops: 9 })).toMatchObject({
      passMs: MINUTE,
      repeats: 9,
    });
  });

  it.each([['round_robin'], [{ type: 'round_robin' }]])('lets users take turns by %j', (strategy) => {
    const document = base();
    document.users.push({ id: 'bo', pagerdutyId: 'PBO' });
    const rules = [
      rule(5, [user('ada')]),
      rule(5, [user('lin'), user('PBO')], { escalation_rule_assignment_strategy: strategy }),
    ];
    document.escalationPolicies.push({ id: 'p', pagerduty: { escalation_rules: rules } });
    const checked = valid(document);
    const target = policyById(checked, 'p')?.steps[1]?.targets[0];
    expect(target).toEqual({ kind: 'team', team: 'p rule 2', mode: 'round robin' });
    expect(peopleOf(checked).teams.get('p rule 2')).toEqual(['lin', 'bo']);
  });

  it('pages everyone by the other strategy', () => {
    const made = pasted([
      rule(5, [user('ada'), user('lin')], { escalation_rule_assignment_strategy: { type: 'assign_to_everyone' } }),
    ]);
    expect(made?.steps[0]?.targets).toHaveLength(2);
  });

  it('pages the fallback contact at the end unless told not to', () => {
    const document = { pagerduty: { escalation_rules: [rule(5, [user('ada')])] } };
    expect(policy(document)?.atEnd).toBe('fallback');
    expect(policy({ ...document, atEnd: 'giveUp' })?.atEnd).toBe('give up');
  });
});
