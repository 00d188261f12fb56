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
            ':low': createdKey(filter.from, 0),
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

  async function full(ids: readonly number[]): Promise<Map<number, Incident>> {
    const found = new Map<number, Incident>();
    let wanted = ids.map((incidentId) => ({ incidentId }));
    for (let attempt = 0; wanted.length > 0; attempt++) {
      if (attempt > 4) throw new Error('DynamoDB left keys of a list page unprocessed five times');
      const { Responses, UnprocessedKeys } = await db.send(
        new BatchGetCommand({ RequestItems: { [table]: { Keys: wanted } } }),
      );
      for (const item of Responses?.[table] ?? []) found.set(Number(item.incidentId), toIncident(item));
      wanted = (UnprocessedKeys?.[table]?.Keys ?? []) as typeof wanted;
    }
    return found;
  }

  return {
    async list(filter, limit, after) {
      const high = after ?? `${createdKey(filter.to, 0).slice(0, 24)}$`;
      const entries: { createdKey: string; incidentId: number }[] = [];
      for (const group of partitions(filter)) {
        const wanted = limit + 1 - entries.length;
        if (wanted <= 0) break;
        const heads = await Promise.all(group.map((p) => take(keys(p, filter, high), wanted, after)));
        entries.push(
          ...heads
            .flat()
            .sort((a, b) => (a.createdKey < b.createdKey ? 1 : -1))
            .slice(0, wanted),
        );
      }
      const page = entries.slice(0, limit);
      const items = await full(page.map((entry) => entry.incidentId));
      const incidents = page
        .map((entry) => items.get(entry.incidentId))
        .filter((i) => i !== undefined && matches(i, filter));
      const last = entries.length > limit ? page.at(-1) : undefined;
      return { incidents: incidents as Incident[], ...(last ? { next: last.createdKey } : {}) };
    },
  };
}

async function take(source: AsyncGenerator<Item>, most: number, after: string | undefined) {
  const taken: { createdKey: string; incidentId: number }[] = [];
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
