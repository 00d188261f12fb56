import { type DynamoDBDocumentClient, GetCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import {
  DEFAULT_ESCALATE_AFTER_SECONDS,
  DEFAULT_PAGE_AFTER_SECONDS,
  DEFAULT_SETTINGS,
  DEFAULT_URGENCY,
  type Service,
} from '../../core/service.ts';
import { isTimeZone } from '../../core/time.ts';
import { readJson } from './items.ts';

/**
 * A row that the configuration has written carries the whole service in `definition`. A row may also be put by hand, with `serviceId`
 * and `team` alone: what is missing or unusable gets its default, never an error.
 */
const row = z.object({
  serviceId: z.string(),
  team: z.string().min(1).optional().catch(undefined),
  timeZone: z.string().refine(isTimeZone).catch('UTC'),
  pageAfterSeconds: z.number().nonnegative().catch(DEFAULT_PAGE_AFTER_SECONDS),
  escalateAfterSeconds: z.number().nonnegative().catch(DEFAULT_ESCALATE_AFTER_SECONDS),
});

export interface ServiceStore {
  /** Strongly consistent; undefined when nobody has defined the service. */
  get(serviceId: string): Promise<Service | undefined>;
}

export function createServiceStore(db: DynamoDBDocumentClient, table: string): ServiceStore {
  return {
    async get(serviceId) {
      const { Item } = await db.send(new GetCommand({ TableName: table, Key: { serviceId }, ConsistentRead: true }));
      if (!Item || Item.removed === true) return undefined;
      if (typeof Item.definition === 'string')
        return readJson(Item.definition, 'the definition of a service') as Service;
      const { team, ...service } = row.parse(Item);
      return {
        ...service,
        ...(team ? { team } : {}),
        settings: DEFAULT_SETTINGS,
        grouping: { by: 'dedupKey' },
        urgency: DEFAULT_URGENCY,
        lowUrgencyOutsideHours: 'page',
        maintenance: [],
      };
    },
  };
}

/**
 * Keeps what was found for `ttlMs`: services change rarely, and a busy processor asks for the same few. A service that was not found
 * is asked for again each time, so a new one works at once.
 */
export function cacheServices(store: ServiceStore, now: () => number, ttlMs: number): ServiceStore {
  const known = new Map<string, { service: Service; until: number }>();
  return {
    async get(serviceId) {
      const hit = known.get(serviceId);
      if (hit && hit.until > now()) return hit.service;
      const service = await store.get(serviceId);
      if (service) known.set(serviceId, { service, until: now() + ttlMs });
      else known.delete(serviceId);
      return service;
    },
  };
}
