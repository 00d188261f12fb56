import { type Delivery, dueTime } from './delivery.ts';
import type { Incident } from './incident.ts';
import { cancelPending, startRun } from './run.ts';
import { type EpochMs, MINUTE_MS, toIso } from './time.ts';
import { record } from './timeline.ts';

/** Something that happens to an incident by itself when its time has come. */
export interface Timer {
  readonly kind: 'auto resolve' | 'acknowledgement timeout' | 'snooze over' | 'merge owed';
  readonly at: EpochMs;
}

/**
 * The timers that run in the incident's present state. An incident resolves itself only so long after paging began, lest one that
 * was held back or re-opened ends before anybody was paged; and not while it is snoozed, for somebody asked to be paged again.
 */
export function timers(incident: Incident): Timer[] {
  const { settings, state, claimedAt, snoozedUntil, escalation } = incident;
  if (incident.mergeOwed) return [{ kind: 'merge owed', at: incident.updatedAt }];
  if (state === 'RESOLVED') return [];
  if (state === 'CLAIMED' && snoozedUntil !== undefined) return [{ kind: 'snooze over', at: snoozedUntil }];
  const running: Timer[] = [];
  if (settings.autoResolveMs !== undefined)
    running.push({ kind: 'auto resolve', at: escalation.beganAt + settings.autoResolveMs });
  if (state === 'CLAIMED' && settings.acknowledgementTimeoutMs !== undefined && claimedAt !== undefined) {
    running.push({ kind: 'acknowledgement timeout', at: claimedAt + settings.acknowledgementTimeoutMs });
  }
  return running;
}

/** What the first timer that has run out does; undefined while none has. */
export function expire(incident: Incident, now: EpochMs): { incident: Incident; reason: string } | undefined {
  const due = timers(incident)
    .filter((timer) => timer.at <= now)
    .sort((a, b) => a.at - b.at)[0];
  switch (due?.kind) {
    case 'auto resolve': {
      const minutes = Math.round((incident.settings.autoResolveMs ?? 0) / MINUTE_MS);
      const text = `Resolved by itself: open for ${minutes} min.`;
      return { incident: resolve(incident, 'inresponse', now, text), reason: due.kind };
    }
    case 'acknowledgement timeout': {
      const text = `${incident.claimedBy ?? 'Somebody'} acknowledged at ${toIso(incident.claimedAt ?? due.at)} and did not resolve it in time; paging starts anew.`;
      return { incident: rerun(incident, 'timed_out', 'inresponse', now, text), reason: due.kind };
    }
    case 'snooze over':
      return {
        incident: rerun(incident, 'timed_out', 'inresponse', now, 'The snooze is over; paging starts anew.'),
        reason: due.kind,
      };
    default:
      return undefined;
  }
}

export function resolve(incident: Incident, by: string, now: EpochMs, text = `Resolved by ${by}.`): Incident {
  const { snoozedUntil: _s, ...rest } = incident;
  const resolved: Incident = { ...rest, state: 'RESOLVED', resolvedAt: now, resolvedBy: by };
  return record(cancelPending(resolved), now, { kind: 'resolved', by, text });
}

/** OPEN, and paging from the first step of the policy: a new run. The generation is the caller's to raise. */
export function rerun(
  incident: Incident,
  kind: 'reopened' | 'timed_out' | 'repeated' | 'assigned',
  by: string,
  now: EpochMs,
  text: string,
): Incident {
  const {
    claimedAt: _a,
    claimedBy: _b,
    resolvedAt: _c,
    resolvedBy: _d,
    snoozedUntil: _e,
    mergedInto: _f,
    mergeOwed: _g,
    ...rest
  } = incident;
  const { policy, timeZone, run, deliverySeq } = incident.escalation;
  const fresh = startRun(policy, timeZone, run + 1, now, deliverySeq);
  const opened: Incident = { ...rest, state: 'OPEN', escalation: { ...fresh, deliveries: stillAsked(incident) } };
  return record(opened, now, { kind, by, text });
}

/** Pages that somebody asked for by hand and that have not come to an end: a new run has no step that would send them. */
function stillAsked({ state, escalation }: Incident): readonly Delivery[] {
  if (state === 'RESOLVED') return [];
  return escalation.deliveries.filter((d) => d.asked && dueTime(d) !== undefined);
}
