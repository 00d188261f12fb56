import { it } from '@jest/globals';
import { startFakeDynamo } from '../support/fake-dynamo.ts';
import { startStage } from '../support/stage.ts';
it('speed', async () => {
  const t = () => Number(process.hrtime.bigint() / 1000n) / 1000;
  let a = t();
  const out: string[] = [];
  const lap = (n: string) => { const b = t(); out.push(`${n} ${(b - a).toFixed(1)}`); a = b; };
  for (let i = 0; i < 4; i++) {
    await startFakeDynamo();
    lap('dynamo');
    const stage = await startStage({config: null});
    lap('start');
    await stage.request({ method: 'PUT', path: '/config', body: {} });
    lap('put config');
    for (let j = 0; j < 100; j++) await stage.clock.settle();
    lap('100 settles');
    for (let j = 0; j < 100; j++) await stage.dump();
    lap('100 dumps');
    const n = stage.wire.calls.length;
    await stage.clock.advanceTo(Date.now() + 3_600_000);
    lap(`hour (${stage.wire.calls.length - n} calls)`);
    await stage.stop();
    lap('stop');
  }
  console.log(out.join('\n'));
});
