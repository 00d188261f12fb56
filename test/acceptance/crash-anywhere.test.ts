import { describe, expect, it } from '@jest/globals';
import { MINUTE_MS, SECOND_MS } from '../../core/time.ts';
import { ADA, GRACE, type Stage, startStage } from '../support/stage.ts';
import { DISK_FULL } from './story.ts';

const PUT = { method: 'PUT', path: '/incidents', body: { ...DISK_FULL, dedupKey: 'disk' } };
/** More than the calls of the longest function of one story; a story in which nothing died any more ends the search. */
const MOST_CALLS = 30;

/** One incident, its sender trying again after five seconds when it was not accepted; `functionName` dies at its call `nth`. */
async function play(functionName: string, nth: number, mishap: 'die before' | 'die after' | 'lose answer') {
  const stage = await startStage();
  try {
    let seen = 0;
    let died = false;
    for (const service of ['dynamodb', 'states', 'ses'] as const)
      stage.wire.fault({ service, mishap, when: (call) => hit(call.invocation?.functionName) });
    function hit(name: string | undefined): boolean {
      if (name !== functionName) return false;
      seen += 1;
      died ||= seen === nth;
      return seen === nth;
    }
    let answer = await stage.request(PUT);
    const first = answer.status;
    await stage.clock.advanceTo(stage.startedAt + 5 * SECOND_MS);
    if (answer.status >= 500) answer = await stage.request(PUT);
    await stage.clock.advanceTo(stage.startedAt + 14 * MINUTE_MS);
    stage.wire.heal();
    return { died, first, answer, open: await openIncidents(stage), mails: pages(stage) };
  } finally {
    await stage.stop();
  }
}

async function openIncidents(stage: Stage): Promise<number> {
  const { json } = await stage.request({ method: 'GET', path: '/incidents?state=OPEN' });
  return (json.incidents as unknown[]).length;
}

function pages({ mails, startedAt }: Stage) {
  const of = (address: string) =>
    mails.filter(({ to }) => to === address).map(({ at }) => (at - startedAt) / MINUTE_MS);
  return { ada: of(ADA), grace: of(GRACE), all: mails.length };
}

describe.each(['api', 'notifier'])('whichever call %s dies at', (functionName) => {
  it.each(['die before', 'die after', 'lose answer'] as const)(
    '%s: one incident, each paged in time and at most twice',
    async (mishap) => {
      let nth = 1;
      for (; nth <= MOST_CALLS; nth++) {
        const { died, answer, open, mails } = await play(functionName, nth, mishap);
        const story = `call ${nth} of ${functionName}: ${JSON.stringify({ status: answer.status, open, mails })}`;
        expect(`${story} ${answer.status}`).toMatch(/ 20[01]$/);
        expect(`${story} ${open}`).toMatch(/ 1$/);
        expect(`${story}: ada in time ${mails.ada.some((at) => at <= 2.5)}`).toMatch(/true$/);
        expect(`${story}: grace in time ${mails.grace.some((at) => at >= 10 && at <= 12.5)}`).toMatch(/true$/);
        expect(`${story}: at most twice ${mails.ada.length <= 2 && mails.grace.length <= 2}`).toMatch(/true$/);
        expect(`${story}: nobody else ${mails.all === mails.ada.length + mails.grace.length}`).toMatch(/true$/);
        if (!died) break;
      }
      // The search has met calls, and has come to their end.
      expect(nth).toBeGreaterThan(4);
      expect(nth).toBeLessThan(MOST_CALLS);
    },
    60_000,
  );
});
