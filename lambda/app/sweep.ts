import type { PingWatchdog } from '../channels/watchdog.ts';
import { type ConfigDeps, finishProjection } from './apply-config.ts';
import { type ExpireDeps, expireHeartbeats } from './expire-heartbeats.ts';
import { type HandoffDeps, notifyHandoffs } from './notify-handoffs.ts';
import { type ReconcileDeps, reconcile, type Sweep } from './reconcile.ts';

export interface SweepDeps extends ReconcileDeps, ExpireDeps, ConfigDeps, HandoffDeps {
  /** Absent when nobody watches from outside. */
  readonly pingWatchdog?: PingWatchdog | undefined;
}

/** A sweep is clean when nothing of it failed. */
export type Swept = Sweep & { readonly clean: boolean };

/**
 * All that is done once a minute. Only when every part of it went through is it counted as a clean pass, and whoever watches from
 * outside told: the last thing, so that a run which dies or is stopped on the way counts for nothing. Rejects when a part fails as a whole.
 */
export async function sweep(deps: SweepDeps): Promise<Swept> {
  const repairs = await reconcile(deps);
  const expiries = await expireHeartbeats(deps);
  await finishProjection(deps);
  // A notice is a courtesy: its failure must not look like a sweep that failed.
  await notifyHandoffs(deps).catch((error: unknown) =>
    deps.log.error('hand-off notices failed', { error: String(error) }),
  );
  const clean = repairs.failed === 0 && expiries.failed === 0;
  if (clean) {
    deps.count('ReconcilerCleanPass');
    await tellWatchdog(deps);
  }
  return { ...repairs, clean };
}

async function tellWatchdog({ pingWatchdog, count, log }: SweepDeps): Promise<void> {
  const { failure } = (await pingWatchdog?.()) ?? {};
  if (failure === undefined) return;
  count('WatchdogPingFailed');
  log.warn('the watchdog could not be told', { failure });
}
