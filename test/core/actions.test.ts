import { describe, expect, it } from '@jest/globals';
import { type Action, applyAction, mergeIsVoid, mergeTold, takeMerge } from '../../core/actions.ts';
import type { Delivery } from '../../core/delivery.ts';
import { decide } from '../../core/escalation.ts';
import { FOR_EVER, type Incident, type IncidentState, PRIORITIES, STATES } from '../../core/incident.ts';
import { recordOutcomes } from '../../core/outcome.ts';
import type { Target } from '../../core/policy.ts';
import { HOUR_MS, MINUTE_MS } from '../../core/time.ts';
import { applyChange } from '../../core/transitions.ts';
import { SOME_PEOPLE } from '../support/arbitraries.ts';
import {
  ADA,
  aDirectory,
  anIncident,
  aPolicy,
  claimDue,
  FALLBACK,
  GRACE,
  LATER,
  NEVER,
  OK,
  pageDue,
  T0,
  withPolicy,
} from '../support/builders.ts';

const directory = aDirectory(undefined, SOME_PEOPLE);
const NOW = T0 + MINUTE_MS;
const UNTIL = T0 + HOUR_MS;
const lin = aPolicy([{ afterMs: 0, targets: [{ kind: 'user', user: 'lin' }] }]);
const mails = (...names: string[]): Target[] =>
  names.map((name) => ({ kind: 'address', address: `${name}@example.org` }));

const ACTIONS: readonly Action[] = [
  { kind: 'snooze', until: UNTIL },
  { kind: 'assign', policy: lin, to: 'Lin' },
  { kind: 'escalate' },
  { kind: 'add responders', users: ['margaret'] },
  { kind: 'prioritize', priority: 'P2' },
  { kind: 'merge', into: 10_001 },
];
const ENTRY = {
  snooze: 'snoozed',
  assign: 'assigned',
  escalate: 'escalated',
  'add responders': 'responders_added',
  prioritize: 'priority_changed',
  merge: 'resolved',
} as const;

function decided(incident: Incident, action: Action, now = NOW, ifVersion?: number) {
  const request = { by: 'grace', ...(ifVersion === undefined ? {} : { ifVersion }) };
  return applyAction(incident, action, request, directory, now);
}

function done(incident: Incident, action: Action, now = NOW): Incident {
  const decision = decided(incident, action, now);
  if (decision.kind !== 'changed') throw new Error(`expected a change, got ${JSON.stringify(decision.kind)}`);
  return { ...decision.incident, version: incident.version + 1 };
}

function moved(incident: Incident, state: IncidentState, now = NOW): Incident {
  return { ...applyChange(incident, { state, by: ADA }, now).incident, version: incident.version + 1 };
}

/** Paged once, the second step still to come. */
const inState = (state: IncidentState): Incident =>
  state === 'OPEN' ? pageDue(anIncident(), T0) : moved(inState('OPEN'), state);
const pending = (incident: Incident) => incident.escalation.deliveries.filter((d) => d.status === 'pending');
const asAddresses = (deliveries: readonly Delivery[]) =>
  deliveries.map((d) => d.to.address.replace('@example.org', ''));
const paged = (incident: Incident, now: number) => asAddresses(claimDue(incident, now, directory).deliveries);
const ask = (incident: Incident, now: number) => decide(incident, incident.generation, directory, now, 'a claim');

describe.each(ACTIONS)('the action $kind', (action) => {
  it.each(STATES)('is legal or refused, and writes its entry: %s', (state) => {
    const incident = inState(state);
    const decision = decided(incident, action);
    if (state === 'RESOLVED' && action.kind !== 'prioritize') {
      expect(decision).toEqual({ kind: 'refused', reason: 'already resolved', incident });
      return;
    }
    expect(decision.kind).toBe('changed');
    const last = decision.incident.timeline.at(-1);
    expect(last).toMatchObject({ kind: ENTRY[action.kind], by: 'grace', at: NOW });
    expect(decision.incident.timelineSeq).toBe(decision.incident.timeline.length);
  });

  it('holds only for the version named', () => {
    const incident = inState('OPEN');
    const stale = decided(incident, action, NOW, incident.version - 1);
    expect(stale).toEqual({ kind: 'refused', reason: 'stale version', incident });
    expect(decided(incident, action, NOW, incident.version).kind).toBe('changed');
  });

  it.each(['OPEN', 'CLAIMED'] as const)(
    'raises the generation by one exactly when something is due earlier: %s',
    (state) => {
      const before = inState(state);
      const decision = decided(before, action);
      if (decision.kind !== 'changed') throw new Error(decision.kind);
      const { dueAt, generation } = decision.incident;
      const earlier = dueAt !== undefined && (before.dueAt === undefined || dueAt < before.dueAt);
      expect(generation - before.generation).toBe(earlier ? 1 : 0);
      expect(decision.wake).toBe(earlier);
    },
  );
});

