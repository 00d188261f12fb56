import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type AlertAction, applyAlertAction } from '../../core/alert-change.ts';
import { settle } from '../../core/escalation.ts';
import type { Incident } from '../../core/incident.ts';
import { UNROUTED_SERVICE } from '../../core/integration.ts';
import { NOBODY } from '../../core/people.ts';
import { openIncident } from '../../core/transitions.ts';

const T0 = Date.UTC(2026, 10, 23, 12);
const directory = {
  calendar: {},
  people: NOBODY,
  fallback: { kind: 'email', address: 'fallback@example.org' },
} as const;
const policy = {
  id: 'p',
  steps: [{ afterMs: 0, targets: [{ kind: 'address', address: 'x@example.org' } as const] }],
  passMs: 0,
  atEnd: 'give up',
} as const;

function anAlert(): Incident {
  const request = { service: 'unrouted', severity: 'ERR', title: 'Disk', message: 'Disk', dedupKey: 'a' } as const;
  return openIncident({ ...request, details: { host: 'h1' } }, UNROUTED_SERVICE, 10_000, 'test', T0);
}

const word = fc.string({ minLength: 1, maxLength: 5 });
const action: fc.Arbitrary<AlertAction> = fc.oneof(
  fc.constantFrom<AlertAction>(
    { kind: 'close' },
    { kind: 'acknowledge' },
    { kind: 'unacknowledge' },
    { kind: 'delete' },
    { kind: 'note' },
    { kind: 'next step' },
    { kind: 'assign', policy, to: 'x', owner: 'x' },
    { kind: 'add responder', responder: { type: 'user', name: 'x' }, targets: policy.steps[0].targets },
    { kind: 'custom', name: 'reboot' },
  ),
  fc.integer({ min: 1, max: 1_000 }).map((ms): AlertAction => ({ kind: 'snooze', until: T0 + 1_000_000 + ms })),
  fc.array(word, { maxLength: 25 }).map((tags): AlertAction => ({ kind: 'add tags', tags })),
  fc.array(word).map((tags): AlertAction => ({ kind: 'remove tags', tags })),
  fc.dictionary(word, word).map((details): AlertAction => ({ kind: 'add details', details })),
  fc.array(word).map((keys): AlertAction => ({ kind: 'remove details', keys })),
  word.map((text): AlertAction => ({ kind: 'set message', text })),
  word.map((text): AlertAction => ({ kind: 'set description', text })),
  fc.constantFrom('P1', 'P5').map((priority): AlertAction => ({ kind: 'set priority', priority: priority as 'P1' })),
);
const note = fc.option(word, { nil: undefined });

function apply(incident: Incident, what: AlertAction, text: string | undefined, now: number) {
  return applyAlertAction(incident, what, { by: 'ann', ...(text === undefined ? {} : { note: text }) }, directory, now);
}

describe('any sequence of changes of an alert', () => {
  it('never re-opens a closed one, keeps the story gapless and what is derived in line', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(action, note), { maxLength: 30 }), (changes) => {
        let incident = anAlert();
        for (const [i, [what, text]] of changes.entries()) {
          const decision = apply(incident, what, text, T0 + i + 1);
          if (decision.kind === 'refused') {
            expect(decision.incident).toBe(incident);
            continue;
          }
          const { incident: next } = decision;
          if (decision.kind === 'unchanged') expect(next).toBe(incident);
          if (incident.state === 'RESOLVED') expect(next.state).toBe('RESOLVED');
          if (next.state === 'RESOLVED') expect(next.dueAt).toBeUndefined();
          expect(settle(next)).toEqual(next);
          expect(next.timeline.map(({ seq }) => seq)).toEqual(next.timeline.map((_, at) => at + 1));
          expect(next.opsgenie?.tags.length ?? 0).toBeLessThanOrEqual(20);
          if (text !== undefined) expect(next.timeline.at(-1)).toMatchObject({ kind: 'noted', text, by: 'ann' });
          if (decision.kind === 'changed') expect(decision.wake).toBe(next.generation !== incident.generation);
          incident = next;
        }
      }),
    );
  });

  it('does nothing when it is done a second time, but for what is meant to happen each time', () => {
    const again = ['add responder', 'assign', 'next step', 'custom', 'note', 'unacknowledge', 'snooze'];
    fc.assert(
      fc.property(
        action.filter(({ kind }) => !again.includes(kind)),
        (what) => {
          const first = apply(anAlert(), what, undefined, T0 + 1);
          if (first.kind === 'refused') return;
          expect(apply(first.incident, what, undefined, T0 + 2).kind).not.toBe('changed');
        },
      ),
    );
  });
});

describe('changes of an alert', () => {
  const incidentOf = (what: AlertAction, before = anAlert()) => apply(before, what, undefined, T0 + 1).incident;

  it('keep a description when the message changes, and have it follow when there is none', () => {
    expect(incidentOf({ kind: 'set message', text: 'Full' })).toMatchObject({ title: 'Full', message: 'Full' });
    const described = incidentOf({ kind: 'set description', text: 'More' });
    expect(incidentOf({ kind: 'set message', text: 'Full' }, described)).toMatchObject({
      title: 'Full',
      message: 'More',
    });
  });

  it('page a responder at once, and until the incident is resolved', () => {
    const responder = { type: 'user', name: 'x' } as const;
    const decision = apply(
      anAlert(),
      { kind: 'add responder', responder, targets: policy.steps[0].targets },
      undefined,
      T0 + 1,
    );
    expect(decision).toMatchObject({ kind: 'changed', incident: { opsgenie: { responders: [responder] } } });
    expect(decision.incident.escalation.deliveries).toMatchObject([
      { to: { address: 'x@example.org' }, notBefore: T0 + 1, stopsWhen: 'resolved' },
    ]);
  });

  it('stop all paging when the alert is deleted', () => {
    expect(incidentOf({ kind: 'delete' })).toMatchObject({ state: 'RESOLVED', opsgenie: { deleted: true } });
  });
});
