import { describe, expect, it } from '@jest/globals';
import type { Reached } from '../../core/oncall.ts';
import { addDeliveries, withDeliveries } from '../../core/run.ts';
import { anIncident, T0 } from '../support/builders.ts';

const SOMEBODY: Reached = {
  role: 'responder',
  to: { kind: 'email', address: 'ada@example.org' },
  reason: 'test',
  delayMs: 0,
};

describe('addDeliveries', () => {
  it('forgets the oldest finished pages beyond a hundred, and never one that is still to be sent', () => {
    let incident = addDeliveries(anIncident(), 0, [SOMEBODY], T0);
    const [waiting] = incident.escalation.deliveries;
    for (let step = 1; step <= 300; step++) {
      incident = addDeliveries(incident, step, [SOMEBODY], T0);
      const newest = incident.escalation.deliveries.at(-1);
      if (newest) incident = withDeliveries(incident, [{ ...newest, status: 'sent', sentAt: T0 }]);
    }
    const { deliveries, deliverySeq } = incident.escalation;
    expect(deliverySeq).toBe(301);
    expect(deliveries.length).toBeLessThanOrEqual(103);
    expect(deliveries).toContainEqual(waiting);
    expect(deliveries.at(-1)?.id).toBe(301);
  });
});
