import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { afterAll, afterEach, beforeAll, beforeEach, describe } from '@jest/globals';
import { createCalendarStore } from '../../lambda/data/calendar.ts';
import { createConfigStore } from '../../lambda/data/config.ts';
import { createConfigRowStore } from '../../lambda/data/config-rows.ts';
import { createIncidentCounter } from '../../lambda/data/counter.ts';
import { createCurrentConfig } from '../../lambda/data/current-config.ts';
import { createDedupStore } from '../../lambda/data/dedup.ts';
import { createIncidentLists } from '../../lambda/data/incident-lists.ts';
import { createIncidentStore } from '../../lambda/data/incidents.ts';
import { createLinkSecretStore } from '../../lambda/data/link-secrets.ts';
import { createNoticeStore } from '../../lambda/data/notices.ts';
import { createPagingStore, type PagingTables } from '../../lambda/data/paging.ts';
import { createServiceStore } from '../../lambda/data/services.ts';
import { createTimelineStore } from '../../lambda/data/timeline.ts';
import { createTables, deleteTables, type NamedTables } from '../support/tables.ts';
import { calendarContract } from './calendar-contract.ts';
import { configContract } from './config-contract.ts';
import { incidentContract } from './incident-contract.ts';
import { listContract } from './list-contract.ts';
import { lockContract } from './lock-contract.ts';
import { noticeContract } from './notice-contract.ts';
import { pagingContract } from './paging-contract.ts';
import { timelineContract } from './timeline-contract.ts';

/** A running implementation of DynamoDB. */
export interface Database {
  readonly client: DynamoDBClient;
  stop(): Promise<void>;
}

/** Every store on empty tables. */
export type Stores = ReturnType<typeof makeStores>;

function makeStores(client: DynamoDBClient, tables: NamedTables) {
  const db = DynamoDBDocumentClient.from(client, { marshallOptions: { removeUndefinedValues: true } });
  const timeline = createTimelineStore(db, tables.Timeline);
  const config = createConfigStore(db, tables.Config);
  return {
    db,
    tables,
    timeline,
    incidents: createIncidentStore(db, tables.Incident, timeline),
    lists: createIncidentLists(db, tables.Incident),
    counter: createIncidentCounter(db, tables.Config),
    dedup: createDedupStore(db, tables.Dedup),
    services: createServiceStore(db, tables.Service),
    config,
    calendar: createCalendarStore(db, tables.OncallCalendar),
    notices: createNoticeStore(db, tables.Config),
    configRows: createConfigRowStore(db, { service: tables.Service, oncallCalendar: tables.OncallCalendar }),
    linkSecrets: createLinkSecretStore(db, tables.Config),
    paging: createPagingStore(db, pagingTables(tables), createCurrentConfig(config)),
  };
}

export function pagingTables(tables: NamedTables): PagingTables {
  return { incident: tables.Incident, oncallCalendar: tables.OncallCalendar, config: tables.Config };
}

/** Runs every promise of the data layer against one implementation, each test on tables of its own. */
export function dataContract(name: string, start: () => Promise<Database>, runnable = true): void {
  const suite = runnable ? describe : describe.skip;
  suite(`the data layer on ${name}`, () => {
    let database: Database | undefined;
    let stores: Stores;
    let count = 0;

    beforeAll(async () => {
      database = await start();
    }, 60_000);
    afterAll(() => database?.stop());
    beforeEach(async () => {
      if (!database) throw new Error(`${name} did not start`);
      count += 1;
      stores = makeStores(database.client, await createTables(database.client, `test${count}`));
    });
    afterEach(async () => {
      if (database) await deleteTables(database.client, stores.tables);
    });

    for (const contract of [
      incidentContract,
      lockContract,
      listContract,
      timelineContract,
      configContract,
      pagingContract,
      calendarContract,
      noticeContract,
    ]) {
      contract(() => stores);
    }
  });
}
