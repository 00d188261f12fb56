import { type DynamoDBDocumentClient, PutCommand } from '@aws-sdk/lib-dynamodb';
import type { Rows } from '../../core/config/projection.ts';
import type { Service } from '../../core/service.ts';
import { conditionFailed } from './items.ts';

/** Rows written at once: well below what a new on-demand table takes, and fast enough for thousands of rows. */
const AT_ONCE = 16;

export interface ConfigRowStore {
  /**
   * Writes and removes rows on behalf of a revision. A row that a later revision has written is left alone, so an overtaken
   * projection does no harm, and the same one twice is one.
   */
  project(revision: number, put: Rows, remove: Rows): Promise<void>;
}

export function createConfigRowStore(
  db: DynamoDBDocumentClient,
  tables: { readonly service: string; readonly oncallCalendar: string },
): ConfigRowStore {
  const guard = {
    ConditionExpression: 'attribute_not_exists(revision) OR revision <= :revision',
  };

  async function unlessLater(write: Promise<unknown>): Promise<void> {
    try {
      await write;
    } catch (error) {
      if (!conditionFailed(error)) throw error;
    }
  }

  return {
    async project(revision, put, remove) {
      const ExpressionAttributeValues = { ':revision': revision };
      const write = (TableName: string, row: object) => () =>
        unlessLater(
          db.send(new PutCommand({ TableName, Item: { ...row, revision }, ...guard, ExpressionAttributeValues })),
        );
      // A removed row stays as a mark: were it gone, a belated writer of the revision before could bring it back.
      const drop = (TableName: string, key: object) => write(TableName, { ...key, removed: true });
      const work = [
        ...put.services.map((row) => write(tables.service, serviceRow(row))),
        ...put.calendar.map((row) => write(tables.oncallCalendar, row)),
        ...remove.services.map(({ serviceId }) => drop(tables.service, { serviceId })),
        ...remove.calendar.map(({ teamname, day }) => drop(tables.oncallCalendar, { teamname, day })),
      ];
      for (let at = 0; at < work.length; at += AT_ONCE)
        await Promise.all(work.slice(at, at + AT_ONCE).map((task) => task()));
    },
  };
}

/** The columns that people look at, and the whole service for the code. */
export function serviceRow(service: Service): object {
  const { serviceId, team, timeZone } = service;
  return { serviceId, ...(team === undefined ? {} : { team }), timeZone, definition: JSON.stringify(service) };
}
