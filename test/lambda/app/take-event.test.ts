import { describe, expect, it } from '@jest/globals';
import type { InboundEvent } from '../../../core/event.ts';
import type { Integration } from '../../../core/integration.ts';
import { findOpen, takeEvent } from '../../../lambda/app/take-event.ts';
import { PUBLIC_URL, START, useIngestStage } from '../../support/ingest-stage.ts';

const use = useIngestStage();

let names = 0;
const integration = (facts: Partial<Integration> = {}): Integration => ({
  integrationId: `int-${names++}`,
  name: 'Prometheus',
  kind: 'pagerduty',
  service: 'checkout',
  scopes: ['events'],
  ratePerMinute: 1,
  createdAt: START,
  ...facts,
});
const event = (facts: Partial<InboundEvent> = {}): InboundEvent => ({
  action: 'trigger',
  dedupKey: 'disk',
  title: 'Disk is full',
  message: 'No room',
  links: [],
  images: [],
  detectedAt: START,
  ...facts,
});
const take = (of: Integration, facts: Partial<InboundEvent> = {}) => takeEvent(use().deps, of, event(facts));

describe('takeEvent', () => {
  it('raises, repeats, acknowledges and resolves one incident', async () => {
    const of = integration();
    const raised = await take(of);
    expect(raised).toMatchObject({ kind: 'raised', incident: { service: 'checkout', severity: 'ERR', team: 'core' } });
    expect(await take(of)).toMatchObject({ kind: 'repeated', incident: { count: 2 } });
    const acknowledged = await take(of, { action: 'acknowledge', by: 'ann', note: 'on it' });
    expect(acknowledged).toMatchObject({ kind: 'updated', incident: { state: 'CLAIMED', claimedBy: 'ann' } });
    expect(await take(of, { action: 'resolve' })).toMatchObject({
      kind: 'updated',
      incident: { state: 'RESOLVED', resolvedBy: 'Prometheus' },
    });
    expect(await take(of, { action: 'resolve' })).toMatchObject({ kind: 'ignored' });
    expect(await take(of, { action: 'acknowledge' })).toMatchObject({ kind: 'ignored' });
  });

  it.each(['acknowledge', 'resolve'] as const)(
    'ignores to %s what nobody has opened, or what has no key',
    async (action) => {
      const { dedupKey: _none, ...bare } = event({ action });
      expect(await take(integration(), { action })).toEqual({
        kind: 'ignored',
        why: 'no incident of its dedup key is open',
      });
      expect(await takeEvent(use().deps, integration(), bare)).toEqual({
        kind: 'ignored',
        why: 'it names no dedup key',
      });
    },
  );

  it('asks the integration for the service first, then the event, then takes the catch-all and says why', async () => {
    await use().service('search');
    expect(await take(integration(), { service: 'search' })).toMatchObject({ incident: { service: 'checkout' } });
    const { service: _s, ...routed } = integration();
    expect(await take(routed, { service: 'search', dedupKey: 'a' })).toMatchObject({ incident: { service: 'search' } });
    const lost = await take(routed, { service: 'nowhere', dedupKey: 'b' });
    const why =
      'Routed to the catch-all: integration Prometheus has no service of its own, the event names nowhere, and no such service is configured.';
    expect(lost).toMatchObject({ incident: { service: 'unrouted', message: `No room\n\n${why}` } });
    const gone = await take(integration({ service: 'gone' }), { dedupKey: 'c' });
    expect(gone).toMatchObject({
      incident: { service: 'unrouted', message: expect.stringContaining('has service gone') },
    });
    expect(await take(integration({ service: 'gone' }), { dedupKey: 'd', service: 'search' })).toMatchObject({
      incident: { service: 'search' },
    });
  });

  it('takes the service called unrouted where somebody has configured one', async () => {
    await use().service('unrouted', { team: 'triage' });
    const { service: _s, ...routed } = integration();
    expect(await take(routed, { dedupKey: 'e' })).toMatchObject({ incident: { service: 'unrouted', team: 'triage' } });
  });

  it('shares dedup keys between routed, global and Opsgenie integrations of a service', async () => {
    const [one, other] = [integration({ kind: 'opsgenie' }), integration({ kind: 'global' })];
    const raised = await take(one, { dedupKey: 'shared' });
    expect(await take(other, { dedupKey: 'shared' })).toMatchObject({ kind: 'repeated' });
    expect(await take(integration(), { dedupKey: 'shared' })).toMatchObject({ kind: 'raised' });
    expect(await findOpen(use().deps, other, 'shared')).toMatchObject({
      incidentId: raised.kind === 'raised' ? raised.incident.incidentId : 0,
    });
  });

  it('resolves no incident that holds the events of other keys too', async () => {
    const grouping = { by: 'time', windowMs: 600_000 };
    const plain = { team: 'core', timeZone: 'UTC', pageAfterSeconds: 0, escalateAfterSeconds: 600 };
    const rest = {
      settings: { repageAfterMs: 1, repageAfterAcknowledgedMs: 1 },
      urgency: { CRIT: 'high', ERR: 'high', WARN: 'low' },
      lowUrgencyOutsideHours: 'page',
      maintenance: [],
    };
    const definition = JSON.stringify({ serviceId: 'grouped', ...plain, ...rest, grouping });
    await use().service('grouped', { definition });
    const of = integration({ service: 'grouped' });
    await take(of, { dedupKey: 'one' });
    expect(await take(of, { dedupKey: 'two' })).toMatchObject({ kind: 'repeated' });
    const told = await take(of, { action: 'resolve', dedupKey: 'one' });
    expect(told).toMatchObject({ kind: 'updated', incident: { state: 'OPEN' } });
    expect(told.kind === 'updated' && told.incident.timeline.at(-1)).toMatchObject({
      kind: 'noted',
      text: 'Prometheus says that one is over; the incident holds other events too.',
    });
  });

  it('keeps a change, and pages nobody', async () => {
    const { deps } = use();
    const { dedupKey: _k, ...change } = event({ action: 'change', title: 'Deployed' });
    expect(await takeEvent(deps, integration(), change)).toEqual({ kind: 'recorded' });
    expect(await deps.payloads.changes('checkout', '2026-11-23')).toMatchObject([{ title: 'Deployed' }]);
  });

  it('stores aside what does not fit an item, and links it', async () => {
    const { deps } = use();
    const big = '0123456789'.repeat(50_000);
    const links = Array.from({ length: 50 }, (_, i) => ({ href: `https://x.example/${i}/${'y'.repeat(8_000)}` }));
    const details = { small: 'kept', big };
    const raised = await take(integration(), { details, links, message: 'ü'.repeat(25_000) });
    if (raised.kind !== 'raised') throw new Error('not raised');
    const { incident } = raised;
    expect(Buffer.byteLength(JSON.stringify(incident))).toBeLessThan(40_000);
    expect(incident.details).toMatchObject({ small: 'kept', 'left out': expect.stringContaining('1 of the details') });
    expect(incident.message).toMatch(/^ü{2000}… \(cut; see the full event\)$/);
    const href = incident.links?.[0]?.href ?? '';
    expect(href).toMatch(new RegExp(`^${PUBLIC_URL}/payloads/[0-9a-f]{32}$`));
    const stored = JSON.parse((await deps.payloads.get(href.split('/').at(-1) ?? '')) ?? '') as InboundEvent;
    expect(stored.details).toEqual(details);
    expect(stored.links).toHaveLength(50);
  });

  it('applies trigger, acknowledge and resolve in the order in which they are sent, many times over', async () => {
    const of = integration();
    for (let round = 0; round < 5; round++) {
      const raised = await take(of, { dedupKey: 'order' });
      expect(raised.kind).toBe('raised');
      await take(of, { action: 'acknowledge', dedupKey: 'order' });
      const over = await take(of, { action: 'resolve', dedupKey: 'order' });
      expect(over).toMatchObject({ kind: 'updated', incident: { state: 'RESOLVED' } });
    }
  });
});
