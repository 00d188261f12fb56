import { BatchGetCommand, type DynamoDBDocumentClient, QueryCommand } from '@aws-sdk/lib-dynamodb';
import type { Incident, IncidentState, Severity } from '../../core/incident.ts';
import type { EpochMs } from '../../core/time.ts';
import { toIncident } from './incidents.ts';
import type { Item } from './items.ts';
import { createdKey, monthShard, SHARDS } from './keys.ts';

export interface IncidentFilter {
  readonly state?: IncidentState;
  readonly service?: string;
  readonly team?: string;
  readonly severity?: Severity;
  /** Creation time, both ends included. */
  readonly from: EpochMs;
  readonly to: EpochMs;
}

export interface IncidentPage {
  readonly incidents: readonly Incident[];
  /** Where the next page goes on; absent at the end. */
  readonly next?: string;
}

export interface IncidentLists {
  /** Newest first; `after` is the `next` of the page before. Each incident appears once, whatever is created meanwhile. */
  list(filter: IncidentFilter, limit: number, after?: string): Promise<IncidentPage>;
}

/** One partition of one index. A list reads one, or several and merges them. */
interface Partition {
  readonly index: string;
  readonly key: { readonly name: string; readonly value: string | number };
}

/** Months that one page looks through; what is older is for the next page. */
const MONTHS_A_PAGE = 24;

/** Groups of partitions, each group newer than the next: within a group entries are merged. */
function partitions(filter: IncidentFilter): Partition[][] {
  if (filter.service) return [[{ index: 'service', key: { name: 'service', value: filter.service } }]];
  if (filter.team) return [[{ index: 'team', key: { name: 'team', value: filter.team } }]];
  if (filter.state && filter.state !== 'RESOLVED') {
    return [SHARDS.map((shard) => ({ index: 'open', key: { name: 'openShard', value: shard } }))];
  }
  return monthsDown(filter.from, filter.to).map((month) =>
    SHARDS.map((shard) => ({ index: 'history', key: { name: 'monthShard', value: monthShard(month, shard) } })),
  );
}

function monthsDown(from: EpochMs, to: EpochMs): string[] {
  const months: string[] = [];
  const first = new Date(from).toISOString().slice(0, 7);
  const at = new Date(to);
  at.setUTCDate(1);
  for (let month = at.toISOString().slice(0, 7); month >= first; month = at.toISOString().slice(0, 7)) {
    months.push(month);
    at.setUTCMonth(at.getUTCMonth() - 1);
  }
  return months;
}

