import { createHash } from 'node:crypto';

/**
 * Every key and index of every table, and the access patterns they serve. `lib/tables.ts` makes the tables from this, the
 * contract suite makes the same ones locally.
 *
 * | # | access pattern                                  | table / index           | key                                      |
 * |---|-------------------------------------------------|-------------------------|------------------------------------------|
 * | 1 | an incident by number                           | Incident                | incidentId                               |
 * | 2 | unresolved incidents, newest first              | Incident / open         | openShard = 0..3, createdKey desc        |
 * | 3 | incidents whose next action is overdue          | Incident / due          | dueShard = 0..3, dueAt < t               |
 * | 4 | incidents of a time span, newest first          | Incident / history      | monthShard = YYYY-MM#0..3, createdKey    |
 * | 5 | incidents of a service, newest first            | Incident / service      | service, createdKey desc                 |
 * | 6 | incidents of a team, newest first               | Incident / team         | team, createdKey desc                    |
 * | 7 | a service and its frozen-to-be policy           | Service                 | serviceId                                |
 * | 8 | who is on call for a team on a local day        | OncallCalendar          | teamname, day (YYYY-MM-DD or `default`)  |
 * | 9 | the incident counter                            | Config                  | configkey = incidentId                   |
 * |10 | the signing secrets of links                    | Config                  | configkey = linkSecrets                  |
 * |11 | the configuration's head and its revisions      | Config                  | configkey = config, config#<revision>    |
 * |12 | older timeline entries of an incident           | Timeline                | incidentId, seq                          |
 * |13 | the open incident of a dedup key                | Dedup                   | dedupId = <service>#<dedup key>          |
 * |14 | the open incident of a group of events           | Dedup                   | dedupId = #group#<service>#<values>      |
 * |15 | a hand-off notice that has been sent              | Config                  | configkey = handoff#<id>, expires        |
 * |16 | the integration of a key                          | Integration             | keyHash = SHA-256 of the key             |
 * |17 | the integrations, and the keys of one             | Integration/integration | collection, integrationId                |
 * |18 | an event too large for its incident               | Payload                 | payloadId, part                          |
 * |19 | the changes of a service on a UTC day             | Payload                 | payloadId = changes#<service>#<day>, part |
 * |20 | a heartbeat, and those of a service                | Heartbeat               | service, name                            |
 * |21 | heartbeats whose interval is over                 | Heartbeat / due         | dueShard = 0, dueAt <= t                 |
 * |22 | the open incident of a routed integration's alias | Dedup                   | dedupId = #alias#<integrationId>#<alias> |
 *
 * 2, 3 and 4 are sparse: the attribute is absent when the incident is resolved, nothing is owed, or it is a canary. 17 leaves out the
 * canary's keys. Lists never scan.
 */

export type KeyType = 'S' | 'N';

export interface KeyDefinition {
  readonly name: string;
  readonly type: KeyType;
}

export interface IndexDefinition {
  readonly name: string;
  readonly partitionKey: KeyDefinition;
  readonly sortKey: KeyDefinition;
  /** Attributes copied into the index besides the keys; a list page reads the full items by number. */
  readonly include: readonly string[];
}

export interface TableDefinition {
  readonly partitionKey: KeyDefinition;
  readonly sortKey?: KeyDefinition;
  readonly indexes: readonly IndexDefinition[];
  /** Attribute holding an expiry in epoch seconds. Only tidies up: nothing here relies on an item being gone. */
  readonly timeToLive?: string;
}

const incidentId: KeyDefinition = { name: 'incidentId', type: 'N' };
/** Creation time and number in one text that sorts by time and is unique, so that a list can continue exactly where it stopped. */
const byCreation: KeyDefinition = { name: 'createdKey', type: 'S' };
/** What the list filters look at, so that a filtered-out incident is never read in full. */
const filterable = ['state', 'severity', 'service', 'team'] as const;

function filterableBut(name: string): readonly string[] {
  return filterable.filter((attribute) => attribute !== name);
}

