import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Directory } from '../../core/oncall.ts';
import { NOBODY } from '../../core/people.ts';
import type { EscalationPolicy } from '../../core/policy.ts';
import { DEFAULT_SETTINGS, DEFAULT_URGENCY, type Service } from '../../core/service.ts';
import { simulate } from '../../core/simulate.ts';
import { HOUR_MS, MINUTE_MS } from '../../core/time.ts';

const AT = Date.parse('2026-11-21T02:04:00Z');
const DIRECTORY: Directory = {
  calendar: { default: { oncall: 'ada@example.org', escalation: 'grace@example.org' } },
  people: NOBODY,
  fallback: { kind: 'email', address: 'fallback@example.org' },
};
const SERVICE: Service = {
  serviceId: 'athens',
  team: 'payments',
  timeZone: 'Europe/Berlin',
  pageAfterSeconds: 0,
  escalateAfterSeconds: 600,
  settings: DEFAULT_SETTINGS,
  grouping: { by: 'dedupKey' },
  urgency: DEFAULT_URGENCY,
  lowUrgencyOutsideHours: 'page',
  maintenance: [],
};

function run(service: Partial<Service>, more: { acknowledgedAfterMs?: number; severity?: 'CRIT' | 'WARN' } = {}) {
  return simulate({ service: { ...SERVICE, ...service }, severity: 'CRIT', at: AT, ...more }, () => DIRECTORY);
}

const paged = (result: ReturnType<typeof run>) =>
  result.pages.map(({ afterMs, to }) => `${afterMs / MINUTE_MS} ${to.address}`);

function policy(steps: EscalationPolicy['steps'], more: Partial<EscalationPolicy> = {}): EscalationPolicy {
  const passMs = (steps.at(-1)?.afterMs ?? 0) + 10 * MINUTE_MS;
  return { id: 'p', steps, passMs, atEnd: 'give up', ...more };
}

const step = (minutes: number, address: string, more: Partial<EscalationPolicy['steps'][number]> = {}) => ({
  afterMs: minutes * MINUTE_MS,
  targets: [{ kind: 'address' as const, address }],
  ...more,
});

