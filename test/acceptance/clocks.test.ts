import { describe, expect, it } from '@jest/globals';
import { ADA, GRACE } from '../support/stage.ts';
import { story } from './story.ts';

describe('clocks that differ', () => {
  it('a notifier that is 20 s behind pages 20 s late, and does not ask without a pause until then', () =>
    story({}, ({ at, expectMail, end }) => {
      at('0:00').put();
      expectMail('0:00', ADA);
      at('5:00').do('the clock of the notifier goes wrong', (stage) => stage.skew('notifier', -20_000));
      expectMail('10:20', GRACE);
      at('20:00').check('once a second', ({ wire }) => {
        const turns = wire.calls.filter(
          ({ operation, invocation }) => invocation?.functionName === 'notifier' && operation === 'BatchGetItem',
        );
        expect(turns.length).toBeLessThan(30);
      });
      end('20:00');
    }));
});