export const TABLES = {
  Incident: {
    partitionKey: incidentId,
    indexes: [
      { name: 'open', partitionKey: { name: 'openShard', type: 'N' }, sortKey: byCreation, include: filterable },
      {
        name: 'due',
        partitionKey: { name: 'dueShard', type: 'N' },
        sortKey: { name: 'dueAt', type: 'N' },
        include: [],
      },
      { name: 'history', partitionKey: { name: 'monthShard', type: 'S' }, sortKey: byCreation, include: filterable },
      {
        name: 'service',
        partitionKey: { name: 'service', type: 'S' },
        sortKey: byCreation,
        include: filterableBut('service'),
      },
      { name: 'team', partitionKey: { name: 'team', type: 'S' }, sortKey: byCreation, include: filterableBut('team') },
    ],
  },
  Service: { partitionKey: { name: 'serviceId', type: 'S' }, indexes: [] },
  OncallCalendar: {
    partitionKey: { name: 'teamname', type: 'S' },
    sortKey: { name: 'day', type: 'S' },
    indexes: [],
  },
  Config: { partitionKey: { name: 'configkey', type: 'S' }, indexes: [], timeToLive: 'expiresAt' },
  Timeline: { partitionKey: incidentId, sortKey: { name: 'seq', type: 'N' }, indexes: [] },
  Dedup: { partitionKey: { name: 'dedupId', type: 'S' }, indexes: [] },
  Integration: {
    partitionKey: { name: 'keyHash', type: 'S' },
    indexes: [
      // One partition: it is written when a key is made, and never when one is used.
      {
        name: 'integration',
        partitionKey: { name: 'collection', type: 'S' },
        sortKey: { name: 'integrationId', type: 'S' },
        include: [],
      },
    ],
    timeToLive: 'expiresAt',
  },
  Heartbeat: {
    partitionKey: { name: 'service', type: 'S' },
    sortKey: { name: 'name', type: 'S' },
    indexes: [
      {
        name: 'due',
        partitionKey: { name: 'dueShard', type: 'N' },
        sortKey: { name: 'dueAt', type: 'N' },
        include: [],
      },
    ],
  },
  Payload: {
    partitionKey: { name: 'payloadId', type: 'S' },
    sortKey: { name: 'part', type: 'N' },
    indexes: [],
    timeToLive: 'expiresAt',
  },
} as const satisfies Record<string, TableDefinition>;

export type TableName = keyof typeof TABLES;

/** Spreads the hot partitions of the three time-ordered indexes. Readers ask all shards and merge. */
export const SHARDS = [0, 1, 2, 3] as const;

export function shardOf(id: number): number {
  return id % SHARDS.length;
}

/** The history partition of an instant: one per UTC month and shard. */
export function monthShard(month: string, shard: number): string {
  return `${month}#${shard}`;
}

/** `2026-11-21T03:04:05.678Z#000000010000` */
export function createdKey(createdAt: number, incidentId: number): string {
  return `${new Date(createdAt).toISOString()}#${String(incidentId).padStart(12, '0')}`;
}

export function dedupId(service: string, dedupKey: string): string {
  return fitted(`${service}#${dedupKey}`);
}

/** The lock of a group of events. Service ids do not begin with `#`, so it never meets a dedup key's. */
export function groupId(service: string, key: string): string {
  return fitted(`#group#${service}#${key}`);
}

/** Where an alias of a routed integration went, whose service only the sender's first event names. */
export function aliasId(integrationId: string, alias: string): string {
  return fitted(`#alias#${integrationId}#${alias}`);
}

/** DynamoDB takes no more in a partition key. */
const MOST_KEY_BYTES = 2_048;
const READABLE_CHARACTERS = 200;

/** An id that fits: itself, or when it is too long its beginning and its SHA-256, so that two long ones stay two. */
function fitted(id: string): string {
  if (Buffer.byteLength(id) <= MOST_KEY_BYTES) return id;
  const beginning = id.slice(0, READABLE_CHARACTERS).toWellFormed();
  return `${beginning}~${createHash('sha256').update(id).digest('hex')}`;
}

/** The first incident is 10000: the counter starts one below. */
export const COUNTER_START = 9_999;

export const CONFIG_KEYS = { counter: 'incidentId', linkSecrets: 'linkSecrets', head: 'config' } as const;

/** The row of a team's calendar that counts on days without a row of their own. */
export const DEFAULT_DAY = 'default';