describe('simulate', () => {
  it("pages by the mission's calendar until the policy has run out", () => {
    const result = run({});
    expect(paged(result)).toEqual(['0 ada@example.org', '10 grace@example.org']);
    expect(result.end).toBe('policy finished');
    expect(result.held).toBeUndefined();
    expect(result.story.map(({ kind }) => kind)).toEqual([
      'created',
      'notified',
      'escalated',
      'notified',
      'escalation_finished',
    ]);
  });

  it('pages nobody after the acknowledgement', () => {
    const result = run({}, { acknowledgedAfterMs: 7 * MINUTE_MS });
    expect(paged(result)).toEqual(['0 ada@example.org']);
    expect(result.end).toBe('acknowledged');
    expect(result.story.at(-1)).toEqual({
      at: AT + 7 * MINUTE_MS,
      kind: 'acknowledged',
      text: 'Acknowledged by somebody.',
    });
  });

  it('knows an acknowledgement that comes after the policy has run out', () => {
    const result = run({}, { acknowledgedAfterMs: 2 * HOUR_MS });
    expect(paged(result)).toHaveLength(2);
    expect(result.end).toBe('acknowledged');
  });

  it('pages again when the acknowledgement times out', () => {
    const settings = { ...DEFAULT_SETTINGS, acknowledgementTimeoutMs: HOUR_MS };
    const result = run({ settings }, { acknowledgedAfterMs: MINUTE_MS });
    expect(paged(result)).toEqual(['0 ada@example.org', '61 ada@example.org', '71 grace@example.org']);
    expect(result.end).toBe('policy finished');
  });

  it('ends resolved where the service resolves by itself', () => {
    const result = run({ settings: { ...DEFAULT_SETTINGS, autoResolveMs: 5 * MINUTE_MS } });
    expect(paged(result)).toEqual(['0 ada@example.org']);
    expect(result.end).toBe('resolved');
  });

  it('waits out a maintenance window, and says so', () => {
    const result = run({ maintenance: [{ id: 'upgrade', from: AT - 1, to: AT + HOUR_MS }] });
    expect(paged(result)).toEqual(['60 ada@example.org', '70 grace@example.org']);
    expect(result.held).toBe('maintenance window upgrade');
  });

  it('looks people up as of each page', () => {
    const handoff = AT + 5 * MINUTE_MS;
    const result = simulate({ service: SERVICE, severity: 'CRIT', at: AT }, (at) =>
      at < handoff ? DIRECTORY : { ...DIRECTORY, calendar: { default: { escalation: 'lin@example.org' } } },
    );
    expect(paged(result)).toEqual(['0 ada@example.org', '10 lin@example.org']);
  });

  it('goes through the longest policy there can be', () => {
    const steps = Array.from({ length: 50 }, (_, at) => step(at, `p${at}@example.org`));
    const result = run({ policy: policy(steps, { repeats: 9 }) });
    expect(result.pages).toHaveLength(500);
    expect(result.end).toBe('policy finished');
  });

  it('stops where nobody reads on', () => {
    const targets = Array.from({ length: 10 }, (_, at) => ({
      kind: 'address' as const,
      address: `p${at}@example.org`,
    }));
    const steps = Array.from({ length: 50 }, (_, at) => ({ afterMs: at * MINUTE_MS, targets }));
    const result = run({ policy: policy(steps, { repeats: 9 }) });
    expect(result.end).toBe('goes on');
    expect(result.pages).toHaveLength(2_000);
  });

  it('pages what the policy says, for any policy and acknowledgement', () => {
    const anyStep = fc.record(
      {
        wait: fc.integer({ min: 0, max: 30 }),
        stopsWhen: fc.constantFrom('acknowledged' as const, 'resolved' as const),
        urgency: fc.constantFrom('high' as const, 'low' as const),
      },
      { requiredKeys: ['wait'] },
    );
    fc.assert(
      fc.property(
        fc.array(anyStep, { minLength: 1, maxLength: 5 }),
        fc.integer({ min: 0, max: 2 }),
        fc.constantFrom('fallback' as const, 'give up' as const),
        fc.constantFrom('CRIT' as const, 'WARN' as const),
        fc.option(fc.integer({ min: 0, max: 200 }), { nil: undefined }),
        (drawn, repeats, atEnd, severity, acknowledged) => {
          let minutes = 0;
          const steps = drawn.map(({ wait, ...more }, index) => {
            minutes += wait;
            return step(minutes, `p${index}@example.org`, more);
          });
          const passMs = (minutes + 1) * MINUTE_MS;
          const urgency = severity === 'CRIT' ? 'high' : 'low';
          const expected: string[] = [];
          for (let pass = 0; pass <= repeats; pass++) {
            for (const [index, each] of steps.entries()) {
              const after = (pass * passMs + each.afterMs) / MINUTE_MS;
              if ((each.urgency ?? urgency) !== urgency) continue;
              if (acknowledged !== undefined && acknowledged <= after && each.stopsWhen !== 'resolved') continue;
              expected.push(`${after} p${index}@example.org`);
            }
          }
          const end = ((repeats + 1) * passMs) / MINUTE_MS;
          // A policy that has nothing for this urgency pages the fallback contact at once, and that is all.
          const nothing = steps.every((each) => (each.urgency ?? urgency) !== urgency);
          if (nothing && acknowledged !== 0) expected.push('0 fallback@example.org');
          else if (!nothing && atEnd === 'fallback' && !(acknowledged !== undefined && acknowledged <= end))
            expected.push(`${end} fallback@example.org`);
          const result = run(
            { policy: { id: 'p', steps, repeats, passMs, atEnd } },
            { severity, ...(acknowledged === undefined ? {} : { acknowledgedAfterMs: acknowledged * MINUTE_MS }) },
          );
          expect(paged(result)).toEqual(expected);
          expect(result.end).toBe(acknowledged === undefined ? 'policy finished' : 'acknowledged');
        },
      ),
      { numRuns: 300 },
    );
  });
});
