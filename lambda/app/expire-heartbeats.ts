import { severityOfPriority } from '../../core/event.ts';
import { expired, expiryKey, type Heartbeat, isOverdue, lookedAfter } from '../../core/heartbeat.ts';
import { toIso } from '../../core/time.ts';
import { type CreateDeps, createAlert } from './opsgenie/create-alert.ts';
import { type HeartbeatDeps, resolveExpiry } from './opsgenie/heartbeats.ts';

export interface ExpireDeps extends CreateDeps, HeartbeatDeps {
  now(): number;
}

/** What is left is the next sweep's, a minute later. */
const MOST_PER_SWEEP = 200;
const AT_ONCE = 10;

export interface Expiries {
  readonly expired: number;
  readonly failed: number;
}

/**
 * Pages for the heartbeats that have not been pinged for their interval; to be called once a minute. Order of writes, each repeated by
 * the next sweep when this one dies after it: expired, but still due (from then on a ping resolves); the incident, which the dedup
 * key keeps one; not due any more. One heartbeat's failure does not stop the others.
 */
export async function expireHeartbeats(deps: ExpireDeps): Promise<Expiries> {
  const due = await deps.heartbeats.due(deps.now(), MOST_PER_SWEEP);
  let count = 0;
  let failed = 0;
  for (let at = 0; at < due.length; at += AT_ONCE) {
    const batch = due.slice(at, at + AT_ONCE);
    const results = await Promise.allSettled(batch.map(({ service, name }) => expire(deps, service, name)));
    for (const [i, result] of results.entries()) {
      if (result.status === 'fulfilled') count += result.value ? 1 : 0;
      else {
        failed += 1;
        deps.log.error('heartbeat not looked after', { ...batch[i], error: String(result.reason) });
      }
    }
  }
  return { expired: count, failed };
}

/** The index lags behind the table, so the item itself is asked again. A conflict leaves it to the next sweep. */
async function expire(deps: ExpireDeps, service: string, name: string): Promise<boolean> {
  const stored = await deps.heartbeats.get(service, name);
  if (!stored || !isOverdue(stored.heartbeat, deps.now())) return false;
  const { heartbeat } = stored;
  if (!heartbeat.expired && !(await deps.heartbeats.replace(stored, expired(heartbeat)))) return false;
  await raise(deps, heartbeat);
  const now = await deps.heartbeats.get(service, name);
  // A ping in between found nothing to resolve yet.
  if (!now?.heartbeat.expired) await resolveExpiry(deps, heartbeat, `Heartbeat ${name} is back.`);
  else if (!(await deps.heartbeats.replace(now, lookedAfter(now.heartbeat)))) {
    const after = await deps.heartbeats.get(service, name);
    if (!after?.heartbeat.expired) await resolveExpiry(deps, heartbeat, `Heartbeat ${name} is back.`);
  }
  return true;
}

async function raise(deps: ExpireDeps, heartbeat: Heartbeat): Promise<void> {
  const { service, name, integration, alertMessage, alertTags, alertPriority, ownerTeam, lastPingAt } = heartbeat;
  const every = `${heartbeat.interval} ${heartbeat.intervalUnit}`;
  const last = lastPingAt === undefined ? 'It was never pinged' : `Its last ping was at ${toIso(lastPingAt)}`;
  const description = [heartbeat.description, `${last}; one is expected every ${every}.`].filter(Boolean).join('\n\n');
  const details = { heartbeat: name, ...(lastPingAt === undefined ? {} : { lastPing: toIso(lastPingAt) }) };
  const responders = ownerTeam ? [{ type: 'team' as const, ...ownerTeam }] : [];
  const origin = { integrationId: integration.id, name: integration.name, kind: 'opsgenie' as const, service };
  await createAlert(
    deps,
    origin,
    {
      message: alertMessage,
      alias: expiryKey(name),
      description,
      responders,
      visibleTo: [],
      actions: [],
      tags: alertTags,
      details,
      entity: name,
      source: 'heartbeat',
      priority: alertPriority,
    },
    {
      action: 'trigger',
      dedupKey: expiryKey(name),
      priority: alertPriority,
      severity: severityOfPriority(alertPriority),
      title: alertMessage,
      message: description,
      details,
      links: [],
      images: [],
      source: `heartbeat ${name}`,
      detectedAt: deps.now(),
    },
  );
}
