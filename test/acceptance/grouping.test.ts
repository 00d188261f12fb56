import { describe, expect, it } from '@jest/globals';
import { ADA, GRACE } from '../support/stage.ts';
import { ADA_THEN_GRACE, withRules } from './configs.ts';
import { DISK_FULL, story } from './story.ts';

const grouped = (grouping: object) => withRules(ADA_THEN_GRACE, { service: { grouping } });
const numbered = (incidentId: number) => (answer: { json: Record<string, unknown> }) =>
  expect(answer.json).toMatchObject({ incidentId });

describe('events grouped by time', () => {
  const config = grouped({ by: 'time', windowMinutes: 10 });

  it('are one incident until none has come for ten minutes; then a new one begins', () =>
    story({ config }, ({ at, expectMail, isTight, end }) => {
      isTight();
      at('0:00').put({ dedupKey: 'a' }).expect(201);
      at('5:00').put({ dedupKey: 'b', severity: 'ERR' }).expect(200, numbered(10_000));
      at('14:59').put().expect(200, numbered(10_000));
      at('24:59').put({ dedupKey: 'c' }).expect(201, numbered(10_001));
      expectMail('0:00', ADA, /#10000/);
      expectMail('10:00', GRACE, /#10000/);
      expectMail('24:59', ADA, /#10001/);
      at('26:00').put({ dedupKey: 'd' }).expect(200, numbered(10_001));
      // A key goes on to belong to the incident that took it in.
      at('27:00').put({ dedupKey: 'b' }).expect(200, numbered(10_000));
      at('28:00').claim(10_001);
      at('29:00').check('they are counted', async (stage) => {
        expect(await stage.incident(10_000)).toMatchObject({ count: 4 });
        expect(await stage.incident(10_001)).toMatchObject({ count: 2 });
      });
      end('40:00');
    }));

  it('begin a new incident once the last one is resolved', () =>
    story({ config }, ({ at, expectMail, end }) => {
      at('0:00').put({ dedupKey: 'a' }).expect(201);
      expectMail('0:00', ADA, /#10000/);
      at('2:00').resolve(10_000);
      at('3:00').put({ dedupKey: 'b' }).expect(201, numbered(10_001));
      expectMail('3:00', ADA, /#10001/);
      at('4:00').put({ dedupKey: 'a' }).expect(200, numbered(10_001));
      at('5:00').claim(10_001);
      end('20:00');
    }));

  it('are one incident and one page when five of different keys come in the same instant', () =>
    story({ config }, ({ at, expectMail, end }) => {
      at('0:00').do('five at once', async (stage) => {
        const put = (dedupKey: string) => ({ method: 'PUT', path: '/incidents', body: { ...DISK_FULL, dedupKey } });
        const answers = await stage.together(...['a', 'b', 'c', 'd', 'e'].map(put));
        expect(answers.map(({ status }) => status).sort()).toEqual([200, 200, 200, 200, 201]);
        const [number, ...others] = new Set(answers.map(({ json }) => json.incidentId));
        expect(others).toEqual([]);
        expect(await stage.incident(Number(number))).toMatchObject({ count: 5 });
      });
      expectMail('0:00', ADA);
      expectMail('10:00', GRACE);
      end('20:00');
    }));

  it('are not swallowed: on an incident that nobody is paged for any more, they page again', () =>
    story(
      { config: withRules(ADA_THEN_GRACE, { service: { grouping: { by: 'time', windowMinutes: 60 } } }) },
      ({ at, expectMail, isTight, end }) => {
        isTight();
        at('0:00').put({ dedupKey: 'a' });
        expectMail('0:00', ADA);
        expectMail('10:00', GRACE);
        at('30:00').put({ dedupKey: 'b' }).expect(200, numbered(10_000));
        at('41:00').put({ dedupKey: 'c' }).expect(200, numbered(10_000));
        expectMail('41:00', ADA);
        expectMail('51:00', GRACE);
        end('60:00');
      },
    ));

  it.each(['die before', 'die after'] as const)('survive a process that is to %s the lock of the group', (mishap) =>
    story({ config }, ({ at, expectMail, end }) => {
      at('0:00').fault({
        service: 'dynamodb',
        operation: 'UpdateItem',
        when: ({ body }) => JSON.stringify(body.Key).includes('#group#'),
        mishap,
      });
      at('0:00').put({ dedupKey: 'a' }).expect(502);
      at('0:05').put({ dedupKey: 'a' }).expect(201);
      at('1:00')
        .put({ dedupKey: 'b' })
        .expect(200, ({ json }) => expect(json).toMatchObject({ count: 2 }));
      expectMail('0:05', ADA);
      expectMail('10:05', GRACE);
      end('20:00');
    }),
  );
});

describe('events grouped by fields', () => {
  const config = grouped({ by: 'fields', fields: ['source', 'details.host'], windowMinutes: 10 });
  const event = (source: string, host?: unknown, more: object = {}) => ({
    source,
    ...(host === undefined ? {} : { details: { host } }),
    ...more,
  });

  it('join those that agree in all of them, and no others', () =>
    story({ config }, ({ at, expectMail, isTight, end }) => {
      isTight();
      at('0:00').put(event('nagios', 'db1')).expect(201);
      at('1:00')
        .put(event('nagios', 'db1', { title: 'Something else', severity: 'WARN' }))
        .expect(200, numbered(10_000));
      at('2:00').put(event('nagios', 'db2')).expect(201, numbered(10_001));
      at('3:00').put(event('zabbix', 'db1')).expect(201, numbered(10_002));
      at('4:00').put(event('nagios')).expect(201, numbered(10_003));
      at('4:30').put(event('nagios', null)).expect(200, numbered(10_003));
      at('5:00')
        .put(event('nagios', 'db2', { dedupKey: 'x' }))
        .expect(200, numbered(10_001));
      at('11:00').put(event('nagios', 'db1')).expect(201, numbered(10_004));
      for (const [moment, number] of [
        ['0:00', 10_000],
        ['2:00', 10_001],
        ['3:00', 10_002],
        ['4:00', 10_003],
      ] as const) {
        expectMail(moment, ADA, new RegExp(`#${number} `));
        at('6:00').claim(number);
      }
      expectMail('11:00', ADA, /#10004 /);
      at('12:00').claim(10_004);
      end('30:00');
    }));
});