export function createIncidentLists(db: DynamoDBDocumentClient, table: string): IncidentLists {
  async function* keys(partition: Partition, filter: IncidentFilter, below: string): AsyncGenerator<Item> {
    const low = createdKey(filter.from, 0);
    if (below < low) return;
    const { conditions, names, values } = filterParts(filter, partition.key.name);
    let from: Item | undefined;
    do {
      const page = await db.send(
        new QueryCommand({
          TableName: table,
          IndexName: partition.index,
          KeyConditionExpression: '#partition = :partition AND createdKey BETWEEN :low AND :high',
          ExpressionAttributeNames: { '#partition': partition.key.name, ...names },
          ExpressionAttributeValues: {
            ':partition': partition.key.value,
            ':low': low,
            ':high': below,
            ...values,
          },
          ScanIndexForward: false,
          Limit: 200,
          ...(conditions ? { FilterExpression: conditions } : {}),
          ...(from ? { ExclusiveStartKey: from } : {}),
        }),
      );
      yield* page.Items ?? [];
      from = page.LastEvaluatedKey;
    } while (from);
  }

  async function read(ids: readonly number[]): Promise<Map<number, Incident>> {
    const found = new Map<number, Incident>();
    let wanted = ids.map((incidentId) => ({ incidentId }));
    for (let attempt = 0; wanted.length > 0; attempt++) {
      if (attempt > MOST_ATTEMPTS) throw new Error('DynamoDB kept leaving keys of a list page unprocessed');
      const { Responses, UnprocessedKeys } = await db.send(
        new BatchGetCommand({ RequestItems: { [table]: { Keys: wanted } } }),
      );
      for (const item of Responses?.[table] ?? []) found.set(Number(item.incidentId), toIncident(item));
      wanted = (UnprocessedKeys?.[table]?.Keys ?? []) as typeof wanted;
    }
    return found;
  }

  /** The incidents of as many entries as one answer may hold. */
  async function readPage(entries: readonly Entry[]): Promise<{ read: number; incidents: Incident[] }> {
    const incidents: Incident[] = [];
    let bytes = 0;
    for (let at = 0; at < entries.length; at += READ_AT_ONCE) {
      const batch = entries.slice(at, at + READ_AT_ONCE);
      const items = await read(batch.map((entry) => entry.incidentId));
      for (const [i, { incidentId }] of batch.entries()) {
        const incident = items.get(incidentId);
        if (!incident) continue;
        bytes += JSON.stringify(incident).length;
        if (bytes > MOST_BYTES && incidents.length > 0) return { read: at + i, incidents };
        incidents.push(incident);
      }
    }
    return { read: entries.length, incidents };
  }

  return {
    async list(filter, limit, after) {
      const high = after ?? `${createdKey(filter.to, 0).slice(0, 24)}$`;
      const newest = Math.min(filter.to, Date.parse(high.slice(0, 24)));
      const groups = partitions({ ...filter, to: newest });
      const entries: Entry[] = [];
      let looked = 0;
      for (const group of groups.slice(0, MONTHS_A_PAGE)) {
        const wanted = limit + 1 - entries.length;
        if (wanted <= 0) break;
        looked += 1;
        const heads = await Promise.all(group.map((p) => take(keys(p, filter, high), wanted, after)));
        const merged = heads.flat().sort((a, b) => (a.createdKey < b.createdKey ? 1 : -1));
        entries.push(...merged.slice(0, wanted));
      }
      const page = await readPage(entries.slice(0, limit));
      const incidents = page.incidents.filter((incident) => matches(incident, filter));
      const last = entries.length > page.read ? entries[page.read - 1]?.createdKey : undefined;
      const older = last ?? (looked < groups.length ? beginningOf(groups[looked - 1]) : undefined);
      return { incidents, ...(older ? { next: older } : {}) };
    },
  };
}

interface Entry {
  readonly createdKey: string;
  readonly incidentId: number;
}

/** An answer of a Lambda function may have 6 MB; the views add a little to what is stored. */
const MOST_BYTES = 3_500_000;
/** At 400 KB an item, below the 16 MB that one batch may hold. */
const READ_AT_ONCE = 25;
const MOST_ATTEMPTS = 10;

/** The position before everything of the month that a group of history partitions is for. */
function beginningOf(group: readonly Partition[] | undefined): string | undefined {
  const month = String(group?.[0]?.key.value ?? '').slice(0, 7);
  return month ? createdKey(Date.parse(`${month}-01T00:00:00.000Z`), 0) : undefined;
}

async function take(source: AsyncGenerator<Item>, most: number, after: string | undefined): Promise<Entry[]> {
  const taken: Entry[] = [];
  for await (const item of source) {
    if (item.createdKey === after) continue;
    taken.push({ createdKey: String(item.createdKey), incidentId: Number(item.incidentId) });
    if (taken.length >= most) break;
  }
  return taken;
}

/** The index may lag behind: what a reader gets is checked against what the incident is now. */
function matches(incident: Incident, filter: IncidentFilter): boolean {
  return filterable.every((name) => filter[name] === undefined || incident[name] === filter[name]);
}

const filterable = ['state', 'service', 'team', 'severity'] as const;

function filterParts(filter: IncidentFilter, partitionKey: string) {
  const used = filterable.filter((name) => filter[name] !== undefined && name !== partitionKey);
  return {
    conditions: used.map((name) => `#${name} = :${name}`).join(' AND '),
    names: Object.fromEntries(used.map((name) => [`#${name}`, name])),
    values: Object.fromEntries(used.map((name) => [`:${name}`, filter[name]])),
  };
}
