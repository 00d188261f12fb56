import { BatchGetCommand, type DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import type { Incident } from '../../core/incident.ts';
import type { CalendarDay } from '../../core/oncall.ts';
import { NOBODY, type People } from '../../core/people.ts';
import { type EpochMs, localDay } from '../../core/time.ts';
import { readDay } from './calendar.ts';
import type { CurrentConfig } from './current-config.ts';
import { toIncident } from './incidents.ts';
import { CONFIG_KEYS, DEFAULT_DAY } from './keys.ts';
import { type LinkSecret, readSecrets } from './link-secrets.ts';

/** What the notifier reads at once, strongly consistent: one call, and one more after the configuration has changed. */
export interface PagingFacts {
  readonly incident?: Incident;
  readonly calendar: Record<string, CalendarDay>;
  readonly people: People;
  /** Why `people` is empty although there is a configuration: it cannot be read. The page goes to the fallback contact then. */
  readonly configFault?: string;
  readonly secrets: readonly LinkSecret[];
}

export interface PagingStore {
  load(incidentId: number, team: string | undefined, timeZone: string, now: EpochMs): Promise<PagingFacts>;
}

export interface PagingTables {
  readonly incident: string;
  readonly oncallCalendar: string;
  readonly config: string;
}

export function createPagingStore(
  db: DynamoDBDocumentClient,
  tables: PagingTables,
  config: Pick<CurrentConfig, 'at'>,
): PagingStore {
  /** An incident must page although its configuration is damaged: with nobody known, that is the fallback contact. */
  async function peopleAt(revision: number): Promise<Pick<PagingFacts, 'people' | 'configFault'>> {
    try {
      return { people: (await config.at(revision)).people };
    } catch (error) {
      return { people: NOBODY, configFault: String(error) };
    }
  }

  return {
    async load(incidentId, team, timeZone, now) {
      const days = team ? [localDay(now, timeZone), DEFAULT_DAY] : [];
      let wanted: Record<string, { Keys: Record<string, unknown>[]; ConsistentRead: boolean }> = {
        [tables.incident]: { Keys: [{ incidentId }], ConsistentRead: true },
        [tables.config]: {
          Keys: [{ configkey: CONFIG_KEYS.linkSecrets }, { configkey: CONFIG_KEYS.head }],
          ConsistentRead: true,
        },
        ...(team && {
          [tables.oncallCalendar]: { Keys: days.map((day) => ({ teamname: team, day })), ConsistentRead: true },
        }),
      };
      let incident: Incident | undefined;
      let secrets: readonly LinkSecret[] = [];
      let revision = 0;
      const calendar: Record<string, CalendarDay> = {};
      for (let attempt = 0; Object.keys(wanted).length > 0; attempt++) {
        if (attempt > 4) throw new Error('DynamoDB left keys of the paging read unprocessed five times');
        const { Responses = {}, UnprocessedKeys } = await db.send(new BatchGetCommand({ RequestItems: wanted }));
        for (const item of Responses[tables.incident] ?? []) incident = toIncident(item);
        for (const item of Responses[tables.config] ?? []) {
          if (item.configkey === CONFIG_KEYS.head) revision = Number(item.revision);
          else secrets = readSecrets(item);
        }
        for (const row of Responses[tables.oncallCalendar] ?? []) {
          if (row.removed !== true) calendar[String(row.day)] = readDay(row);
        }
        wanted = (UnprocessedKeys ?? {}) as typeof wanted;
      }
      const known = await peopleAt(revision);
      return { ...(incident ? { incident } : {}), calendar, secrets, ...known };
    },
  };
}
