import { BatchGetCommand, type DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import type { CalendarDay } from '../../core/oncall.ts';
import type { Item } from './items.ts';
import { DEFAULT_DAY } from './keys.ts';

/** Rows of one team's calendar by day, with `default` for the days that have none. */
export type Calendar = Readonly<Record<string, CalendarDay | undefined>>;

export interface CalendarStore {
  /** The rows that there are of the given days (YYYY-MM-DD, at most 99), and the default row. Strongly consistent. */
  days(team: string, days: readonly string[]): Promise<Calendar>;
}

export function createCalendarStore(db: DynamoDBDocumentClient, table: string): CalendarStore {
  return {
    async days(team, days) {
      const keys = [...new Set([...days, DEFAULT_DAY])].map((day) => ({ teamname: team, day }));
      const found: Record<string, CalendarDay> = {};
      let wanted: Record<string, { Keys: Item[]; ConsistentRead: boolean }> = {
        [table]: { Keys: keys, ConsistentRead: true },
      };
      for (let attempt = 0; Object.keys(wanted).length > 0; attempt++) {
        if (attempt > 4) throw new Error('DynamoDB left keys of the calendar read unprocessed five times');
        const { Responses = {}, UnprocessedKeys } = await db.send(new BatchGetCommand({ RequestItems: wanted }));
        for (const row of Responses[table] ?? []) if (row.removed !== true) found[String(row.day)] = readDay(row);
        wanted = (UnprocessedKeys ?? {}) as typeof wanted;
      }
      return found;
    },
  };
}

/** A row as the configuration or a person has written it: what is not a name is as good as missing. */
export function readDay({ oncall, escalation }: Item): CalendarDay {
  return {
    ...(typeof oncall === 'string' && oncall ? { oncall } : {}),
    ...(typeof escalation === 'string' && escalation ? { escalation } : {}),
  };
}
