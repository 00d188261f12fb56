import { describe, expect, it } from '@jest/globals';
import { EMPTY_CONFIG } from '../../../core/config/document.ts';
import { NOBODY } from '../../../core/people.ts';
import { type SweepDeps, sweep } from '../../../lambda/app/sweep.ts';

const broken = async () => {
  throw new Error('DynamoDB has a fault');
};

/** A sweep with nothing to do, of which parts may be replaced. Notes what is counted, logged and pinged, in order. */
function aSweep(parts: Readonly<Record<string, unknown>> = {}) {
  const noted: string[] = [];
  const log = (message: string, facts = {}) => noted.push(`${message} ${JSON.stringify(facts)}`);
  const deps = {
    now: () => 0,
    token: () => 'token',
    count: (metric: string) => noted.push(metric),
    log: { info: log, warn: log, error: log },
    incidents: { overdue: async () => [] },
    heartbeats: { due: async () => [] },
    config: { head: async () => ({ revision: 0, projected: 0 }) },
    currentConfig: { current: async () => ({ document: EMPTY_CONFIG, people: NOBODY }) },
    pingWatchdog: async () => {
      noted.push('ping');
      return {};
    },
    ...parts,
  };
  return { run: () => sweep(deps as unknown as SweepDeps), noted };
}

describe('a sweep', () => {
  it('that is wholly clean is counted, and then the watchdog is told: the last thing', async () => {
    const { run, noted } = aSweep({
      currentConfig: {
        current: async () => {
          noted.push('hand-offs');
          return { document: EMPTY_CONFIG, people: NOBODY };
        },
      },
    });
    expect(await run()).toEqual({ overdue: 0, repaired: 0, failed: 0, clean: true });
    expect(noted).toEqual(['hand-offs', 'ReconcilerCleanPass', 'ping']);
  });

  it.each([
    ['an incident', { incidents: { overdue: async () => [10_000], get: broken } }],
    ['a heartbeat', { heartbeats: { due: async () => [{ service: 'checkout', name: 'backup' }], get: broken } }],
  ])('in which %s could not be looked after is not clean', async (_, parts) => {
    const { run, noted } = aSweep(parts);
    expect(await run()).toMatchObject({ clean: false });
    expect(noted).toEqual([expect.stringContaining('DynamoDB has a fault')]);
  });

  it.each([
    ['the incidents', { incidents: { overdue: broken } }],
    ['the heartbeats', { heartbeats: { due: broken } }],
    ['the configuration', { config: { head: broken } }],
  ])('that fails on %s altogether fails, and is neither counted nor told', async (_, parts) => {
    const { run, noted } = aSweep(parts);
    await expect(run()).rejects.toThrow('DynamoDB has a fault');
    expect(noted).toEqual([]);
  });

  it('is clean although hand-off notices failed: they are a courtesy', async () => {
    const { run, noted } = aSweep({ currentConfig: { current: broken } });
    expect(await run()).toMatchObject({ clean: true });
    expect(noted).toEqual([expect.stringContaining('hand-off notices failed'), 'ReconcilerCleanPass', 'ping']);
  });

  it('stays clean when the watchdog cannot be told, and says so', async () => {
    const { run, noted } = aSweep({ pingWatchdog: async () => ({ failure: 'answered 404' }) });
    expect(await run()).toMatchObject({ clean: true });
    expect(noted).toEqual([
      'ReconcilerCleanPass',
      'WatchdogPingFailed',
      'the watchdog could not be told {"failure":"answered 404"}',
    ]);
  });

  it('needs no watchdog', async () => {
    const { run, noted } = aSweep({ pingWatchdog: undefined });
    await run();
    expect(noted).toEqual(['ReconcilerCleanPass']);
  });
});
