import type { TABLES, TableName } from '../lambda/data/keys.ts';
import type { HandlerName } from './handlers.ts';

type ItemAction = 'GetItem' | 'BatchGetItem' | 'Query' | 'PutItem' | 'UpdateItem' | 'DeleteItem' | 'BatchWriteItem';
type IndexOf<T extends TableName> = (typeof TABLES)[T]['indexes'][number]['name'];

/** What one function may do with one table: actions on its items, and the indexes it may query. */
export interface TablePermission<T extends TableName = TableName> {
  readonly items: readonly ItemAction[];
  readonly query?: readonly IndexOf<T>[];
}

export type TablePermissions = { readonly [T in TableName]?: TablePermission<T> };

export interface Permission {
  readonly tables: TablePermissions;
  /** Start a workflow of the escalation state machine. */
  readonly startsWorkflows: boolean;
  /** Send mail as the sender address, through the configuration set. */
  readonly sendsMail: boolean;
}

/** What each function may do: the one place to change when a handler needs more, or less. Logs and traces come with every function. */
export const PERMISSIONS: Readonly<Record<HandlerName, Permission>> = {
  processor: {
    tables: {
      Incident: {
        items: ['GetItem', 'BatchGetItem', 'PutItem', 'UpdateItem'],
        query: ['open', 'history', 'service', 'team'],
      },
      Service: { items: ['GetItem', 'PutItem', 'DeleteItem'] },
      OncallCalendar: { items: ['GetItem', 'PutItem', 'DeleteItem'] },
      Config: { items: ['GetItem', 'BatchGetItem', 'PutItem', 'UpdateItem', 'DeleteItem'] },
      Timeline: { items: ['Query', 'PutItem', 'BatchWriteItem'] },
      Dedup: { items: ['GetItem', 'PutItem', 'UpdateItem'] },
    },
    startsWorkflows: true,
    sendsMail: false,
  },
  notifier: {
    tables: {
      Incident: { items: ['GetItem', 'BatchGetItem', 'UpdateItem'] },
      OncallCalendar: { items: ['GetItem', 'BatchGetItem'] },
      Config: { items: ['GetItem', 'BatchGetItem', 'PutItem'] },
      Timeline: { items: ['PutItem', 'BatchWriteItem'] },
    },
    startsWorkflows: false,
    sendsMail: true,
  },
  /** The notifier's work, plus finding what is overdue and finishing a configuration that was applied by half. */
  reconciler: {
    tables: {
      Incident: { items: ['GetItem', 'BatchGetItem', 'UpdateItem'], query: ['due'] },
      Service: { items: ['GetItem', 'PutItem', 'DeleteItem'] },
      OncallCalendar: { items: ['GetItem', 'BatchGetItem', 'PutItem', 'DeleteItem'] },
      Config: { items: ['GetItem', 'BatchGetItem', 'PutItem', 'UpdateItem', 'DeleteItem'] },
      Timeline: { items: ['PutItem', 'BatchWriteItem'] },
    },
    startsWorkflows: true,
    sendsMail: true,
  },
  mailEvents: {
    tables: {
      Incident: { items: ['GetItem', 'UpdateItem'] },
      Timeline: { items: ['PutItem', 'BatchWriteItem'] },
    },
    startsWorkflows: true,
    sendsMail: false,
  },
};
