import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { applyAction, repeat } from '../../core/actions.ts';
import { pagingDue } from '../../core/escalation.ts';
import { FOR_EVER, type Incident } from '../../core/incident.ts';
import { HOUR_MS, MINUTE_MS } from '../../core/time.ts';
import { applyChange } from '../../core/transitions.ts';
import { SEED } from '../support/arbitraries.ts';
import { ADA, aDirectory, anIncident, claimDue, LATER, pageDue, T0, withSettings } from '../support/builders.ts';

const ESCALATION = T0 + 600_000;
const finished = (settings = {}) => pageDue(pageDue(withSettings(settings), T0), ESCALATION);
const acknowledged = (incident: Incident, now = T0 + MINUTE_MS) =>
  applyChange(incident, { state: 'CLAIMED', by: ADA }, now).incident;
const snoozed = (until: number) =>
  applyAction(anIncident(), { kind: 'snooze', until }, { by: ADA }, aDirectory(), T0).incident;

/** What a repeated event does: undefined when it is only counted. */
const again = (incident: Incident, now: number) => (incident.absorbUntil > now ? undefined : repeat(incident, now));

describe('a repeated event', () => {
  it.each<[string, () => Incident, number]>([
    ['while the policy pages', () => pageDue(anIncident(), T0), ESCALATION - 1],
    ['while a page is in flight', () => claimDue(pageDue(anIncident(), T0), ESCALATION).incident, T0 + 10 * HOUR_MS],
    ['while a page is being tried again', () => pageDue(pageDue(anIncident(), T0), ESCALATION, LATER), ESCALATION + 1],
    ['while the escalation is late', () => pageDue(anIncident(), T0), T0 + 10 * HOUR_MS],
    [
      'while maintenance holds it',
      () => anIncident({}, 1, T0, { maintenance: [{ id: 'x', from: T0, to: FOR_EVER }] }),
      T0,
    ],
    ['soon after the last page', () => finished(), ESCALATION + 30 * MINUTE_MS - 1],
    ['soon after the acknowledgement', () => acknowledged(finished()), T0 + MINUTE_MS + 24 * HOUR_MS - 1],
    ['while it is snoozed', () => snoozed(T0 + 90 * HOUR_MS), T0 + 90 * HOUR_MS - 1],
  ])('is only counted %s', (_what, incident, now) => {
    expect(again(incident(), now)).toBeUndefined();
    expect(repeat(incident(), now)).toBeUndefined();
  });

  it.each<[string, () => Incident, number, string]>([
    ['the last page is old', () => finished(), ESCALATION + 30 * MINUTE_MS, 'nobody was being paged'],
    ['the limit of the service is over', () => finished({ repageAfterMs: 1_000 }), ESCALATION + 1_000, 'nobody was'],
    [
      'the acknowledgement is old',
      () => acknowledged(finished()),
      T0 + MINUTE_MS + 24 * HOUR_MS,
      'acknowledgement is old',
    ],
    [
      'the limit of the service for acknowledgements is over',
      () => acknowledged(finished({ repageAfterAcknowledgedMs: 5_000 })),
      T0 + MINUTE_MS + 5_000,
      'acknowledgement is old',
    ],
    ['the snooze is over, and its workflow late', () => snoozed(T0 + HOUR_MS), T0 + HOUR_MS, 'acknowledgement is old'],
  ])('pages from the first step when %s', (_what, incident, now, why) => {
    const before = incident();
    const after = again(before, now);
    if (!after) throw new Error('it was swallowed');
    expect(after).toMatchObject({
      state: 'OPEN',
      dueAt: now,
      absorbUntil: FOR_EVER,
      generation: before.generation + 1,
    });
    expect(after.escalation).toMatchObject({ run: before.escalation.run + 1, startedAt: now, nextStep: 0 });
    expect(after.timeline.at(-1)).toMatchObject({ kind: 'repeated', by: 'inresponse' });
    expect(after.timeline.at(-1)?.text).toContain(why);
    for (const gone of ['claimedAt', 'claimedBy', 'snoozedUntil']) expect(after).not.toHaveProperty(gone);
    expect(claimDue(after, now).deliveries).toMatchObject([{ to: { address: ADA } }]);
  });

  it('is never taken by a resolved incident', () => {
    const resolved = applyChange(finished(), { state: 'RESOLVED', by: ADA }, ESCALATION + 1).incident;
    expect(resolved.absorbUntil).toBe(0);
    expect(repeat(resolved, T0 + 90 * HOUR_MS)).toBeUndefined();
  });

  it('pages a short time after the fallback contact was given up in vain', () => {
    let incident = anIncident();
    const nobody = aDirectory({});
    for (let due = incident.dueAt; due !== undefined; due = incident.dueAt)
      incident = pageDue(incident, due, LATER, nobody);
    expect(incident.escalation.deliveries.every((d) => d.status === 'failed')).toBe(true);
    expect(again(incident, T0 + 90 * HOUR_MS)).toBeDefined();
  });

  it('never floods: however many come, there are no more runs than the limits allow, and none is swallowed for longer', () => {
    const gaps = fc.array(fc.integer({ min: 1_000, max: 40 * MINUTE_MS }), { minLength: 1, maxLength: 120 });
    fc.assert(
      fc.property(gaps, fc.integer({ min: 1, max: 90 }), (waits, limit) => {
        const settings = { repageAfterMs: limit * MINUTE_MS };
        let incident = withSettings(settings);
        let now = T0;
        let runs = 1;
        const pagedAt: number[] = [];
        const page = () => {
          for (let due = incident.dueAt; due !== undefined && due <= now; due = incident.dueAt) {
            incident = pageDue(incident, due);
            pagedAt.push(due);
          }
        };
        page();
        for (const wait of waits) {
          now += wait;
          page();
          const lastPage = pagedAt.at(-1) ?? T0;
          const busy = pagingDue(incident) !== undefined;
          const after = again(incident, now);
          expect(after !== undefined).toBe(!busy && now >= lastPage + settings.repageAfterMs);
          if (!after) continue;
          runs += 1;
          incident = after;
          page();
        }
        expect(runs).toBeLessThanOrEqual(1 + (now - T0) / (settings.repageAfterMs + 600_000));
      }),
      { seed: SEED, numRuns: 200 },
    );
  });
});