describe('snooze', () => {
  const snooze = (until: number): Action => ({ kind: 'snooze', until });

  it('acknowledges what is open, and calls off what is planned', () => {
    const failing = pageDue(anIncident(), T0, LATER);
    const asleep = done(failing, snooze(UNTIL));
    expect(asleep).toMatchObject({ state: 'CLAIMED', claimedBy: 'grace', snoozedUntil: UNTIL, dueAt: UNTIL });
    expect(asleep.timeline.slice(-2).map((entry) => entry.kind)).toEqual(['acknowledged', 'snoozed']);
    expect(asleep.escalation.deliveries.map((d) => d.status)).toEqual(['cancelled']);
  });

  it.each([OK, LATER, NEVER])('lets a page in flight report, and sends none after it: $kind', (outcome) => {
    const { incident, deliveries } = claimDue(anIncident(), T0);
    const asleep = done(incident, snooze(UNTIL), T0 + 1);
    const reports = deliveries.map((delivery) => ({ delivery, outcome }));
    const after = recordOutcomes(asleep, reports, T0 + 2, directory);
    expect(after).toMatchObject({ state: 'CLAIMED', dueAt: UNTIL });
    expect(pending(after)).toEqual([]);
    expect(ask(after, UNTIL - 1)).toMatchObject({ kind: 'wait', until: UNTIL });
  });

  it('leaves who acknowledged alone, and is moved by another', () => {
    const once = done(inState('CLAIMED'), snooze(UNTIL));
    expect(once).toMatchObject({ claimedBy: ADA, snoozedUntil: UNTIL });
    const sooner = decided(once, snooze(UNTIL - 1));
    expect(sooner).toMatchObject({ kind: 'changed', wake: true, incident: { dueAt: UNTIL - 1 } });
    expect(decided(once, snooze(UNTIL + 1))).toMatchObject({ wake: false, incident: { dueAt: UNTIL + 1 } });
  });

  it('is nothing the second time', () => {
    const once = done(inState('OPEN'), snooze(UNTIL));
    expect(decided(once, snooze(UNTIL))).toEqual({ kind: 'unchanged', incident: once });
  });

  it('wakes a workflow although that of the policy has ended', () => {
    const finished = pageDue(inState('OPEN'), T0 + 600_000);
    expect(finished).not.toHaveProperty('dueAt');
    expect(decided(finished, snooze(UNTIL), T0 + 600_001)).toMatchObject({ wake: true, incident: { generation: 2 } });
  });
});

describe('assign', () => {
  const assign: Action = { kind: 'assign', policy: lin, to: 'Lin' };

  it.each(['OPEN', 'CLAIMED'] as const)('starts a new run of the other policy at once: %s', (state) => {
    const after = done(inState(state), assign);
    expect(after).toMatchObject({
      state: 'OPEN',
      assignedTo: 'Lin',
      dueAt: NOW,
      absorbUntil: FOR_EVER,
      escalation: { policy: lin, run: 2, startedAt: NOW, beganAt: NOW, nextStep: 0 },
    });
    expect(after.timeline.at(-1)?.text).toBe('Assigned to Lin by grace.');
    expect(paged(after, NOW)).toEqual(['lin']);
  });

  it('stays after a new run', () => {
    const again = moved(moved(done(inState('OPEN'), assign), 'CLAIMED'), 'OPEN');
    expect(again).toMatchObject({ assignedTo: 'Lin', escalation: { policy: lin, run: 3 } });
  });

  it('only notes what becomes of the pages of the run before', () => {
    for (const outcome of [OK, LATER, NEVER]) {
      const { incident, deliveries } = claimDue(anIncident(), T0);
      const assigned = claimDue(done(incident, assign, T0 + 1), T0 + 1, directory).incident;
      const reports = deliveries.map((delivery) => ({ delivery, outcome }));
      const after = recordOutcomes(assigned, reports, T0 + 2, directory);
      expect(after.escalation).toEqual(assigned.escalation);
      expect(after.timeline).toHaveLength(assigned.timeline.length + 1);
      expect(after.timeline.at(-1)?.text).not.toMatch(/tried again|paged instead/);
    }
  });
});

