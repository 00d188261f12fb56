import { describe, expect, it } from '@jest/globals';
import * as heartbeat from '../../../../lambda/ingest/opsgenie/heartbeat.ts';
import { heartbeatPong } from '../../../../lambda/ingest/opsgenie/replies.ts';
import { bodyOf, RECEIVED_AT, trace } from '../support.ts';

const body = {
  name: 'backup',
  interval: 5,
  intervalUnit: 'minutes',
  enabled: true,
  ownerTeam: { name: 'ops' },
  alertTags: ['a'],
  alertPriority: 'P2',
};

function errorsOf(
  given: unknown,
  translate: typeof heartbeat.translateHeartbeat | typeof heartbeat.translateHeartbeatUpdate,
) {
  const refusal = translate(given, trace);
  if (!heartbeat.isRefused(refusal)) throw new Error('accepted');
  expect(refusal.reply.status).toBe(422);
  return (bodyOf(refusal.reply) as { errors: Record<string, string> }).errors;
}

describe('heartbeats', () => {
  it('are created with defaults', () => {
    expect(heartbeat.translateHeartbeat(body, trace)).toEqual({
      name: 'backup',
      description: '',
      interval: 5,
      intervalUnit: 'minutes',
      enabled: true,
      ownerTeam: { name: 'ops' },
      alertMessage: 'backup is expired',
      alertTags: ['a'],
      alertPriority: 'P2',
    });
  });

  it('name every field that is missing or wrong', () => {
    expect(Object.keys(errorsOf(null, heartbeat.translateHeartbeat))).toEqual([
      'name',
      'interval',
      'intervalUnit',
      'enabled',
    ]);
    expect(
      Object.keys(
        errorsOf(
          { ...body, interval: 0, intervalUnit: 'weeks', enabled: 'yes', alertPriority: 'high' },
          heartbeat.translateHeartbeatUpdate,
        ),
      ),
    ).toEqual(['interval', 'intervalUnit', 'enabled', 'alertPriority']);
    expect(errorsOf({ ...body, name: 'n'.repeat(201) }, heartbeat.translateHeartbeat)).toHaveProperty('name');
  });

  it('change only what an update names', () => {
    expect(heartbeat.translateHeartbeatUpdate({ interval: '2', intervalUnit: null }, trace)).toEqual({ interval: 2 });
    expect(heartbeat.translateHeartbeatUpdate(null, trace)).toEqual({});
  });

  it.each([
    ['minutes', 300_000],
    ['hours', 18_000_000],
    ['days', 432_000_000],
  ] as const)('five %s are %i ms', (intervalUnit, ms) => {
    expect(heartbeat.heartbeatIntervalMs({ interval: 5, intervalUnit })).toBe(ms);
  });

  it('a ping is an event under the name', () => {
    expect(heartbeat.eventOfPing('backup', RECEIVED_AT)).toMatchObject({
      action: 'heartbeat',
      dedupKey: 'backup',
      detectedAt: RECEIVED_AT,
    });
    expect(bodyOf(heartbeatPong(trace))).toMatchObject({ result: 'PONG - Heartbeat received' });
    expect(heartbeatPong(trace).status).toBe(202);
  });

  it('answer in the form of the SDKs', () => {
    const draft = heartbeat.translateHeartbeat(body, trace);
    if (heartbeat.isRefused(draft)) throw new Error('refused');
    const view = { ...draft, expired: false, lastPingAt: RECEIVED_AT };
    expect(heartbeat.heartbeatCreated(view, trace).status).toBe(201);
    expect(bodyOf(heartbeat.heartbeatChanged(view, trace))).toMatchObject({
      data: { name: 'backup', enabled: true, expired: false },
    });
    expect(bodyOf(heartbeat.heartbeatFound(view, trace))).toMatchObject({
      data: { interval: 5, lastPingTime: '2026-11-21T07:05:00.000Z' },
    });
    expect(bodyOf(heartbeat.heartbeatList([view], trace))).toMatchObject({
      data: { heartbeats: [{ name: 'backup' }] },
    });
    expect(heartbeat.heartbeatDeleted(trace).status).toBe(200);
  });
});
