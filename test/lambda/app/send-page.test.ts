import { describe, expect, it } from '@jest/globals';
import { SEND_WITHIN_MS } from '../../../core/delivery.ts';
import { createSendPage } from '../../../lambda/app/send-page.ts';
import { aDirectory, anIncident, claimDue, OK, T0 } from '../../support/builders.ts';

/** Sends the first page of an incident, so long after it was claimed. */
async function sentAfter(ms: number) {
  const { incident, deliveries } = claimDue(anIncident(), T0);
  const [delivery] = deliveries;
  if (!delivery) throw new Error('nothing was claimed');
  let sent = 0;
  const sendPage = createSendPage({
    now: () => T0 + ms,
    token: () => 't'.repeat(32),
    log: { info: () => undefined, warn: () => undefined, error: () => undefined },
    count: () => undefined,
    mail: {
      send: async () => {
        sent += 1;
        return OK;
      },
    },
    linkSecrets: { ensure: async () => [], get: async () => [] },
    publicUrl: 'https://inresponse.example.org',
    fromDomain: 'example.org',
  });
  const outcome = await sendPage(incident, delivery, aDirectory(), [{ id: 'a', secret: 's'.repeat(64) }]);
  return { outcome: outcome.kind, sent };
}

describe('a page', () => {
  it('is sent on its claim for ten seconds', async () => {
    expect(await sentAfter(SEND_WITHIN_MS)).toEqual({ outcome: 'ok', sent: 1 });
  });

  it('is not sent on an older claim, for somebody may have acknowledged meanwhile: it is to be claimed anew', async () => {
    expect(await sentAfter(SEND_WITHIN_MS + 1)).toEqual({ outcome: 'retryable', sent: 0 });
  });
});
