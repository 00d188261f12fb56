import { describe, expect, it } from '@jest/globals';
import { ADA, FALLBACK, GRACE } from '../support/stage.ts';
import type { Fault, Mishap, WireCall } from '../support/wire.ts';
import { DISK_FULL, kindsOf, story } from './story.ts';

type Body = Record<string, unknown>;

function by(functionName: string, which: (body: Body) => boolean = () => true) {
  return ({ invocation, body }: WireCall) => invocation?.functionName === functionName && which(body);
}

function on(table: string) {
  return (body: Body) => body.TableName === table;
}

function dynamo(functionName: string, operation: string, table: string, mishap: Mishap): Fault {
  return { service: 'dynamodb', operation, when: by(functionName, on(table)), mishap };
}

describe('between "incident written" and "workflow started"', () => {
  it('Step Functions cannot be reached: accepted all the same, and the reconciler pages', () =>
    story({}, ({ at, expectMail, end }) => {
      at('0:00').fault({ service: 'states', times: 99, mishap: 'unreachable' });
      at('0:00').put().expect(201);
      expectMail('0:30..1:30', ADA);
      expectMail('10:00..12:00', GRACE);
      at('20:00').check('it is counted and told', async (stage) => {
        expect(stage.counted('WorkflowStartFailed')).toBeGreaterThan(0);
        expect(stage.counted('OverdueRepaired')).toBe(2);
        expect(await kindsOf(stage, 10_000)).toContain('repaired');
      });
      end('45:00');
    }));

  it('Step Functions fails for a moment: the reconciler pages, its workflow escalates on time', () =>
    story({}, ({ at, expectMail, end }) => {
      at('0:00').fault({ service: 'states', times: 3, mishap: 'unreachable' });
      at('0:00').put().expect(201);
      expectMail('0:30..1:30', ADA);
      expectMail('10:00', GRACE);
      end('20:00');
    }));

  it('the process is gone: the reconciler pages, its workflow escalates on time', () =>
    story({}, ({ at, expectMail, end }) => {
      at('0:00').fault(dynamo('api', 'PutItem', 'Incident', 'die after'));
      at('0:00').put().expect(502);
      expectMail('0:30..1:30', ADA);
      expectMail('10:00', GRACE);
      end('20:00');
    }));

  it('the process is gone, and the sender tries again: still one incident', () =>
    story({}, ({ at, expectMail, end }) => {
      at('0:00').fault(dynamo('api', 'PutItem', 'Incident', 'die after'));
      at('0:00').put({ dedupKey: 'disk' }).expect(502);
      at('0:05').put({ dedupKey: 'disk' }).expect(200);
      expectMail('0:30..1:30', ADA, /#10000/);
      expectMail('10:00', GRACE, /#10000/);
      end('20:00');
    }));
});

describe('before the incident is written', () => {
  it('a lock without an incident does not swallow the next event', () =>
    story({}, ({ at, expectMail, end }) => {
      at('0:00').fault(dynamo('api', 'UpdateItem', 'Dedup', 'die after'));
      at('0:00').put({ dedupKey: 'disk' }).expect(502);
      at('5:00')
        .put({ dedupKey: 'disk' })
        .expect(201, ({ json }) => expect(json.incidentId).toBe(10_000));
      at('6:00').put({ dedupKey: 'disk' }).expect(200);
      expectMail('5:00', ADA, /#10000/);
      expectMail('15:00', GRACE, /#10000/);
      end('45:00');
    }));

  it('a lock without an incident, and two next events in one instant: one incident', () =>
    story({}, ({ at, expectMail, end }) => {
      const put = { method: 'PUT', path: '/incidents', body: { ...DISK_FULL, dedupKey: 'disk' } };
      at('0:00').fault(dynamo('api', 'UpdateItem', 'Dedup', 'die after'));
      at('0:00').put({ dedupKey: 'disk' }).expect(502);
      at('5:00').do('two at once', async (stage) => {
        const answers = await stage.together(put, put);
        expect(answers.map(({ status }) => status).sort()).toEqual([200, 201]);
      });
      expectMail('5:00', ADA, /#10000/);
      expectMail('15:00', GRACE, /#10000/);
      end('45:00');
    }));
});

describe('while somebody is being paged', () => {
  it('the process dies between claim and sending: paged when the lease lapses', () =>
    story({}, ({ at, expectMail, end }) => {
      at('0:00').fault({ service: 'ses', mishap: 'die before' });
      at('0:00').put();
      expectMail('1:15', ADA);
      expectMail('10:00', GRACE);
      end('20:00');
    }));

  it('the process dies before the claim: paged by the retry of the state machine', () =>
    story({}, ({ at, expectMail, end }) => {
      at('0:00').fault(dynamo('notifier', 'UpdateItem', 'Incident', 'die before'));
      at('0:00').put();
      expectMail('0:02', ADA);
      expectMail('10:00', GRACE);
      end('20:00');
    }));

  it('the process dies after sending, before writing it down: paged twice, and no more', () =>
    story({}, ({ at, expectMail, end }) => {
      at('0:00').fault({ service: 'ses', mishap: 'die after' });
      at('0:00').put();
      expectMail('0:00', ADA);
      expectMail('1:15', ADA);
      expectMail('10:00', GRACE);
      end('20:00');
    }));

  it('the process dies after writing it down: paged once', () =>
    story({}, ({ at, expectMail, end }) => {
      const writesDown = by('notifier', (body) => JSON.stringify(body).includes('"notified"'));
      at('0:00').fault({ service: 'dynamodb', operation: 'UpdateItem', when: writesDown, mishap: 'die after' });
      at('0:00').put();
      expectMail('0:00', ADA);
      expectMail('10:00', GRACE);
      end('20:00');
    }));

  it('an acknowledgement comes after the claim was left behind: nobody is paged for it', () =>
    story({}, ({ at, end }) => {
      at('0:00').fault({ service: 'ses', mishap: 'die before' });
      at('0:00').put();
      at('0:30').claim(10_000);
      end('20:00');
    }));
});

describe('two of the same', () => {
  it('two notifiers at once: one page', () =>
    story({ reconciler: 'off' }, ({ at, expectMail, end }) => {
      at('0:00').fault({ service: 'states', times: 99, mishap: 'unreachable' });
      at('0:00').put();
      at('1:00').do('two notifiers', async ({ clock, notify }) => {
        const input = { incidentId: 10_000, generation: 1, team: 'core', timeZone: 'UTC' };
        await clock.finish(Promise.all([notify(input), notify(input), notify(input)]));
      });
      expectMail('1:00', ADA);
      end('5:00');
    }));

  it('two executions of one generation: each step pages once', () =>
    story({}, ({ at, expectMail, end }) => {
      at('0:00').put();
      at('0:01').do('a second execution', ({ workflows }) => {
        for (const copy of ['copy-1', 'copy-2']) workflows.start(copy, workflows.executions[0]?.input ?? '');
      });
      expectMail('0:00', ADA);
      expectMail('10:00', GRACE);
      end('20:00');
    }));

  it('a notifier and the reconciler at once: one page', () =>
    story({ reconciler: 'off' }, ({ at, expectMail, end }) => {
      at('0:00').fault({ service: 'states', times: 3, mishap: 'unreachable' });
      at('0:00').put();
      at('1:00').do('both', async ({ clock, notify, sweep }) => {
        const input = { incidentId: 10_000, generation: 1, team: 'core', timeZone: 'UTC' };
        await clock.finish(Promise.all([notify(input), sweep(), sweep()]));
      });
      at('2:00').do('from now on as usual', (stage) => stage.setReconciler(true));
      expectMail('1:00', ADA);
      expectMail('10:00..12:00', GRACE);
      end('30:00');
    }));

  it('an acknowledgement and the escalation in one instant: whoever writes first, and nobody afterwards', () =>
    story({}, ({ at, expectMail, allowMail, end }) => {
      at('0:00').put();
      expectMail('0:00', ADA);
      at('3:00').do('abort', ({ workflows }) => workflows.abort('incident-10000-1'));
      at('10:00').do('both', async ({ clock, notify, together, mails }) => {
        const late = notify({ incidentId: 10_000, generation: 1, team: 'core', timeZone: 'UTC' });
        const claim = { method: 'POST', path: '/incidents/10000', body: { state: 'CLAIMED' } };
        const [claimed] = await together(claim);
        const { reason } = await clock.finish(late);
        expect(claimed?.status).toBe(200);
        expect(reason).toBe(mails.length === 1 ? 'acknowledged' : 'CLAIMED');
      });
      allowMail('10:00', GRACE);
      end('30:00');
    }));
});

describe('an execution that is not what it should be', () => {
  it.each(['0:30', '3:00', '9:59'] as const)('aborted at %s: the reconciler escalates', (moment) =>
    story({}, ({ at, expectMail, end }) => {
      at('0:00').put();
      expectMail('0:00', ADA);
      at(moment).do('abort', ({ workflows }) => workflows.abort('incident-10000-1'));
      expectMail('10:00..12:00', GRACE);
      end('20:00');
    }),
  );

  it('aborted, and the reconciler dies on the way: its next run finishes', () =>
    story({}, ({ at, expectMail, end }) => {
      at('0:00').put();
      expectMail('0:00', ADA);
      at('3:00').do('abort', ({ workflows }) => workflows.abort('incident-10000-1'));
      at('3:00').fault(dynamo('reconciler', 'UpdateItem', 'Incident', 'die after'));
      expectMail('10:00..13:00', GRACE);
      end('20:00');
    }));

  it('aborted, and the reconciler dies between claim and sending: paged once the lease lapses', () =>
    story({}, ({ at, expectMail, end }) => {
      at('0:00').put();
      expectMail('0:00', ADA);
      at('3:00').do('abort', ({ workflows }) => workflows.abort('incident-10000-1'));
      at('3:00').fault({ service: 'ses', when: by('reconciler'), mishap: 'die before' });
      expectMail('10:00..15:00', GRACE);
      end('45:00');
    }));

  it('the notifier never works: the reconciler pages for it', () =>
    story({}, ({ at, expectMail, end, allowFailedExecutions }) => {
      allowFailedExecutions();
      at('0:00').fault({
        service: 'dynamodb',
        when: by('notifier'),
        times: Number.POSITIVE_INFINITY,
        mishap: 'unreachable',
      });
      at('0:00').put();
      expectMail('0:30..1:30', ADA);
      expectMail('10:00..12:00', GRACE);
      end('20:00');
    }));

  it('the reconciler is off, and everything else works: it is not needed', () =>
    story({ reconciler: 'off' }, ({ at, expectMail, end }) => {
      at('0:00').put();
      expectMail('0:00', ADA);
      expectMail('10:00', GRACE);
      end('20:00');
    }));

  it('the whole region stands still for half an hour: paged when it goes on', () =>
    story({ reconciler: 'off' }, ({ at, expectMail, end }) => {
      at('0:00').fault({ service: 'states', times: 99, when: () => true, mishap: 'unreachable' });
      at('0:00').put();
      at('30:00').do('the reconciler is back', (stage) => stage.setReconciler(true));
      expectMail('30:00..31:00', ADA);
      expectMail('30:00..31:00', GRACE);
      end('45:00');
    }));
});

describe('an answer that is lost', () => {
  it.each([
    ['create', dynamo('api', 'PutItem', 'Incident', 'lose answer')],
    ['lock', dynamo('api', 'UpdateItem', 'Dedup', 'lose answer')],
    ['start', { service: 'states', mishap: 'lose answer' }],
    ['claim', dynamo('notifier', 'UpdateItem', 'Incident', 'lose answer')],
    [
      'outcome',
      {
        service: 'dynamodb',
        operation: 'UpdateItem',
        when: by('notifier', (body) => JSON.stringify(body).includes('"notified"')),
        mishap: 'lose answer',
      },
    ],
  ] as [string, Fault][])('of the %s is not a conflict: 201, one incident, one page', (_what, fault) =>
    story({}, ({ at, expectMail, end }) => {
      at('0:00').fault(fault);
      at('0:00')
        .put({ dedupKey: 'disk' })
        .expect(201, ({ json }) => expect(json.incidentId).toBe(10_000));
      at('1:00')
        .put({ dedupKey: 'disk' })
        .expect(200, ({ json }) => expect(json.incidentId).toBe(10_000));
      expectMail('0:00', ADA, /#10000/);
      expectMail('10:00', GRACE, /#10000/);
      end('20:00');
    }),
  );

  it('of the counter leaves a gap and nothing else', () =>
    story({}, ({ at, expectMail, end }) => {
      at('0:00').fault(dynamo('api', 'UpdateItem', 'Config', 'lose answer'));
      at('0:00')
        .put()
        .expect(201, ({ json }) => expect(json.incidentId).toBe(10_001));
      expectMail('0:00', ADA, /#10001/);
      expectMail('10:00', GRACE, /#10001/);
      end('20:00');
    }));

  it('of an acknowledgement is answered 200 and noted once', () =>
    story({}, ({ at, expectMail, end }) => {
      at('0:00').put();
      expectMail('0:00', ADA);
      at('4:00').fault(dynamo('api', 'UpdateItem', 'Incident', 'lose answer'));
      at('4:00')
        .claim(10_000)
        .expect(200, async ({ json }, stage) => {
          expect(json).toMatchObject({ state: 'CLAIMED', version: 4 });
          expect((await kindsOf(stage, 10_000)).filter((kind) => kind === 'acknowledged')).toHaveLength(1);
        });
      end('20:00');
    }));
});

describe('re-opening', () => {
  it('dies between its lock and its write: the next event finishes it and is taken in', () =>
    story({}, ({ at, expectMail, end }) => {
      at('0:00').put({ dedupKey: 'disk' });
      expectMail('0:00', ADA);
      at('1:00').resolve(10_000);
      at('20:00').fault(dynamo('api', 'UpdateItem', 'Dedup', 'die after'));
      at('20:00').reopen(10_000).expect(502);
      at('21:00')
        .put({ dedupKey: 'disk' })
        .expect(200, ({ json }) => expect(json.incidentId).toBe(10_000));
      expectMail('21:00', ADA, /#10000/);
      expectMail('31:00', GRACE, /#10000/);
      end('45:00');
    }));

  it('dies between its write and its workflow: the reconciler pages', () =>
    story({}, ({ at, expectMail, end }) => {
      at('0:00').put();
      expectMail('0:00', ADA);
      at('1:00').resolve(10_000);
      at('20:00').fault({ service: 'states', mishap: 'die before' });
      at('20:00').reopen(10_000).expect(502);
      expectMail('20:30..22:00', ADA);
      expectMail('30:00', GRACE);
      end('45:00');
    }));
});

describe('a configuration that is put while the process dies', () => {
  const SEARCH = {
    teams: [{ id: 'core', calendar: [{ day: 'default', oncall: FALLBACK, escalation: FALLBACK }] }],
    services: [
      { id: 'checkout', team: 'core' },
      { id: 'search', team: 'core' },
    ],
  };

  it.each(['Service', 'OncallCalendar'])('before a row of %s is written: the reconciler writes all of them', (table) =>
    story({}, ({ at, expectMail, end }) => {
      at('0:00').fault(dynamo('api', 'PutItem', table, 'die before'));
      at('0:00').request('PUT', '/config', SEARCH).expect(502);
      at('0:01')
        .get('/config')
        .expect(200, ({ json }) => expect(json).toMatchObject({ services: [{}, { id: 'search' }] }));
      at('1:00').put({ service: 'search' }).expect(201);
      expectMail('1:00', FALLBACK, /^\[CRIT\]/);
      at('2:00').resolve(10_000);
      at('3:00')
        .get('/healthz')
        .expect(200, ({ json }) => expect(json).toMatchObject({ configurationRevision: 2 }));
      end('10:00');
    }),
  );

  it('before the head has moved: the old one stays in force, and the next one is applied', () =>
    story({}, ({ at, expectMail, end }) => {
      const head = (body: Body) => JSON.stringify(body.Item ?? '').includes('"configkey":{"S":"config"}');
      at('0:00').fault({ service: 'dynamodb', operation: 'PutItem', when: by('api', head), mishap: 'die before' });
      at('0:00').request('PUT', '/config', SEARCH).expect(502);
      at('1:00').put({ service: 'search' }).expect(400);
      at('1:00')
        .request('PUT', '/config', SEARCH)
        .expect(200, ({ json }) => expect(json.changed).toBe(true));
      at('2:00').put({ service: 'search' }).expect(201);
      expectMail('2:00', FALLBACK, /^\[CRIT\]/);
      at('3:00').resolve(10_000);
      end('10:00');
    }));

  it('half-way, and another one is put before the reconciler runs: nothing of the first is left', () =>
    story({ reconciler: 'off' }, ({ at, end }) => {
      at('0:00').fault(dynamo('api', 'PutItem', 'OncallCalendar', 'die before'));
      at('0:00').request('PUT', '/config', SEARCH).expect(502);
      at('0:01')
        .request('PUT', '/config', { services: [{ id: 'checkout' }] })
        .expect(200);
      at('0:02').put({ service: 'search' }).expect(400);
      end('1:00');
    }));
});
