declare module 'dynalite' {
  import type { Server } from 'node:http';

  export interface Options {
    readonly path?: string;
    readonly createTableMs?: number;
    readonly updateTableMs?: number;
    readonly deleteTableMs?: number;
  }

  export default function dynalite(options?: Options): Server;
}

/** What dynalite keeps its tables with: all of them in one LevelDB. */
declare module 'dynalite/db/index.js' {
  import type { Options } from 'dynalite';

  export type Done = (error?: Error | null) => void;
  export type Operation =
    | { readonly type: 'put'; readonly key: string; readonly value: unknown }
    | { readonly type: 'del'; readonly key: string };
  export interface Root {
    put(key: string, value: unknown, done: Done): void;
    del(key: string, done: Done): void;
    batch(operations: readonly Operation[], done: Done): void;
  }
  export interface Store {
    readonly db: Root;
  }

  /** Its actions look these up at each call. */
  const db: {
    create(options: Options): Store;
    updateIndexes(store: Store, table: unknown, before: unknown, after: unknown, done: Done): void;
  };
  export default db;
}
