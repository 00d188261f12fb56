import { Agent } from 'node:https';
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pdjs from '@pagerduty/pdjs';
import { ingest } from '../../lambda/http/ingest.ts';
import { type IngestServer, serveIngest } from '../support/ingest-server.ts';
import { useIngestStage } from '../support/ingest-stage.ts';

const use = useIngestStage();
let server: IngestServer;
beforeAll(async () => {
  server = await serveIngest(async (request) => {
    const reply = await ingest(use().deps, request);
    // The client has been told to wait, and a minute is over.
    if (reply.status === 429) use().now += 60_000;
    return reply;
  });
});
afterAll(() => server.stop());

/** The client knows https alone: this agent brings what it says to the loopback server without TLS. */
class Plain extends Agent {
  override createConnection() {
    return connect(server.port, '127.0.0.1');
  }
}

/** No timer of its own, which would outlive the test, and hardly a wait between its tries. */
const options = () => ({
  server: 'inresponse.test/any/prefix',
  requestTimeout: 0,
  retryTimeout: 1,
  agent: new Plain(),
});

/** The client's own functions put their action in its place; its types want one all the same. */
const event_action = 'trigger' as const;
const payload = { summary: 'Queue is long', source: 'worker-1', severity: 'warning' as const };

describe('@pagerduty/pdjs', () => {
  it('triggers, acknowledges and resolves', async () => {
    const routing_key = await use().key();
    const data = { event_action, routing_key, dedup_key: 'queue', payload };
    const triggered = await pdjs.trigger({ ...options(), data });
    expect(triggered.status).toBe(202);
    expect(triggered.data).toEqual({ status: 'success', message: 'Event processed', dedup_key: 'queue' });
    expect((await use().incidents()).at(-1)).toMatchObject({ state: 'OPEN', title: 'Queue is long', severity: 'WARN' });
    await pdjs.acknowledge({ ...options(), data });
    expect((await use().incidents()).at(-1)).toMatchObject({ state: 'CLAIMED' });
    await pdjs.resolve({ ...options(), data });
    expect((await use().incidents()).at(-1)).toMatchObject({ state: 'RESOLVED' });
    expect(server.exchanges[0]?.request.headers['user-agent']).toMatch(/^pdjs\//);
  });

  it('goes on with the dedup key that it is given', async () => {
    const routing_key = await use().key();
    const triggered = await pdjs.event({ ...options(), data: { routing_key, event_action: 'trigger', payload } });
    const { dedup_key } = triggered.data as { dedup_key: string };
    const resolved = await pdjs.event({
      ...options(),
      data: { routing_key, event_action: 'resolve', dedup_key, payload },
    });
    expect(resolved.status).toBe(202);
    expect((await use().incidents()).at(-1)).toMatchObject({ state: 'RESOLVED' });
  });

  it('reads what is wrong', async () => {
    const answer = await pdjs.trigger({ ...options(), data: { event_action, routing_key: '0'.repeat(32), payload } });
    expect([answer.status, answer.data]).toEqual([400, expect.objectContaining({ errors: ['Invalid routing key'] })]);
  });

  it('sends a change event', async () => {
    const data = { routing_key: await use().key(), payload: { summary: 'Deployed', source: 'ci' } };
    const answer = await pdjs.change({ ...options(), data: data as never });
    expect([answer.status, answer.data]).toEqual([202, { status: 'success', message: 'Change event processed' }]);
  });

  it('waits for a 429 and gets through afterwards, nothing lost', async () => {
    const routing_key = await use().key({ ratePerMinute: 1 });
    const before = (await use().incidents()).length;
    const send = (dedup_key: string) =>
      pdjs.trigger({ ...options(), data: { event_action, routing_key, dedup_key, payload } });
    await send('a');
    expect((await send('b')).status).toBe(202);
    expect(server.exchanges.slice(-3).map(({ reply }) => reply.status)).toEqual([202, 429, 202]);
    expect(await use().incidents()).toHaveLength(before + 2);
  });
});
