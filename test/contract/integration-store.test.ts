import { describe, expect, it } from '@jest/globals';
import type { Integration } from '../../core/integration.ts';
import { createIntegrationStore, hashKey } from '../../lambda/data/integrations.ts';
import { START, useIngestStage } from '../support/ingest-stage.ts';

const use = useIngestStage();
const MINUTE = 60_000;

let keys = 0;
const newKey = () => `key ${keys++}`.padEnd(32, 'x');
const integration = (facts: Partial<Integration> = {}): Integration => ({
  integrationId: `int-${keys}`,
  name: 'Monitoring',
  kind: 'pagerduty',
  scopes: ['events'],
  ratePerMinute: 3,
  createdAt: START,
  ...facts,
});

describe('integrations', () => {
  it('gives back what was stored, and never the key', async () => {
    const { integrations } = use().deps;
    const key = newKey();
    const full = integration({
      service: 'checkout',
      mapping: { title: '/t', links: [{ href: '/u' }], details: { 'a.b': '/x' } },
      options: { groupBy: 'group', signature: { secrets: ['s'.repeat(8)] } },
    });
    await integrations.add(key, full, START);
    expect(await integrations.use(key, START)).toEqual({ kind: 'ok', integration: full });
    expect(JSON.stringify(await integrations.keys(full.integrationId))).not.toContain(key);
  });

  it('does not know a key that was never issued', async () => {
    expect(await use().deps.integrations.use(newKey(), START)).toEqual({ kind: 'unknown' });
  });

  it('issues no key twice', async () => {
    const key = newKey();
    await use().deps.integrations.add(key, integration(), START);
    await expect(use().deps.integrations.add(key, integration(), START)).rejects.toThrow();
  });

  it('counts a minute from its first event, and says when the next begins', async () => {
    const { integrations } = use().deps;
    const key = newKey();
    await integrations.add(key, integration(), START);
    for (const at of [0, 1, 59_000]) expect((await integrations.use(key, START + at)).kind).toBe('ok');
    expect(await integrations.use(key, START + 59_001)).toMatchObject({ kind: 'throttled', retryAfterSeconds: 1 });
    expect((await integrations.use(key, START + MINUTE)).kind).toBe('ok');
    expect((await integrations.use(key, START + MINUTE + 1)).kind).toBe('ok');
  });

  it('lets exactly as many through as it may, whichever process asks', async () => {
    const stage = use();
    const key = newKey();
    await stage.deps.integrations.add(key, integration({ ratePerMinute: 7 }), START);
    const processes = [1, 2, 3].map(() => createIntegrationStore(stage.db, stage.tables.Integration));
    const uses = await Promise.all(
      Array.from({ length: 10 }, (_, i) => processes[i % 3]?.use(key, START + i) ?? Promise.reject(new Error('none'))),
    );
    expect(uses.filter(({ kind }) => kind === 'ok')).toHaveLength(7);
    expect(uses.filter(({ kind }) => kind === 'throttled')).toHaveLength(3);
  });

  it('notes when a key was used last, refused events left out', async () => {
    const { integrations } = use().deps;
    const key = newKey();
    const { integrationId } = integration();
    await integrations.add(key, integration({ integrationId, ratePerMinute: 1 }), START);
    expect((await integrations.keys(integrationId))[0]).not.toHaveProperty('lastUsedAt');
    await integrations.use(key, START + 5);
    await integrations.use(key, START + 6);
    expect(await integrations.keys(integrationId)).toMatchObject([{ lastUsedAt: START + 5, issuedAt: START }]);
  });

  it('ends a key at its second, and not before', async () => {
    const { integrations } = use().deps;
    const key = newKey();
    await integrations.add(key, integration({ ratePerMinute: 100 }), START);
    await integrations.expire(hashKey(key), START + 10_000);
    expect((await integrations.use(key, START + 9_999)).kind).toBe('ok');
    expect(await integrations.use(key, START + 10_000)).toEqual({ kind: 'unknown' });
    expect(await integrations.use(key, START + 10 * MINUTE)).toEqual({ kind: 'unknown' });
  });

  it('makes no key by ending it', async () => {
    const key = newKey();
    await expect(use().deps.integrations.expire(hashKey(key), START)).rejects.toThrow();
    expect(await use().deps.integrations.use(key, START)).toEqual({ kind: 'unknown' });
  });

  it('lists the keys of one integration, or of all', async () => {
    const { integrations } = use().deps;
    const mine = integration({ integrationId: 'int-mine' });
    const [first, second] = [newKey(), newKey()];
    await integrations.add(first, mine, START);
    await integrations.add(second, mine, START + 1);
    await integrations.add(newKey(), integration({ integrationId: 'int-mine-too' }), START + 2);
    const found = await integrations.keys('int-mine');
    expect(found.map(({ keyHash }) => keyHash)).toEqual([hashKey(first), hashKey(second)]);
    expect((await integrations.keys()).length).toBeGreaterThanOrEqual(3);
  });
});

describe('payloads', () => {
  it('gives back a text of several parts, as it was', async () => {
    const { payloads } = use().deps;
    // Hardly compressible, and not ASCII.
    let text = '';
    for (let i = 0; text.length < 700_000; i++) text += hashKey(String(i));
    await payloads.put('large', `ä${text}`, START);
    expect(await payloads.get('large')).toBe(`ä${text}`);
  });

  it('has nothing under an id that is not there, or whose first part is missing', async () => {
    const { payloads } = use().deps;
    expect(await payloads.get('nobody')).toBeUndefined();
  });

  it('lists the changes of a service on a day, oldest first', async () => {
    const { payloads } = use().deps;
    await payloads.appendChange('shop', { n: 2 }, START + 1, 'ff');
    await payloads.appendChange('shop', { n: 1 }, START, 'aa');
    await payloads.appendChange('shop', { n: 3 }, START + 86_400_000, 'aa');
    await payloads.appendChange('other', { n: 4 }, START, 'aa');
    expect(await payloads.changes('shop', '2026-11-23')).toEqual([{ n: 1 }, { n: 2 }]);
    expect(await payloads.changes('shop', '2026-11-24')).toEqual([{ n: 3 }]);
  });
});
