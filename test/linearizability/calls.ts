/** What clients ask of InResponse, and what they hear: the alphabet of the histories. */
export type Call =
  /** An event of a dedup key. */
  | { readonly kind: 'raise'; readonly key: string }
  | { readonly kind: 'get'; readonly id: number }
  | {
      readonly kind: 'update';
      readonly id: number;
      readonly by: string;
      readonly state?: State;
      readonly note?: string;
      readonly ifVersion?: number;
    }
  /** A sender's own acknowledge or resolve, which names the dedup key and not the incident. */
  | {
      readonly kind: 'update by key';
      readonly key: string;
      readonly by: string;
      readonly state: 'CLAIMED' | 'RESOLVED';
    }
  | { readonly kind: 'snooze'; readonly id: number; readonly by: string; readonly until: number }
  /** `steps`: how many the new policy has, its end included. `to`: as the incident shows it. */
  | {
      readonly kind: 'assign';
      readonly id: number;
      readonly by: string;
      readonly to: string;
      readonly steps: number;
      readonly body: object;
    }
  | { readonly kind: 'escalate'; readonly id: number; readonly by: string }
  | { readonly kind: 'ask'; readonly id: number; readonly by: string; readonly user: string }
  | { readonly kind: 'prioritize'; readonly id: number; readonly by: string; readonly priority: string }
  | { readonly kind: 'merge'; readonly id: number; readonly by: string; readonly into: number }
  /**
   * A notifier's conditional write that makes these pages its own to send: of steps that fall due, of earlier steps whose second page
   * falls due, and of people whom somebody asked to help.
   */
  | {
      readonly kind: 'claim';
      readonly id: number;
      readonly run: number;
      readonly steps: readonly number[];
      readonly later: readonly number[];
      readonly asked: readonly string[];
    };

export type State = 'OPEN' | 'CLAIMED' | 'RESOLVED';

/** An incident as an answer shows it, as far as it is looked at. */
export interface Seen {
  readonly version: number;
  readonly state: State;
  readonly count: number;
  readonly claimedBy: string | null;
  readonly resolvedBy: string | null;
  readonly snoozedUntil: number | null;
  readonly assignedTo: string | null;
  readonly priority: string | null;
  readonly run: number;
  /** Steps of the run whose pages have been planned. */
  readonly stepsDone: number;
  readonly mergedInto: number | null;
  readonly mergedFrom: readonly number[];
}

export type Answer =
  | { readonly kind: 'created' | 'shown'; readonly id: number; readonly seen: Seen }
  | {
      readonly kind: 'refused';
      readonly code: 'illegal_transition' | 'stale_version';
      readonly state: State;
      readonly version: number;
    }
  | { readonly kind: 'superseded'; readonly by: number }
  | { readonly kind: 'not found' }
  /** The other incident of a merge is not there, or resolved. */
  | { readonly kind: 'no such target' }
  /** A sender's change found no open incident. */
  | { readonly kind: 'ignored' }
  /** Try again: by contract without any effect. */
  | { readonly kind: 'unavailable' }
  | { readonly kind: 'claimed'; readonly version: number };

/** True when the caller was told that the call has succeeded. */
export function succeeded(answer: Answer | undefined): answer is Extract<Answer, { id: number }> {
  return answer?.kind === 'created' || answer?.kind === 'shown';
}
