import { DeleteCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { CANARY_SERVICE, canaryIntegration, FRESH_MS } from '../../../core/canary.ts';
import { EMPTY_CONFIG } from '../../../core/config/document.ts';
import type { Incident } from '../../../core/incident.ts';
import { finishProjection } from '../../../lambda/app/apply-config.ts';
import { listIntegrations } from '../../../lambda/app/manage-integrations.ts';
import { type CanaryDeps, runCanary, takeDelivery } from '../../../lambda/app/run-canary.ts';
import type { SenderEvent } from '../../../lambda/channels/events.ts';
import { createConfigStore } from '../../../lambda/data/config.ts';
import { createConfigRowStore } from '../../../lambda/data/config-rows.ts';
import { createIncidentLists } from '../../../lambda/data/incident-lists.ts';
import { createOwnServiceStore } from '../../../lambda/data/own-services.ts';
import { useIngestStage } from '../../support/ingest-stage.ts';

const use = useIngestStage();
const ADDRESS = 'canary@example.org';
const MINUTE = 60_000;

/** Dies in place of the call of that number, or right after it. */
interface Death {
  readonly call: number;
  readonly when: 'before' | 'after';
}

/** The canary's function over the stage: its events go to the ingest function as HTTP requests. */
function canary(death?: Death) {
  const { deps, db, tables, send } = use();
  const sent: SenderEvent[] = [];
  let calls = 0;
  async function call<T>(work: () => Promise<T>): Promise<T> {
    calls += 1;
    if (death?.call === calls && death.when === 'before') throw new Error('died');
    const result = await work();
    if (death?.call === calls && death.when === 'after') throw new Error('died');
    return result;
  }
  const services = createOwnServiceStore(db, tables.Service);
  const all: CanaryDeps = {
    ...deps,
    address: ADDRESS,
    services: { put: (service) => call(() => services.put(service)) },
    integrations: { lend: (...key) => call(() => deps.integrations.lend(...key)) },
    sendEvent: (event) =>
      call(async () => {
        sent.push(event);
        const { status } = await send({ path: '/v2/enqueue', body: event });
        if (status !== 202) throw new Error(`answered ${status}`);
      }),
  };
  return { run: () => runCanary(all), take: (event: unknown) => takeDelivery(all, JSON.stringify(event)), sent };
}

async function canaries(): Promise<Incident[]> {
  return (await use().incidents()).filter(({ service }) => service === CANARY_SERVICE);
}

async function open(): Promise<Incident[]> {
  return (await canaries()).filter(({ state }) => state !== 'RESOLVED');
}

function deliveryOf({ incidentId }: Pick<Incident, 'incidentId'>, afterMs: number) {
  return {
    eventType: 'Delivery',
    mail: { messageId: 'm', tags: { incidentId: [String(incidentId)], delivery: ['1'] } },
    delivery: { timestamp: new Date(use().now + afterMs).toISOString(), recipients: [ADDRESS] },
  };
}

const counted = (metric: string) => use().counts.get(metric) ?? 0;

beforeEach(() => {
  use().now += 60 * MINUTE;
});

describe('a run of the canary', () => {
  it('opens an incident by the front door that pages the address alone', async () => {
    await canary().run();
    expect(await open()).toMatchObject([
      {
        service: CANARY_SERVICE,
        severity: 'WARN',
        urgency: 'low',
        title: `Canary of ${new Date(use().now).toISOString()}`,
        detectedAt: use().now,
        escalation: { policy: { steps: [{ targets: [{ address: ADDRESS }] }], atEnd: 'give up', noFallback: true } },
      },
    ]);
  });

  it('resolves what the run before has left open, so that nobody has to', async () => {
    const [before] = await open();
    await canary().run();
    const [now, ...others] = await open();
    expect(others).toEqual([]);
    expect(now?.incidentId).toBeGreaterThan(before?.incidentId ?? Number.POSITIVE_INFINITY);
    expect(await use().incident(before?.incidentId ?? 0)).toMatchObject({ state: 'RESOLVED', resolvedBy: 'Canary' });
  });

  it('leaves one open when it is run twice at once', async () => {
    await Promise.all([canary().run(), canary().run(), canary().run()]);
    expect(await open()).toHaveLength(1);
  });

  it.each([1, 2, 3, 4].flatMap((call) => (['before', 'after'] as const).map((when) => ({ call, when }))))(
    'that dies leaves what the next run clears away: %j',
    async (death) => {
      await expect(canary(death).run()).rejects.toThrow('died');
      expect((await open()).length).toBeLessThanOrEqual(1);
      use().now += 15 * MINUTE;
      await canary().run();
      expect(await open()).toMatchObject([{ createdAt: use().now }]);
      expect((await use().incidents()).every(({ service }) => service === CANARY_SERVICE)).toBe(true);
    },
  );

  it('uses a key that is new, stands in no list, and has ended when it comes to light', async () => {
    const [first, second] = [canary(), canary()];
    await first.run();
    await second.run();
    const keys = new Set([...first.sent, ...second.sent].map((event) => event.routing_key));
    expect(keys.size).toBe(2);
    expect((await listIntegrations(use().deps)).map(({ integration }) => integration.name)).not.toContain('Canary');
    use().now += FRESH_MS;
    const body = { routing_key: first.sent[0]?.routing_key, event_action: 'resolve', dedup_key: 'canary' };
    expect(await use().send({ path: '/v2/enqueue', body })).toMatchObject({ status: 400 });
  });

  it('is not among the incidents that people look through, but for the open one and those of its service', async () => {
    const { db, tables, now } = use();
    await canary().run();
    const lists = createIncidentLists(db, tables.Incident);
    const span = { from: now - MINUTE, to: now + MINUTE };
    const services = async (filter: object) =>
      (await lists.list({ ...span, ...filter }, 50)).incidents.map(({ service }) => service);
    expect(await services({})).not.toContain(CANARY_SERVICE);
    expect(await services({ state: 'OPEN' })).toEqual([CANARY_SERVICE]);
    expect(await services({ service: CANARY_SERVICE })).toContain(CANARY_SERVICE);
  });
});

describe('the service of the canary', () => {
  const row = () => ({ TableName: use().tables.Service });

  it('is not swept away by a configuration that comes into force', async () => {
    const { deps, db, tables } = use();
    await canary().run();
    const config = createConfigStore(db, tables.Config);
    const configRows = createConfigRowStore(db, { service: tables.Service, oncallCalendar: tables.OncallCalendar });
    for (const [revision, document] of [{ services: [{ id: 'search' }] }, EMPTY_CONFIG].entries()) {
      await config.keep({ revision: revision + 1, previous: revision, document, author: 'ada', at: 0 });
      await config.moveHead({ revision: revision + 1, projected: revision }, { revision, projected: revision });
      await finishProjection({ ...deps, config, configRows });
    }
    expect(await deps.services.get('search')).toBeUndefined();
    expect(await deps.services.get(CANARY_SERVICE)).toMatchObject({ policy: { id: 'canary' } });
  });

  it('whose row is gone in between is not replaced by the catch-all, which pages people', async () => {
    const { deps, db, now } = use();
    const key = 'c'.repeat(32);
    await deps.integrations.lend(key, canaryIntegration(now), now, now + MINUTE);
    await db.send(new DeleteCommand({ ...row(), Key: { serviceId: CANARY_SERVICE } }));
    const before = (await use().incidents()).length;
    const payload = { summary: 'Canary', source: 'test', severity: 'info' };
    const body = { routing_key: key, event_action: 'trigger', dedup_key: 'another', payload };
    expect(await use().send({ path: '/v2/enqueue', body })).toMatchObject({ status: 202 });
    expect(await use().incidents()).toHaveLength(before);
  });

  it('is not written over one of the configuration', async () => {
    const { db } = use();
    await db.send(new PutCommand({ ...row(), Item: { serviceId: CANARY_SERVICE, revision: 7, team: 'core' } }));
    await expect(canary().run()).rejects.toThrow(`service ${CANARY_SERVICE} belongs to the configuration`);
    await db.send(new PutCommand({ ...row(), Item: { serviceId: CANARY_SERVICE, revision: 8, removed: true } }));
    await canary().run();
  });
});

describe('the arrival of a mail', () => {
  it('in time is counted with its seconds, and resolves the incident', async () => {
    await canary().run();
    const [incident] = await open();
    await canary().take(deliveryOf(incident ?? { incidentId: 0 }, 1_500));
    expect([counted('CanaryArrived'), counted('CanarySeconds')]).toEqual([1, 1.5]);
    expect(await open()).toEqual([]);
  });

  it('that is told again sends nothing', async () => {
    const [last] = (await canaries()).slice(-1);
    const again = canary();
    await again.take(deliveryOf(last ?? { incidentId: 0 }, -60 * MINUTE));
    expect(again.sent).toEqual([]);
  });

  it('too late is not counted, but resolves', async () => {
    const before = counted('CanaryArrived');
    await canary().run();
    const [incident] = await open();
    await canary().take(deliveryOf(incident ?? { incidentId: 0 }, FRESH_MS));
    expect([counted('CanaryArrived'), await open()]).toEqual([before, []]);
  });

  it('is counted again rather than not at all when the resolving failed', async () => {
    const before = counted('CanaryArrived');
    await canary().run();
    const [incident = { incidentId: 0 }] = await open();
    const event = deliveryOf(incident, 1_000);
    await expect(canary({ call: 2, when: 'before' }).take(event)).rejects.toThrow('died');
    await canary().take(event);
    expect([counted('CanaryArrived'), await open()]).toEqual([before + 2, []]);
  });

  it('of any other mail changes nothing', async () => {
    const before = counted('CanaryArrived');
    const key = await use().key();
    const payload = { summary: 'Disk is full', source: 'db-1', severity: 'critical' };
    await use().send({ path: '/v2/enqueue', body: { routing_key: key, event_action: 'trigger', payload } });
    const [other = { incidentId: 0 }] = (await use().incidents()).slice(-1);
    const teller = canary();
    await teller.take(deliveryOf(other, 1_000));
    await teller.take({ ...deliveryOf({ incidentId: 0 }, 1_000) });
    await teller.take({ eventType: 'Bounce', mail: { tags: {} } });
    expect([counted('CanaryArrived'), teller.sent]).toEqual([before, []]);
    expect(await use().incident(other.incidentId)).toMatchObject({ state: 'OPEN' });
  });
});
