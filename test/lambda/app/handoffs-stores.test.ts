import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DeleteCommand, DynamoDBDocumentClient, GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import dynalite from 'dynalite';
import { createCalendarStore } from '../../../lambda/data/calendar.ts';
import { createNoticeStore } from '../../../lambda/data/notices.ts';
import { connect } from '../../contract/connect.ts';
import { createTables, type NamedTables } from '../../support/tables.ts';

let server: Server;
let client: DynamoDBClient;
let db: DynamoDBDocumentClient;
let tables: NamedTables;
let count = 0;

beforeAll(async () => {
  server = dynalite({ createTableMs: 0, deleteTableMs: 0, updateTableMs: 0 });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  client = connect((server.address() as AddressInfo).port);
  db = DynamoDBDocumentClient.from(client);
});
beforeEach(async () => {
  count += 1;
  tables = await createTables(client, `edges${count}`);
});
afterAll(async () => {
  client.destroy();
  await new Promise<void>((resolve) => server.close(() => resolve()));
});

describe('notices.claim', () => {
  it('is given to one of many, whether they share a process or not', async () => {
    const stores = [createNoticeStore(db, tables.Config), createNoticeStore(db, tables.Config)];
    const claims = await Promise.all([...stores, ...stores].map((store) => store.claim('primary/ada', 0)));
    expect(claims.filter(Boolean)).toHaveLength(1);
    expect(await stores[0]?.claim('primary/ada', 0)).toBe(false);
    expect(await stores[0]?.claim('primary/grace', 0)).toBe(true);
  });

  it('is kept for a month, under a key of its own', async () => {
    await createNoticeStore(db, tables.Config).claim('primary/ada', 1_000);
    const { Item } = await db.send(
      new GetCommand({ TableName: tables.Config, Key: { configkey: 'handoff#primary/ada' } }),
    );
    expect(Item).toEqual({ configkey: 'handoff#primary/ada', expiresAt: 30 * 86_400 + 1 });
  });

  it('does not ask again for what it knows to be taken', async () => {
    const store = createNoticeStore(db, tables.Config);
    expect(await store.claim('primary/ada', 0)).toBe(true);
    await db.send(new DeleteCommand({ TableName: tables.Config, Key: { configkey: 'handoff#primary/ada' } }));
    expect(await store.claim('primary/ada', 0)).toBe(false);
    expect(await createNoticeStore(db, tables.Config).claim('primary/ada', 0)).toBe(true);
  });

  it('is open again when the write failed for another reason', async () => {
    const store = createNoticeStore(db, 'no-such-table');
    await expect(store.claim('primary/ada', 0)).rejects.toThrow();
    await expect(store.claim('primary/ada', 0)).rejects.toThrow();
  });
});

describe('calendar.days', () => {
  const row = (day: string, columns: object, teamname = 'payments') =>
    db.send(new PutCommand({ TableName: tables.OncallCalendar, Item: { teamname, day, ...columns } }));

  it('reads the days asked for and the default row, of one team', async () => {
    await row('2026-11-20', { oncall: 'lin' });
    await row('2026-11-21', { oncall: 'ada', escalation: 'grace', revision: 3 });
    await row('default', { oncall: 'grace' });
    await row('2026-11-21', { oncall: 'stranger' }, 'platform');
    const store = createCalendarStore(db, tables.OncallCalendar);
    expect(await store.days('payments', ['2026-11-21', '2026-11-21', '2026-11-22'])).toEqual({
      '2026-11-21': { oncall: 'ada', escalation: 'grace' },
      default: { oncall: 'grace' },
    });
    expect(await store.days('nobody', [])).toEqual({});
  });

  it('makes do with rows put by hand, and does not see one that was removed', async () => {
    await row('2026-11-21', { oncall: '', escalation: 7 });
    await row('default', { oncall: 'ada', removed: true });
    expect(await createCalendarStore(db, tables.OncallCalendar).days('payments', ['2026-11-21'])).toEqual({
      '2026-11-21': {},
    });
  });
});