describe('escalate', () => {
  const three = () => {
    const steps = [0, 10, 30].map((minutes, i) => ({
      afterMs: minutes * MINUTE_MS,
      targets: mails(['ada', 'grace', 'lin'][i] ?? ''),
    }));
    return pageDue(withPolicy(steps, anIncident(), { passMs: 40 * MINUTE_MS, repeats: 1 }), T0);
  };

  it('pages the next step at once, and the one after it as much later as the policy says', () => {
    const escalated = done(three(), { kind: 'escalate' });
    expect(escalated).toMatchObject({ dueAt: NOW, generation: 2 });
    const after = pageDue(escalated, NOW);
    expect(asAddresses(after.escalation.deliveries)).toEqual(['ada', 'grace']);
    expect(after.dueAt).toBe(NOW + 20 * MINUTE_MS);
  });

  it('tells the time that has really passed', () => {
    const after = pageDue(pageDue(done(three(), { kind: 'escalate' }), NOW), NOW + 20 * MINUTE_MS);
    const texts = after.timeline.filter((entry) => entry.kind === 'escalated').map((entry) => entry.text);
    expect(texts).toEqual([
      'Escalated to the next step by grace.',
      'Not acknowledged after 60 s: escalating to grace@example.org.',
      'Not acknowledged after 21 min: escalating to lin@example.org.',
    ]);
  });

  it('opens what was acknowledged long ago, without paging everybody at once', () => {
    const days = T0 + 72 * HOUR_MS;
    const escalated = done(moved(three(), 'CLAIMED'), { kind: 'escalate' }, days);
    expect(escalated).toMatchObject({ state: 'OPEN', dueAt: days, firstClaimedAt: NOW });
    for (const gone of ['claimedAt', 'claimedBy', 'snoozedUntil']) expect(escalated).not.toHaveProperty(gone);
    expect(paged(escalated, days)).toEqual(['grace']);
    expect(pageDue(escalated, days).dueAt).toBe(days + 20 * MINUTE_MS);
  });

  it('does not wait for, nor call off, pages that are still being tried', () => {
    const failing = pageDue(anIncident(), T0, LATER);
    const escalated = done(failing, { kind: 'escalate' }, T0 + 1);
    expect(paged(escalated, T0 + 1)).toEqual(['grace']);
    expect(paged(escalated, T0 + 15_000)).toEqual(['ada', 'grace']);
  });

  it('ends a maintenance window or a delay for this incident', () => {
    const maintenance = [{ id: 'move', from: T0, to: UNTIL }];
    const held = anIncident({}, 10_000, T0, { maintenance });
    expect(paged(done(held, { kind: 'escalate' }), NOW)).toEqual(['ada']);
  });

  it('is refused when there is nobody left', () => {
    const finished = pageDue(inState('OPEN'), T0 + 600_000);
    for (const incident of [finished, moved(finished, 'CLAIMED')]) {
      const refused = { kind: 'refused', reason: 'nothing to escalate to', incident };
      expect(decided(incident, { kind: 'escalate' })).toEqual(refused);
    }
  });

  it('reaches the fallback contact at the end of a policy that ends so', () => {
    const policy = withPolicy([{ afterMs: 0, targets: mails('ada') }], anIncident(), {
      atEnd: 'fallback',
      passMs: HOUR_MS,
    });
    const escalated = done(pageDue(policy, T0), { kind: 'escalate' });
    expect(claimDue(escalated, NOW).deliveries).toMatchObject([{ role: 'fallback', to: FALLBACK }]);
  });
});

