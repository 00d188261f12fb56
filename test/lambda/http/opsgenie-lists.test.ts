import { beforeAll, describe, expect, it } from '@jest/globals';
import { MINUTE_MS } from '../../../core/time.ts';
import { createdAlert, useRig } from '../app/opsgenie/rig.ts';

const rig = useRig();

/** Six alerts a minute apart: every other one of P1, the third acknowledged, the last two closed. */
beforeAll(async () => {
  for (let i = 1; i <= 6; i++) {
    const tags = i % 2 === 0 ? ['even'] : ['odd'];
    const priority = i % 2 === 0 ? 'P1' : 'P4';
    await createdAlert(rig, { message: `alert ${i}`, alias: `l${i}`, tags, priority, details: { env: `e${i}` } });
    rig.wait(MINUTE_MS);
  }
  await rig.send('POST', '/v2/alerts/l3/acknowledge?identifierType=alias', { user: 'ann' });
  await rig.send('POST', '/v2/alerts/l5/close?identifierType=alias');
  await rig.send('POST', '/v2/alerts/l6/close?identifierType=alias');
  await createdAlert(rig, { message: 'of another service', alias: 'l7' }, { key: 'search' });
});

async function aliases(query: Record<string, string>): Promise<unknown[]> {
  const { json, status } = await rig.send('GET', `/v2/alerts?${new URLSearchParams(query)}`);
  expect(status).toBe(200);
  return (json.data ?? []).map((alert) => (alert as { alias: string }).alias);
}

describe('listing', () => {
  it.each([
    ['', ['l6', 'l5', 'l4', 'l3', 'l2', 'l1']],
    ['status: open', ['l4', 'l3', 'l2', 'l1']],
    ['status:closed', ['l6', 'l5']],
    ['NOT status: open', ['l6', 'l5']],
    ['status: open AND status: closed', []],
    ['status: open AND tag: even', ['l4', 'l2']],
    ['status: open OR tag: even', ['l6', 'l4', 'l3', 'l2', 'l1']],
    ['priority > P3', ['l6', 'l4', 'l2']],
    ['acknowledged: true', ['l3']],
    ['owner: ann', ['l3']],
    ['details.env: e4', ['l4']],
    ['"alert 2"', ['l2']],
    ['createdAt >= 1795435380000', ['l6', 'l5', 'l4']],
    ['createdAt < 1795435320000', ['l2', 'l1']],
    ['createdAt: 23-11-2026', ['l6', 'l5', 'l4', 'l3', 'l2', 'l1']],
    ['createdAt: 22-11-2026', []],
  ])('finds for %j', async (query, expected) => {
    expect(await aliases({ query })).toEqual(expected);
    const { json } = await rig.send('GET', `/v2/alerts/count?${new URLSearchParams({ query })}`);
    expect(json.data).toEqual({ count: expected.length });
  });

  it('sorts, and shows pages that lead to each other', async () => {
    expect(await aliases({ sort: 'createdAt', order: 'asc', limit: '2', offset: '2' })).toEqual(['l3', 'l4']);
    expect((await aliases({ sort: 'priority', order: 'asc', limit: '3' })).sort()).toEqual(['l2', 'l4', 'l6']);
    const { json } = await rig.send('GET', '/pre/v2/alerts/?limit=2&offset=2&query=status%3Aopen');
    const address = 'https://inresponse.example.org/pre/v2/alerts?query=status%3Aopen';
    expect(json.paging).toEqual({
      first: `${address}&offset=0&limit=2&sort=createdAt&order=desc`,
      prev: `${address}&offset=0&limit=2&sort=createdAt&order=desc`,
      last: `${address}&offset=2&limit=2&sort=createdAt&order=desc`,
    });
    const { json: first } = await rig.send('GET', '/v2/alerts?limit=2');
    expect((first.paging as { next: string }).next).toContain('offset=2&limit=2');
  });

  it('shows a routed key everything', async () => {
    const { json } = await rig.send('GET', '/v2/alerts/count', undefined, { key: 'routed' });
    expect(json.data).toEqual({ count: 7 });
  });

  it.each(['query=wrong%3A+field', 'limit=0', 'offset=-1', 'sort=nothing', 'order=up', 'searchIdentifier=x'])(
    'refuses %s',
    async (query) => {
      expect((await rig.send('GET', `/v2/alerts?${query}`)).status).toBe(422);
    },
  );
});

describe('logs and notes', () => {
  it('are read page by page, in both directions', async () => {
    const { id } = await createdAlert(rig, { message: 'm', alias: 'paged' });
    for (let i = 1; i <= 5; i++) await rig.send('POST', `/v2/alerts/${id}/notes`, { note: `note ${i}` });
    const page = async (query: string) => {
      const { json } = await rig.send('GET', `/v2/alerts/${id}/notes?${query}`);
      const data = (json.data ?? []) as { note: string; offset: string }[];
      const { next } = json.paging as { next?: string };
      return { notes: data.map(({ note }) => note), offset: data.at(-1)?.offset ?? '', next };
    };
    const first = await page('limit=2');
    expect(first.notes).toEqual(['note 5', 'note 4']);
    const second = await page(new URL(first.next ?? '').search.slice(1));
    expect(second.notes).toEqual(['note 3', 'note 2']);
    const third = await page(new URL(second.next ?? '').search.slice(1));
    expect(third).toMatchObject({ notes: ['note 1'], next: undefined });
    expect((await page(`limit=2&direction=prev&offset=${third.offset}`)).notes).toEqual(['note 3', 'note 2']);
    expect((await page(`order=asc&limit=2&offset=${third.offset}`)).notes).toEqual(['note 2', 'note 3']);
    for (const query of ['limit=x', 'order=up', 'direction=down', 'offset=7'])
      expect((await rig.send('GET', `/v2/alerts/${id}/logs?${query}`)).status).toBe(422);
  });

  it('include what has been moved out of the incident', async () => {
    const { id } = await createdAlert(rig, { message: 'm' });
    for (let i = 0; i < 60; i++) await rig.send('POST', `/v2/alerts/${id}/notes`, { note: `note ${i}` });
    const { json } = await rig.send('GET', `/v2/alerts/${id}/notes?order=asc&limit=100`);
    expect(json.data).toHaveLength(60);
    expect(json.data?.[0]).toMatchObject({ note: 'note 0', owner: 'Key all' });
  });
});
