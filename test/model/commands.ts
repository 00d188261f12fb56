// Jest's own expect would take ten times as long as everything that is tested here.
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { nextDue } from '../../core/escalation.ts';
import { PRIORITIES } from '../../core/incident.ts';
import { HOUR_MS, MINUTE_MS } from '../../core/time.ts';
import type { Reference } from './reference.ts';
import type { Rig } from './rig.ts';
import { CHANNEL_MODES } from './world.ts';

type Step = fc.Command<Reference, Rig>;

/** Does the same to both, and then looks whether they are the same. */
function command(name: string, both: (model: Reference, real: Rig) => void): Step {
  return {
    check: () => true,
    run(model, real) {
      const before = real.incident;
      both(model, real);
      agree(model, real);
      sound(before, real);
    },
    toString: () => name,
  };
}

const asked = (name: string, model: (m: Reference) => string, real: (r: Rig) => string): Step =>
  command(name, (m, r) => assert.equal(real(r), model(m)));

function agree(model: Reference, { incident, other, now, sent }: Rig): void {
  const { state, count, claimedAt, firstClaimedAt, snoozedUntil, priority, mergedInto, mergeOwed = false } = incident;
  assert.equal(state, model.state);
  assert.equal(count, model.count);
  if (state === 'CLAIMED') assert.equal(claimedAt, model.claimedAt);
  assert.equal(firstClaimedAt, model.firstClaimedAt);
  assert.equal(snoozedUntil, model.snoozedUntil);
  assert.equal(priority, model.priority);
  assert.equal(mergedInto, model.mergedInto);
  assert.equal(mergeOwed, model.owed);
  assert.equal(now, model.now);
  assert.deepEqual(sent.splice(0).sort(), model.sent.splice(0).sort());
  assert.equal(incident.absorbUntil > now, model.counts());
  if (model.owed) assert.ok(incident.dueAt !== undefined && incident.dueAt <= now);
  else assert.equal(incident.dueAt, model.nextTime());
  if (mergedInto !== undefined && !model.owed) assert.deepEqual(other.mergedFrom, [10_000]);
}

/** What holds of every incident, whatever has happened. */
function sound(before: Rig['incident'], { incident, workflow, now }: Rig): void {
  const { timeline, timelineSeq, version, generation, dueAt, state, escalation } = incident;
  assert.equal(dueAt, nextDue(incident));
  assert.ok(timeline.every((entry, i) => entry.seq === i + 1));
  assert.equal(timelineSeq, timeline.length);
  assert.ok(before.timeline.every((entry, i) => entry === timeline[i]));
  if (version === before.version) {
    const { count, lastSeenAt } = before;
    assert.deepEqual({ ...incident, count, lastSeenAt }, before);
  } else {
    assert.ok(version > before.version && generation >= before.generation);
    if (state !== before.state) assert.ok(timeline.length > before.timeline.length);
  }
  const ids = escalation.deliveries.map((delivery) => delivery.id);
  assert.equal(new Set(ids).size, ids.length);
  assert.ok(Math.max(0, ...ids) <= escalation.deliverySeq);
  // Never silent: what is owed has a workflow that is awake in time, and what is open either owes something or has paged.
  if (dueAt !== undefined) {
    assert.ok(workflow?.generation === generation && workflow.at <= Math.max(dueAt, now), 'nobody wakes in time');
  } else if (state === 'OPEN') {
    const told = ({ status, role }: (typeof escalation.deliveries)[number]) =>
      status === 'sent' || (role === 'fallback' && status === 'failed');
    assert.ok(escalation.deliveries.some(told), 'nobody was paged');
  }
}

const aUserId = fc.constantFrom('ada', 'lin', 'margaret', 'mute', 'ghost');
const aWait = fc.oneof(
  fc.constant(0),
  fc.integer({ min: 1, max: 10 * MINUTE_MS }),
  fc.integer({ min: 1, max: 3 * HOUR_MS }),
);

const pass = aWait.map((ms) =>
  command(`pass ${ms}`, (m, r) => {
    m.pass(ms);
    r.pass(ms);
  }),
);
/** Time goes by, and no workflow runs. */
const outage = aWait.map((ms) =>
  command(`outage ${ms}`, (m, r) => {
    m.now += ms;
    r.now += ms;
  }),
);
const channel = fc.constantFrom('takes' as const, ...CHANNEL_MODES).map((mode) =>
  command(`channel ${mode}`, (m, r) => {
    m.mode = mode;
    r.mode = mode;
  }),
);
const event = fc.constant(
  command('event', (m, r) => {
    m.event();
    r.event();
  }),
);
const acknowledge = fc.constant(
  asked(
    'acknowledge',
    (m) => m.acknowledge(),
    (r) => r.change({ state: 'CLAIMED' }),
  ),
);
const reopen = fc.constant(
  asked(
    'reopen',
    (m) => m.reopen(),
    (r) => r.change({ state: 'OPEN' }),
  ),
);
const escalate = fc.constant(
  asked(
    'escalate',
    (m) => m.escalate(),
    (r) => r.act({ kind: 'escalate' }),
  ),
);
const snooze = fc.integer({ min: 1, max: 3 * HOUR_MS }).map((ms) =>
  asked(
    `snooze ${ms}`,
    (m) => m.snooze(m.now + ms),
    (r) => r.act({ kind: 'snooze', until: r.now + ms }),
  ),
);
const assign = fc.constantFrom(0 as const, 1 as const).map((i) =>
  asked(
    `assign ${i}`,
    (m) => m.assign(m.world.others[i]),
    (r) => r.act({ kind: 'assign', policy: r.world.others[i], to: 'others' }),
  ),
);
const ask = fc.array(aUserId, { minLength: 1, maxLength: 3 }).map((users) =>
  asked(
    `ask ${users}`,
    (m) => m.addResponders(users),
    (r) => r.act({ kind: 'add responders', users }),
  ),
);
/** What ends an incident, and what disturbs nothing. */
const rest = fc.oneof(
  fc.constant(
    asked(
      'resolve',
      (m) => m.resolve(),
      (r) => r.change({ state: 'RESOLVED' }),
    ),
  ),
  fc.constantFrom(10_000, 10_001).map((into) =>
    asked(
      `merge into ${into}`,
      (m) => m.merge(into, 10_000),
      (r) => r.act({ kind: 'merge', into }),
    ),
  ),
  fc.constant(
    asked(
      'note',
      () => 'changed',
      (r) => r.change({ note: 'looking' }),
    ),
  ),
  fc.constantFrom(...PRIORITIES).map((priority) =>
    asked(
      priority,
      (m) => m.prioritize(priority),
      (r) => r.act({ kind: 'prioritize', priority }),
    ),
  ),
  fc.constant(
    asked(
      'stale',
      () => 'stale version',
      (r) => r.act({ kind: 'escalate' }, r.incident.version - 1),
    ),
  ),
);

/** Everything that people, senders and time can do to an incident. What is named twice comes twice as often. */
export const someCommands = fc.commands<Reference, Rig>(
  [pass, pass, pass, pass, outage, channel, event, event, acknowledge, acknowledge].concat([
    reopen,
    escalate,
    escalate,
    snooze,
    assign,
    ask,
    ask,
    rest,
    rest,
  ]),
  { maxCommands: 40, size: 'max' },
);
