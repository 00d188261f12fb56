import type { Server } from 'node:http';
import dynalite, { type Options } from 'dynalite';
import db, { type Done, type Operation, type Root } from 'dynalite/db/index.js';

/*
 * dynalite writes the index rows of an item one by one, and then the item. A process that dies in between would leave an item that no
 * index shows, as DynamoDB never does. Here the rows wait until dynalite writes the item, which it does in the same turn, under the lock
 * of the item; then all of it is one batch, which LevelDB writes whole or not at all.
 */
let holdBack = false;
let rows: Operation[] = [];

const { create, updateIndexes } = db;

db.create = (options) => {
  const store = create(options);
  const { put, del, batch } = store.db;
  const write = (operation: Operation, alone: (done: Done) => void, done: Done) => {
    if (!holdBack && rows.length === 0) return alone(done);
    rows.push(operation);
    if (holdBack) return done();
    const whole = rows;
    rows = [];
    batch(whole, done);
  };
  const root: Pick<Root, 'put' | 'del'> = {
    put: (key, value, done) => write({ type: 'put', key, value }, (then) => put(key, value, then), done),
    del: (key, done) => write({ type: 'del', key }, (then) => del(key, then), done),
  };
  Object.assign(store.db, root);
  return store;
};

db.updateIndexes = (store, table, before, after, done) => {
  holdBack = true;
  updateIndexes(store, table, before, after, (error) => {
    holdBack = false;
    done(error);
    if (rows.length > 0) throw new Error('the rows of an index were not written together with their item');
  });
};

/** DynamoDB on LevelDB, not yet listening. An item and its index rows are written whole or not at all, whenever the process dies. */
export function createTableServer(options: Options): Server {
  return dynalite(options);
}
