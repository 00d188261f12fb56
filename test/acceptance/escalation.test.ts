import { describe, it } from '@jest/globals';
import { ADA, GRACE } from '../support/stage.ts';
import { story } from './story.ts';

describe('an incident nobody acknowledges', () => {
  it('pages the on-call engineer at once and the escalation contact after ten minutes', () =>
    story({}, ({ at, expectMail, end }) => {
      at('0:00').put().expect(201);
      expectMail('0:00', ADA, /CRIT.*#10000/);
      expectMail('10:00', GRACE, /Escalation.*#10000/);
      end('60:00');
    }));
});