describe('add responders', () => {
  const add = (...users: string[]): Action => ({ kind: 'add responders', users });

  it('pages each of them once, by their own rules, and leaves the escalation as it is', () => {
    const before = inState('OPEN');
    const after = done(before, add('lin', 'margaret', 'lin'));
    expect(pending(after).map((d) => [d.to.name, d.notBefore - NOW, d.role])).toEqual([
      ['Lin', 0, 'responder'],
      ['Lin', 5 * MINUTE_MS, 'responder'],
      ['Margaret', 2 * MINUTE_MS, 'responder'],
    ]);
    expect(after.escalation).toMatchObject({ run: 1, nextStep: before.escalation.nextStep });
    expect(after.timeline.at(-1)?.text).toBe('grace asked lin, margaret to help.');
  });

  it('pages them while somebody works on it, until it is resolved', () => {
    const claimed = moved(inState('OPEN'), 'CLAIMED');
    const asked = done(claimed, add('ada'));
    expect(asked).toMatchObject({ state: 'CLAIMED', dueAt: NOW });
    expect(paged(asked, NOW)).toEqual(['ada']);
    const failing = pageDue(asked, NOW, LATER, directory);
    expect(pending(moved(failing, 'RESOLVED'))).toEqual([]);
    expect(pending(failing)).toHaveLength(1);
  });

  it.each<[string, (incident: Incident) => Incident]>([
    ['an acknowledgement', (incident) => moved(incident, 'CLAIMED', NOW)],
    ['a re-opening', (incident) => moved(moved(incident, 'CLAIMED', NOW), 'OPEN', NOW)],
    ['a re-assignment', (incident) => done(incident, { kind: 'assign', policy: lin, to: 'Lin' }, NOW)],
    ['an escalation', (incident) => done(incident, { kind: 'escalate' }, NOW)],
  ])('is not lost by %s in the same instant', (_what, and) => {
    expect(paged(and(done(inState('OPEN'), add('margaret'))), NOW + 2 * MINUTE_MS)).toContain('margaret');
  });

  it('goes on trying over a new run, and takes the fallback contact when that is in vain', () => {
    const asked = done(inState('CLAIMED'), add('ada'));
    const { incident, deliveries } = claimDue(asked, NOW, directory);
    const reopened = moved(incident, 'OPEN', NOW + 1);
    const reports = deliveries.map((delivery) => ({ delivery, outcome: NEVER }));
    const after = moved(recordOutcomes(reopened, reports, NOW + 2, directory), 'CLAIMED', NOW + 3);
    expect(claimDue(after, NOW + 3, directory).deliveries).toMatchObject([{ to: FALLBACK, asked: true }]);
  });

  it('is over once it was resolved', () => {
    const resolved = moved(done(inState('OPEN'), add('margaret')), 'RESOLVED');
    expect(asAddresses(pending(moved(resolved, 'OPEN')))).toEqual([]);
  });

  it('says whom the fallback contact stands for', () => {
    const [delivery] = pending(done(inState('OPEN'), add('ghost')));
    expect(delivery).toMatchObject({ role: 'fallback', to: FALLBACK });
    expect(delivery?.reason).toContain('no user ghost');
  });

  it('does not make an escalation of the first step', () => {
    const held = anIncident({}, 10_000, T0, { pageAfterSeconds: 300 });
    const after = pageDue(pageDue(done(held, add('ada')), NOW, OK, directory), T0 + 300_000);
    expect(after.timeline.map((entry) => entry.kind)).not.toContain('escalated');
  });
});

describe('prioritize', () => {
  it.each(PRIORITIES)('sets %s, says what it was, and is nothing the second time', (priority) => {
    const once = done(inState('OPEN'), { kind: 'prioritize', priority });
    expect(once.priority).toBe(priority);
    expect(decided(once, { kind: 'prioritize', priority })).toEqual({ kind: 'unchanged', incident: once });
    const other = priority === 'P1' ? 'P5' : 'P1';
    const twice = done(once, { kind: 'prioritize', priority: other });
    expect(twice.timeline.at(-1)?.text).toBe(`Priority set to ${other} by grace (was ${priority}).`);
  });

  it.each(STATES)('changes nothing else: %s', (state) => {
    const before = inState(state);
    const { dueAt, escalation, absorbUntil, generation } = before;
    const after = done(before, { kind: 'prioritize', priority: 'P3' });
    expect({ ...after, dueAt: after.dueAt }).toMatchObject({ state, dueAt, escalation, absorbUntil, generation });
  });
});

