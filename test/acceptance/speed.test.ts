import { it } from '@jest/globals';
import { startStage } from '../support/stage.ts';
it('speed', async () => {
  const t = () => Number(process.hrtime.bigint() / 1000n) / 1000;
  let a = t();
  const out: string[] = [];
  const lap = (n: string) => { const b = t(); out.push(`${n} ${(b - a).toFixed(1)}`); a = b; };
  for (let i = 0; i < 3; i++) {
    const stage = await startStage();
    lap('start');
    await stage.request({ method: 'PUT', path: '/incidents', body: { service: 'checkout', severity: 'CRIT', title: 'x', message: 'y' } });
    lap('put');
    const n = stage.wire.calls.length;
    await stage.clock.advanceTo(Date.now() + 3_600_000);
    lap(`hour (${stage.wire.calls.length - n} calls)`);
    const m = stage.wire.calls.length;
    for (let j = 0; j < 100; j++) await stage.request({ method: 'GET', path: '/incidents/10000' });
    lap(`100 gets ${stage.wire.calls.length - m}`);
    await stage.stop();
    lap('stop');
  }
  console.log(out.join('\n'), process.loadavg?.());
});
