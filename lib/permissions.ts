import type { TABLES, TableName } from '../lambda/data/keys.ts';
import type { HandlerName, OptionalHandlerName } from './handlers.ts';

/** No Scan and no DeleteItem: lists read indexes, and what is removed stays as a mark. */
type ItemAction = 'GetItem' | 'BatchGetItem' | 'Query' | 'PutItem' | 'UpdateItem' | 'BatchWriteItem';
type IndexOf<T extends TableName> = (typeof TABLES)[T]['indexes'][number]['name'];

/** What one function may do with one table: actions on its items, and the indexes it may query. */
export interface TablePermission<T extends TableName = TableName> {
  readonly items: readonly ItemAction[];
  readonly query?: readonly IndexOf<T>[];
}

export type TablePermissions = { readonly [T in TableName]?: TablePermission<T> };

/** Facts about the deployment that carry no permission. */
export type Setting =
  | 'publicUrl'
  | 'fallbackEmail'
  | 'adminKeyId'
  | 'sendKeyId'
  | 'readKeyId'
  | 'senderEmail'
  | 'alarmService'
  | 'canaryAddress';

export interface Permission {
  readonly tables: TablePermissions;
  /** Start a workflow of the escalation state machine. */
  readonly startsWorkflows: boolean;
  /** Send mail as the sender address, through the configuration set. */
  readonly sendsMail: boolean;
  readonly knows: readonly Setting[];
}

/**
 * What each function may do, and is told: the one place to change when a handler needs more, or less. Its log group and X-Ray come
 * with every function.
 */
export const PERMISSIONS: Readonly<Record<HandlerName | OptionalHandlerName, Permission>> = {
  processor: {
    tables: {
      Incident: {
        items: ['GetItem', 'BatchGetItem', 'PutItem', 'UpdateItem'],
        query: ['open', 'history', 'service', 'team'],
      },
      Service: { items: ['GetItem', 'PutItem'] },
      OncallCalendar: { items: ['BatchGetItem', 'PutItem'] },
      // The counter is updated, the configuration and the secrets of links are put.
      Config: { items: ['GetItem', 'PutItem', 'UpdateItem'] },
      Timeline: { items: ['Query', 'BatchWriteItem'] },
      Dedup: { items: ['GetItem', 'UpdateItem'] },
      Integration: { items: ['BatchGetItem', 'PutItem', 'UpdateItem'], query: ['integration'] },
      Payload: { items: ['Query'] },
    },
    startsWorkflows: true,
    sendsMail: false,
    knows: ['publicUrl', 'fallbackEmail', 'adminKeyId', 'sendKeyId', 'readKeyId'],
  },
  /** Events become incidents, and change them; the Opsgenie API also lists them and looks people up. */
  ingest: {
    tables: {
      Incident: {
        items: ['GetItem', 'BatchGetItem', 'PutItem', 'UpdateItem'],
        query: ['open', 'history', 'service'],
      },
      Service: { items: ['GetItem'] },
      OncallCalendar: { items: ['BatchGetItem'] },
      // The counter is updated, the configuration is read.
      Config: { items: ['GetItem', 'UpdateItem'] },
      Timeline: { items: ['Query', 'BatchWriteItem'] },
      Heartbeat: { items: ['GetItem', 'Query', 'PutItem', 'UpdateItem'] },
      Dedup: { items: ['GetItem', 'UpdateItem'] },
      Integration: { items: ['GetItem', 'UpdateItem'] },
      Payload: { items: ['PutItem'] },
    },
    startsWorkflows: true,
    sendsMail: false,
    knows: ['publicUrl', 'fallbackEmail', 'senderEmail', 'alarmService'],
  },
  notifier: {
    tables: {
      Incident: { items: ['GetItem', 'BatchGetItem', 'UpdateItem'] },
      OncallCalendar: { items: ['BatchGetItem'] },
      Config: { items: ['GetItem', 'BatchGetItem', 'PutItem'] },
      Timeline: { items: ['BatchWriteItem'] },
    },
    startsWorkflows: false,
    sendsMail: true,
    knows: ['publicUrl', 'fallbackEmail'],
  },
  /** The notifier's work, plus finding what is overdue, paging for heartbeats and finishing a configuration that was applied by half. */
  reconciler: {
    tables: {
      Incident: { items: ['GetItem', 'BatchGetItem', 'PutItem', 'UpdateItem'], query: ['due'] },
      Service: { items: ['GetItem', 'PutItem'] },
      OncallCalendar: { items: ['BatchGetItem', 'PutItem'] },
      Config: { items: ['GetItem', 'BatchGetItem', 'PutItem', 'UpdateItem'] },
      Timeline: { items: ['BatchWriteItem'] },
      Dedup: { items: ['GetItem', 'UpdateItem'] },
      Heartbeat: { items: ['GetItem', 'PutItem'], query: ['due'] },
    },
    startsWorkflows: true,
    sendsMail: true,
    knows: ['publicUrl', 'fallbackEmail'],
  },
  mailEvents: {
    tables: {
      Incident: { items: ['GetItem', 'UpdateItem'] },
      Timeline: { items: ['BatchWriteItem'] },
    },
    startsWorkflows: true,
    sendsMail: false,
    knows: ['fallbackEmail'],
  },
  /** Its own service and keys of a few minutes; the rest it does by the API, as any sender. */
  canary: {
    tables: {
      Incident: { items: ['GetItem'] },
      Service: { items: ['PutItem'] },
      Integration: { items: ['PutItem'] },
    },
    startsWorkflows: false,
    sendsMail: false,
    knows: ['publicUrl', 'canaryAddress'],
  },
};
