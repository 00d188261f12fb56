import { describe, expect, it } from '@jest/globals';
import { ADA, GRACE } from '../support/stage.ts';
import { DISK_FULL, story } from './story.ts';

const KEYED = { dedupKey: 'disk/var' };
const put = (body: object = {}) => ({ method: 'PUT', path: '/incidents', body: { ...DISK_FULL, ...KEYED, ...body } });

describe('events of one dedup key', () => {
  it('are one incident, counted, and page nobody twice', () =>
    story({}, ({ at, expectMail, end }) => {
      at('0:00').put(KEYED).expect(201);
      expectMail('0:00', ADA);
      for (const moment of ['1:00', '2:00', '5:00', '9:59', '15:00'] as const) {
        at(moment)
          .put(KEYED)
          .expect(200, ({ json }) => expect(json).toMatchObject({ incidentId: 10_000 }));
      }
      expectMail('10:00', GRACE);
      at('20:00')
        .get('/incidents/10000')
        .expect(200, ({ json }) => expect(json).toMatchObject({ count: 6 }));
      end('60:00');
    }));

  it('join an acknowledged incident in silence', () =>
    story({}, ({ at, expectMail, end }) => {
      at('0:00').put(KEYED);
      expectMail('0:00', ADA);
      at('1:00').claim(10_000);
      at('2:00')
        .put(KEYED)
        .expect(200, ({ json }) => expect(json).toMatchObject({ state: 'CLAIMED', count: 2 }));
      end('60:00');
    }));

  it('open a new incident once the last one is resolved', () =>
    story({}, ({ at, expectMail, end }) => {
      at('0:00').put(KEYED);
      expectMail('0:00', ADA, /#10000/);
      at('5:00').resolve(10_000);
      at('6:00')
        .put(KEYED)
        .expect(201, ({ json }) => expect(json).toMatchObject({ incidentId: 10_001, count: 1 }));
      at('7:00')
        .put(KEYED)
        .expect(200, ({ json }) => expect(json).toMatchObject({ incidentId: 10_001, count: 2 }));
      expectMail('6:00', ADA, /#10001/);
      expectMail('16:00', GRACE, /#10001/);
      end('60:00');
    }));

  it('go on being one incident after it was re-opened', () =>
    story({}, ({ at, expectMail, end }) => {
      at('0:00').put(KEYED);
      expectMail('0:00', ADA);
      at('5:00').resolve(10_000);
      at('6:00').reopen(10_000);
      at('7:00')
        .put(KEYED)
        .expect(200, ({ json }) => expect(json).toMatchObject({ incidentId: 10_000 }));
      expectMail('6:00', ADA);
      expectMail('16:00', GRACE);
      end('60:00');
    }));

  it('refuse to re-open an incident while a newer one of the key is open', () =>
    story({}, ({ at, expectMail, end }) => {
      at('0:00').put(KEYED);
      at('1:00').resolve(10_000);
      at('2:00').put(KEYED).expect(201);
      at('3:00')
        .post(10_000, { state: 'OPEN' })
        .expect(409, ({ json }) => expect(json).toMatchObject({ code: 'superseded', openIncidentId: 10_001 }));
      at('4:00').claim(10_001);
      expectMail('0:00', ADA, /#10000/);
      expectMail('2:00', ADA, /#10001/);
      end('30:00');
    }));

  it('are one incident and one page when the first two come in the same instant', () =>
    story({}, ({ at, expectMail, end }) => {
      at('0:00').do('two first events', async (stage) => {
        const answers = await stage.together(put(), put());
        expect(answers.map(({ status }) => status).sort()).toEqual([200, 201]);
        expect(new Set(answers.map(({ json }) => json.incidentId)).size).toBe(1);
      });
      expectMail('0:00', ADA);
      expectMail('10:00', GRACE);
      end('30:00');
    }));

  it('are one incident and one page when twenty come in the same instant', () =>
    story({}, ({ at, expectMail, end }) => {
      at('0:00').do('twenty first events', async (stage) => {
        const answers = await stage.together(...Array.from({ length: 20 }, () => put()));
        expect(answers.map(({ status }) => status).sort()).toEqual([...Array(19).fill(200), 201]);
        const numbers = [...new Set(answers.map(({ json }) => json.incidentId))];
        expect(numbers).toHaveLength(1);
        expect(await stage.incident(Number(numbers[0]))).toMatchObject({ count: 20 });
      });
      expectMail('0:00', ADA);
      expectMail('10:00', GRACE);
      end('30:00');
    }));

  it('meet a resolution in the same instant: either joined or new, and then paged', () =>
    story({}, ({ at, expectMail, end }) => {
      at('0:00').put(KEYED);
      expectMail('0:00', ADA, /#10000/);
      at('5:00').do('resolve and a repeated event at once', async (stage) => {
        const [resolved, event] = await stage.together(
          { method: 'POST', path: '/incidents/10000', body: { state: 'RESOLVED' } },
          put(),
        );
        expect(resolved?.status).toBe(200);
        expect(event?.json.incidentId).toBe(event?.status === 201 ? 10_001 : 10_000);
      });
      at('6:00').put(KEYED);
      expectMail('5:00..6:00', ADA, /#10001/);
      expectMail('15:00..16:00', GRACE, /#10001/);
      end('30:00');
    }));

  it('are different incidents in different services, and without a key always', () =>
    story(
      {
        config: {
          teams: [{ id: 'core', calendar: [{ day: 'default', oncall: ADA, escalation: GRACE }] }],
          services: [
            { id: 'checkout', team: 'core', escalateAfterSeconds: 604_800 },
            { id: 'search', team: 'core', escalateAfterSeconds: 604_800 },
          ],
        },
      },
      ({ at, expectMail, end }) => {
        at('0:00').put(KEYED).expect(201);
        at('0:00')
          .put({ ...KEYED, service: 'search' })
          .expect(201);
        at('0:00').put().expect(201);
        at('0:00').put().expect(201);
        for (const number of [10_000, 10_001, 10_002, 10_003]) expectMail('0:00', ADA, new RegExp(`#${number} `));
        end('30:00');
      },
    ));
});
