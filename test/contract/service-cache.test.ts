import { describe, expect, it } from '@jest/globals';
import type { Service } from '../../core/service.ts';
import { cacheServices } from '../../lambda/data/services.ts';
import { aService } from '../support/builders.ts';

function given(service: Service | undefined) {
  const world = { service, asked: 0, now: 0 };
  const store = {
    async get() {
      world.asked += 1;
      return world.service;
    },
  };
  return { world, cached: cacheServices(store, () => world.now, 1_000) };
}

describe('cacheServices', () => {
  it('asks once within its time, then again', async () => {
    const { world, cached } = given(aService());
    for (world.now of [0, 1, 999]) expect(await cached.get('athens')).toEqual(aService());
    expect(world.asked).toBe(1);
    world.now = 1_000;
    world.service = aService({ team: 'platform' });
    expect((await cached.get('athens'))?.team).toBe('platform');
    expect(world.asked).toBe(2);
  });

  it('asks again for what was not found, and forgets what is gone', async () => {
    const { world, cached } = given(undefined);
    expect(await cached.get('athens')).toBeUndefined();
    world.service = aService();
    expect(await cached.get('athens')).toEqual(aService());
    world.now = 1_000;
    world.service = undefined;
    expect(await cached.get('athens')).toBeUndefined();
    expect(await cached.get('athens')).toBeUndefined();
    expect(world.asked).toBe(4);
  });

  it('keeps services apart', async () => {
    const { world, cached } = given(aService());
    await cached.get('athens');
    await cached.get('berlin');
    expect(world.asked).toBe(2);
  });
});
