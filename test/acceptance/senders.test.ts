import { describe, expect, it } from '@jest/globals';
import type { ApiRequest } from '../support/api-event.ts';
import { ADA, GRACE, type StageOptions } from '../support/stage.ts';
import { expectState, story } from './story.ts';

const PAGERDUTY = 'a'.repeat(32);
const OPSGENIE = 'b'.repeat(32);
const ALERTMANAGER = 'c'.repeat(32);
const options: StageOptions = {
  keys: [
    { key: PAGERDUTY, kind: 'pagerduty' },
    { key: OPSGENIE, kind: 'opsgenie', scopes: ['events', 'read', 'write'] },
    { key: ALERTMANAGER, kind: 'alertmanager' },
  ],
};

function post(path: string, body: unknown, headers: Record<string, string> = {}): ApiRequest {
  return { method: 'POST', path, body, headers: { 'content-type': 'application/json', ...headers } };
}
const event = (event_action: string, dedup_key = 'db-1/disk') =>
  post('/v2/enqueue', {
    routing_key: PAGERDUTY,
    event_action,
    dedup_key,
    payload: { summary: 'Disk of db-1 is full', source: 'db-1', severity: 'critical' },
  });
const genie = (path: string, body: unknown) => post(path, body, { authorization: `GenieKey ${OPSGENIE}` });

describe('a sender of PagerDuty events', () => {
  it('has somebody paged, counts, acknowledges and resolves', () =>
    story(options, ({ at, expectMail, end }) => {
      at('0:00').ingest(event('trigger')).expect(202);
      expectMail('0:00', ADA, /Disk of db-1 is full/);
      at('3:00').ingest(event('trigger')).expect(202);
      expectMail('10:00', GRACE, /Disk of db-1 is full/);
      at('15:00').ingest(event('acknowledge')).expect(202);
      at('20:00').ingest(event('resolve')).expect(202);
      at('25:00').check('one incident, and it is over', async (stage) => {
        expect(await stage.incident(10_000)).toMatchObject({ state: 'RESOLVED', count: 2 });
      });
      end('40:00');
    }));

  it('whose event is resolved pages nobody any more, and the next event is a new incident', () =>
    story(options, ({ at, expectMail, end }) => {
      at('0:00').ingest(event('trigger'));
      expectMail('0:00', ADA, /#10000/);
      at('5:00').ingest(event('resolve'));
      at('20:00').ingest(event('trigger'));
      expectMail('20:00', ADA, /#10001/);
      at('25:00').ingest(event('acknowledge'));
      end('40:00');
    }));
});

describe('a client of the Opsgenie API', () => {
  it('creates an alert, acknowledges it with a note, and closes it', () =>
    story(options, ({ at, expectMail, end }) => {
      const of = (action: string) => `/v2/alerts/queue/${action}?identifierType=alias`;
      at('0:00')
        .ingest(genie('/v2/alerts', { message: 'Queue is long', alias: 'queue', priority: 'P1' }))
        .expect(202);
      expectMail('0:00', ADA, /Queue is long/);
      at('4:00')
        .ingest(genie(of('acknowledge'), { user: 'lin', note: 'on it' }))
        .expect(202);
      at('20:00')
        .ingest(genie(of('close'), { user: 'lin' }))
        .expect(202);
      at('25:00').check('it is over', (stage) => expectState(stage, 10_000, 'RESOLVED'));
      end('30:00');
    }));

  it('whose heartbeat stops has somebody paged; its next ping resolves the incident', () =>
    story(options, ({ at, expectMail, end }) => {
      const heartbeat = { name: 'backup', interval: 10, intervalUnit: 'minutes', enabled: true };
      at('0:00').ingest(genie('/v2/heartbeats', heartbeat)).expect(201);
      at('5:00').ingest(genie('/v2/heartbeats/backup/ping', {})).expect(202);
      expectMail('15:00..17:00', ADA, /backup/);
      at('22:00').ingest(genie('/v2/heartbeats/backup/ping', {})).expect(202);
      at('23:00').check('it is over', (stage) => expectState(stage, 10_000, 'RESOLVED'));
      end('28:00');
    }));
});

describe('Alertmanager', () => {
  it('has one incident per alert, each resolved by itself', () =>
    story(options, ({ at, expectMail, end }) => {
      const alert = (instance: string, status: string) => ({
        status,
        labels: { alertname: 'DiskFull', severity: 'critical', instance },
        annotations: { summary: `Disk of ${instance} is full` },
        startsAt: '2026-11-23T12:00:00Z',
        endsAt: '0001-01-01T00:00:00Z',
        fingerprint: instance,
      });
      const group = (...alerts: object[]) =>
        post(`/alertmanager/${ALERTMANAGER}`, { version: '4', status: 'firing', receiver: 'r', groupKey: 'g', alerts });
      at('0:00')
        .ingest(group(alert('db-1', 'firing'), alert('db-2', 'firing')))
        .expect(200);
      expectMail('0:00', ADA, /Disk of db-1/);
      expectMail('0:00', ADA, /Disk of db-2/);
      at('5:00')
        .ingest(group(alert('db-1', 'resolved'), alert('db-2', 'firing')))
        .expect(200);
      expectMail('10:00', GRACE, /Disk of db-2/);
      at('12:00')
        .ingest(group(alert('db-2', 'resolved')))
        .expect(200);
      end('30:00');
    }));
});
