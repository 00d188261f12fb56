import type { Priority } from './incident.ts';
import { type EpochMs, HOUR_MS, MINUTE_MS } from './time.ts';

const UNITS = { minutes: MINUTE_MS, hours: HOUR_MS, days: 24 * HOUR_MS } as const;

/** Something that says regularly that it is alive. When it has not for its interval, it has expired, and somebody is paged. */
export interface Heartbeat {
  /** The service that it belongs to and that is paged for. With the name, its identity. */
  readonly service: string;
  readonly name: string;
  readonly description: string;
  readonly interval: number;
  readonly intervalUnit: keyof typeof UNITS;
  readonly enabled: boolean;
  readonly ownerTeam?: { readonly id?: string; readonly name?: string };
  readonly alertMessage: string;
  readonly alertTags: readonly string[];
  readonly alertPriority: Priority;
  readonly integration: { readonly id: string; readonly name: string };
  readonly createdAt: EpochMs;
  readonly lastPingAt?: EpochMs;
  readonly expired: boolean;
  /** When it expires, or when its expiry must be looked after again. Absent: disabled, never pinged, or expired and paged for. */
  readonly dueAt?: EpochMs;
}

export function intervalMs({ interval, intervalUnit }: Pick<Heartbeat, 'interval' | 'intervalUnit'>): number {
  return interval * UNITS[intervalUnit];
}

/** The dedup key of the incident that its expiry opens. */
export function expiryKey(name: string): string {
  return `heartbeat/${name}`;
}

/** A ping counts from now on; an expired one is alive again. A disabled one only remembers when. */
export function pinged(heartbeat: Heartbeat, now: EpochMs): Heartbeat {
  return withDue({ ...heartbeat, lastPingAt: now, expired: false }, now);
}

/** Enabled, its interval begins anew: whoever enables it has yet to start what pings. Disabled, it is not expired any more. */
export function switched(heartbeat: Heartbeat, enabled: boolean, now: EpochMs): Heartbeat {
  return heartbeat.enabled === enabled ? heartbeat : withDue({ ...heartbeat, enabled, expired: false }, now);
}

export type HeartbeatUpdate = Partial<
  Pick<
    Heartbeat,
    | 'description'
    | 'interval'
    | 'intervalUnit'
    | 'enabled'
    | 'ownerTeam'
    | 'alertMessage'
    | 'alertTags'
    | 'alertPriority'
  >
>;

/** With other facts. Another interval counts from the last ping. */
export function updated(heartbeat: Heartbeat, { enabled, ...facts }: HeartbeatUpdate, now: EpochMs): Heartbeat {
  const after = { ...heartbeat, ...facts };
  const retimed =
    intervalMs(after) === intervalMs(heartbeat) || after.expired ? after : withDue(after, after.lastPingAt ?? now);
  return enabled === undefined ? retimed : switched(retimed, enabled, now);
}

/** True when it should be alive and has not said so for its interval. */
export function isOverdue({ enabled, dueAt }: Heartbeat, now: EpochMs): boolean {
  return enabled && dueAt !== undefined && dueAt <= now;
}

/** Expired, but nobody may have been paged for it yet: it stays due until {@link lookedAfter}. */
export function expired(heartbeat: Heartbeat): Heartbeat {
  return { ...heartbeat, expired: true };
}

/** Its expiry has opened an incident. */
export function lookedAfter(heartbeat: Heartbeat): Heartbeat {
  const { dueAt: _dueAt, ...rest } = heartbeat;
  return rest;
}

/** A heartbeat that was never pinged does not expire. */
function withDue(heartbeat: Heartbeat, from: EpochMs): Heartbeat {
  const { dueAt: _old, ...rest } = heartbeat;
  const runs = heartbeat.enabled && heartbeat.lastPingAt !== undefined;
  return runs ? { ...rest, dueAt: from + intervalMs(heartbeat) } : rest;
}
