import type { EpochMs } from '../../core/time.ts';

/** What every use case is given besides its stores. Time and randomness come in here and nowhere else. */
export interface Surroundings {
  /** Now, in epoch milliseconds. */
  now(): EpochMs;
  /** A fresh unguessable name: for claims, writes, requests. */
  token(): string;
  readonly log: Log;
  count(metric: Metric, value?: number): void;
}

export interface Log {
  info(message: string, facts?: Record<string, unknown>): void;
  warn(message: string, facts?: Record<string, unknown>): void;
  error(message: string, facts?: Record<string, unknown>): void;
}

/** Names of the metrics in namespace `InResponse`; alarms are made on some of them. */
export type Metric =
  | 'IncidentRaised'
  | 'IncidentAbsorbed'
  | 'PageSent'
  | 'PageRetried'
  | 'PageFailed'
  | 'WorkflowStartFailed'
  | 'OverdueRepaired'
  | 'ReconcilerCleanPass'
  | 'WatchdogPingFailed'
  | 'CanaryArrived'
  /** In seconds, from the canary's event to its mail's arrival. */
  | 'CanarySeconds'
  | 'MailBounced'
  | 'EventIgnored'
  | 'EventRefused'
  | 'EventThrottled'
  | 'ChangeRecorded'
  | 'ConfigUnreadable';

/** A change lost against concurrent writers this often in a row is given back to the caller as an error. */
export const MOST_CONFLICTS = 20;

/** Thrown when an item changed under us more often than {@link MOST_CONFLICTS}. The caller may simply try again. */
export class TooManyConflicts extends Error {
  override readonly name = 'TooManyConflicts';
}