describe('merge', () => {
  const merge: Action = { kind: 'merge', into: 10_001 };
  const merged = () => done(inState('OPEN'), merge);
  const target = () => pageDue(anIncident({ title: 'Another' }, 10_001), T0);

  it('resolves here, stops all paging, and owes the other incident word of it', () => {
    const after = done(pageDue(anIncident(), T0, LATER), merge);
    expect(after).toMatchObject({ state: 'RESOLVED', mergedInto: 10_001, mergeOwed: true, resolvedBy: 'grace' });
    expect(pending(after)).toEqual([]);
    expect(after.timeline.slice(-2).map((entry) => entry.kind)).toEqual(['merged', 'resolved']);
    expect(after.dueAt).toBe(NOW);
  });

  it('is made good by the workflow when whoever merged died over it', () => {
    expect(ask(merged(), NOW + HOUR_MS)).toEqual({ kind: 'tell merge', into: 10_001 });
    const told = mergeTold(merged());
    expect(told).not.toHaveProperty('mergeOwed');
    expect(told).not.toHaveProperty('dueAt');
    expect(told.mergedInto).toBe(10_001);
    expect(ask(told, NOW + HOUR_MS)).toEqual({ kind: 'done', reason: 'resolved' });
  });

  it('is nothing the second time, refused into itself, and refused into yet another', () => {
    expect(decided(merged(), merge).kind).toBe('unchanged');
    const incident = inState('OPEN');
    expect(decided(incident, { kind: 'merge', into: 10_000 })).toEqual({ kind: 'refused', reason: 'itself', incident });
    expect(decided(merged(), { kind: 'merge', into: 10_002 })).toMatchObject({ reason: 'already resolved' });
  });

  it.each(STATES)('is told to the other incident once, and disturbs nothing of it: %s', (state) => {
    const other = state === 'OPEN' ? target() : moved(target(), state);
    const told = takeMerge(other, merged(), NOW);
    expect(told).toMatchObject({
      mergedFrom: [10_000],
      state,
      escalation: other.escalation,
      generation: other.generation,
    });
    expect(told?.dueAt).toBe(other.dueAt);
    expect(told?.timeline.at(-1)).toMatchObject({ kind: 'merged', by: 'grace' });
    expect(told && takeMerge(told, merged(), NOW + 1)).toBeUndefined();
  });

  it('is void when the other one is gone, or was over before it took this one in, be it for the second time', () => {
    const over = (at: number) => moved(target(), 'RESOLVED', at);
    const knows = (incident: Incident) => takeMerge(incident, merged(), NOW);
    expect(mergeIsVoid(undefined, merged())).toBe(true);
    expect(mergeIsVoid(target(), merged())).toBe(false);
    expect(mergeIsVoid(over(NOW - 1), merged())).toBe(true);
    expect(mergeIsVoid(knows(over(NOW - 1)), merged())).toBe(true);
    expect(mergeIsVoid(knows(over(NOW + 20_000)), merged())).toBe(true);
    expect(mergeIsVoid(knows(over(NOW + 20_001)), merged())).toBe(false);
  });

  it('takes in several', () => {
    const first = takeMerge(target(), merged(), NOW);
    const second = first && takeMerge(first, done(anIncident({}, 10_002), merge), NOW);
    expect(second?.mergedFrom).toEqual([10_000, 10_002]);
  });

  it('is undone by re-opening, and owes nothing then, told or not', () => {
    for (const before of [merged(), mergeTold(merged())]) {
      const again = moved(before, 'OPEN', NOW + 1);
      expect(again).toMatchObject({ state: 'OPEN', dueAt: NOW + 1 });
      for (const gone of ['mergedInto', 'mergeOwed']) expect(again).not.toHaveProperty(gone);
      const after = pageDue(again, NOW + 1);
      expect(after.dueAt).toBe(NOW + 1 + 600_000);
      expect(asAddresses(after.escalation.deliveries)).toEqual(['ada']);
    }
  });
});

describe('an action that pages nobody by itself', () => {
  it('keeps the later steps of the policy on their time', () => {
    const plain = inState('OPEN');
    const busy = done(plain, { kind: 'prioritize', priority: 'P1' });
    expect(paged(busy, T0 + 600_000)).toEqual([GRACE.replace('@example.org', '')]);
  });
});
