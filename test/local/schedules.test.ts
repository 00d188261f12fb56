import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { type Assembly, readAssembly } from '../../local/assembly.ts';
import { readResources } from '../../local/resources.ts';
import { readSchedules } from '../../local/schedules.ts';
import { FIXTURE } from './fixture/assembly.ts';

describe('schedules', () => {
  beforeEach(() => {
    jest.useFakeTimers({ now: Date.parse('2026-11-21T07:00:00.500Z') });
  });
  afterEach(() => {
    jest.useRealTimers();
  });

  it('call their functions once a period, with the event of EventBridge', async () => {
    const assembly = await readAssembly(FIXTURE);
    const deliver = jest.fn();
    const schedules = readSchedules(readResources(assembly), assembly, { deliver });
    schedules.start();
    jest.advanceTimersByTime(120_000);
    schedules.stop();
    jest.advanceTimersByTime(120_000);
    expect(deliver).toHaveBeenCalledTimes(2);
    expect(deliver).toHaveBeenLastCalledWith(
      'arn:aws:lambda:us-east-1:000000000000:function:Mini-WorkerFunction1A2B3C4D',
      expect.objectContaining({ 'detail-type': 'Scheduled Event', source: 'aws.events', time: '2026-11-21T07:02:00Z' }),
    );
  });

  it('that are no rates stop the start', async () => {
    const Properties = { ScheduleExpression: 'cron(0 8 * * ? *)', Targets: [] };
    const template: Assembly['template'] = {
      Resources: { Daily: { Type: 'AWS::Events::Rule', Properties } },
      Parameters: {},
      Conditions: {},
    };
    const assembly = { ...(await readAssembly(FIXTURE)), template };
    expect(() => readSchedules(readResources(assembly), assembly, { deliver: () => undefined })).toThrow(
      'cron(0 8 * * ? *)',
    );
  });
});
