import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  expired,
  type Heartbeat,
  intervalMs,
  isOverdue,
  lookedAfter,
  pinged,
  switched,
  updated,
} from '../../core/heartbeat.ts';
import { HOUR_MS, MINUTE_MS } from '../../core/time.ts';

const T0 = Date.UTC(2026, 10, 23, 12);
const NEW: Heartbeat = {
  service: 's',
  name: 'h',
  description: '',
  interval: 10,
  intervalUnit: 'minutes',
  enabled: true,
  alertMessage: 'h is expired',
  alertTags: [],
  alertPriority: 'P3',
  integration: { id: 'i', name: 'i' },
  createdAt: T0,
  expired: false,
};

describe('a heartbeat', () => {
  it.each([
    ['minutes', 2 * MINUTE_MS],
    ['hours', 2 * HOUR_MS],
    ['days', 48 * HOUR_MS],
  ] as const)('of two %s', (intervalUnit, ms) => expect(intervalMs({ interval: 2, intervalUnit })).toBe(ms));

  it('is overdue an interval after its last ping, not before', () => {
    expect(isOverdue(NEW, T0 + 1e12)).toBe(false);
    const alive = pinged(NEW, T0);
    expect(isOverdue(alive, T0 + 10 * MINUTE_MS - 1)).toBe(false);
    expect(isOverdue(alive, T0 + 10 * MINUTE_MS)).toBe(true);
    expect(isOverdue(pinged(alive, T0 + MINUTE_MS), T0 + 10 * MINUTE_MS)).toBe(false);
  });

  it('stays due while its expiry has opened no incident, and not afterwards', () => {
    const gone = expired(pinged(NEW, T0));
    expect(isOverdue(gone, T0 + HOUR_MS)).toBe(true);
    expect(isOverdue(lookedAfter(gone), T0 + HOUR_MS)).toBe(false);
  });

  type Step = (beat: Heartbeat, now: number) => Heartbeat;
  const step: fc.Arbitrary<readonly [string, Step]> = fc.constantFrom<readonly [string, Step]>(
    ['ping', pinged],
    ['enable', (beat, now) => switched(beat, true, now)],
    ['disable', (beat, now) => switched(beat, false, now)],
    ['five minutes', (beat, now) => updated(beat, { interval: 5 }, now)],
    ['an hour, off', (beat, now) => updated(beat, { interval: 1, intervalUnit: 'hours', enabled: false }, now)],
    ['sweep', (beat, now) => (isOverdue(beat, now) ? lookedAfter(expired(beat)) : beat)],
  );

  it('has a time to expire exactly while it is enabled, pinged and not expired', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(step, fc.integer({ min: 0, max: HOUR_MS }))), (steps) => {
        let beat = NEW;
        let now = T0;
        for (const [[, act], wait] of steps) {
          now += wait;
          beat = act(beat, now);
          const runs = beat.enabled && beat.lastPingAt !== undefined && !beat.expired;
          expect(beat.dueAt !== undefined).toBe(runs);
          if (!beat.enabled) expect(beat.expired).toBe(false);
          if (beat.dueAt !== undefined)
            expect(beat.dueAt).toBeGreaterThanOrEqual((beat.lastPingAt ?? 0) + 5 * MINUTE_MS);
        }
      }),
    );
  });
});
