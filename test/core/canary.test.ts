import { describe, expect, it } from '@jest/globals';
import { CANARY_SERVICE, canaryService, FRESH_MS, judgeArrival } from '../../core/canary.ts';
import { parseConfig } from '../../core/config/document.ts';
import type { ChannelOutcome } from '../../core/delivery.ts';
import type { Incident } from '../../core/incident.ts';
import { NOBODY } from '../../core/people.ts';
import { openIncident } from '../../core/transitions.ts';
import { aRequest, FALLBACK, T0 } from '../support/builders.ts';
import { AdvanceLoop } from './advance-loop.ts';

const ADDRESS = 'canary@example.org';
const DAY = 24 * 3_600_000;

const OK: ChannelOutcome = { kind: 'ok', messageId: 'm' };
const RETRYABLE: ChannelOutcome = { kind: 'retryable', error: 'SES has a fault' };
const PERMANENT: ChannelOutcome = { kind: 'permanent', error: 'SES refuses it' };

function aCanary(): Incident {
  const request = aRequest({ service: CANARY_SERVICE, severity: 'WARN', dedupKey: 'canary' });
  return openIncident(request, canaryService(ADDRESS), 10_000, 'Canary', T0);
}

/** Lets a day pass, and answers whom it paged. */
function paged(loop: AdvanceLoop): string[] {
  for (let until = loop.turn(); until !== undefined && until < T0 + DAY; until = loop.turn()) loop.now = until;
  return loop.sent.map(({ delivery }) => delivery.to.address);
}

function loopOf(outcome: ChannelOutcome): AdvanceLoop {
  return new AdvanceLoop(aCanary(), T0, { calendar: {}, people: NOBODY, fallback: FALLBACK }, () => outcome);
}

describe('a canary incident', () => {
  it('pages its address at once, and that once', () => {
    expect(aCanary()).toMatchObject({ urgency: 'low', dueAt: T0 });
    expect(paged(loopOf(OK))).toEqual([ADDRESS]);
  });

  it('pages nobody in place of a mail that is refused, and owes nothing afterwards', () => {
    const loop = loopOf(PERMANENT);
    expect(paged(loop)).toEqual([ADDRESS]);
    expect(loop.incident.dueAt).toBeUndefined();
    expect(loop.incident.timeline.map(({ text }) => text).join('\n')).toMatch(/SES refuses it\. Given up\./);
  });

  it('pages nobody else when every try fails, nor when the mail bounces', () => {
    expect(new Set(paged(loopOf(RETRYABLE)))).toEqual(new Set([ADDRESS]));
    const loop = loopOf(OK);
    paged(loop);
    loop.bounce();
    expect(paged(loop)).toEqual([ADDRESS]);
  });

  it('pages nobody else when somebody re-opens or escalates what was acknowledged', () => {
    const loop = loopOf(PERMANENT);
    paged(loop);
    for (const state of ['CLAIMED', 'OPEN', 'RESOLVED', 'OPEN'] as const) {
      loop.change(state);
      paged(loop);
    }
    expect(loop.sent.length).toBeGreaterThan(1);
    expect(new Set(loop.sent.map(({ delivery }) => delivery.to.address))).toEqual(new Set([ADDRESS]));
  });
});

describe('the arrival of a mail', () => {
  it('is of a canary when the incident is the service of canaries, and in time within five minutes of the event', () => {
    const canary = aCanary();
    expect(judgeArrival(canary, T0 + 2_340)).toEqual({ kind: 'arrived', seconds: 2.3, open: true });
    expect(judgeArrival(canary, T0 + FRESH_MS - 1).kind).toBe('arrived');
    expect(judgeArrival(canary, T0 + FRESH_MS)).toEqual({ kind: 'late', seconds: 300, open: true });
    expect(judgeArrival({ ...canary, state: 'RESOLVED' }, T0)).toEqual({ kind: 'arrived', seconds: 0, open: false });
  });

  it('takes no time when the clocks differ', () => {
    expect(judgeArrival(aCanary(), T0 - 900)).toEqual({ kind: 'arrived', seconds: 0, open: true });
  });

  it('is of something else otherwise', () => {
    expect(judgeArrival({ ...aCanary(), service: 'checkout' }, T0)).toEqual({ kind: 'of another' });
    expect(judgeArrival(undefined, T0)).toEqual({ kind: 'of another' });
  });
});

describe('a configuration', () => {
  it('cannot have a service of the canary', () => {
    expect(parseConfig({ services: [{ id: 'checkout' }, { id: CANARY_SERVICE }] })).toEqual({
      ok: false,
      faults: [
        { path: ['services', 1, 'id'], message: expect.stringContaining('is kept for the canary of the deployment') },
      ],
    });
  });
});
