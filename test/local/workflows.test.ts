import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  DescribeExecutionCommand,
  ListExecutionsCommand,
  SFNClient,
  StartExecutionCommand,
  StopExecutionCommand,
} from '@aws-sdk/client-sfn';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import type { StateMachineDefinition } from 'aws-local-stepfunctions';
import type { InvocationResult } from '../../local/functions.ts';
import { startWire } from '../../local/wire.ts';
import { createWorkflows } from '../../local/workflows.ts';
import { eventually, temporaryDirectory } from './fixture/assembly.ts';

const FUNCTION = 'arn:aws:lambda:us-east-1:000000000000:function:notifier';
const MACHINE = 'arn:aws:states:us-east-1:000000000000:stateMachine:escalation';
const DAY_MS = 86_400_000;

const definition: StateMachineDefinition = {
  StartAt: 'Advance',
  States: {
    Advance: {
      Type: 'Task',
      Resource: FUNCTION,
      Retry: [{ ErrorEquals: ['Busy'], IntervalSeconds: 5, MaxAttempts: 1 }],
      Catch: [{ ErrorEquals: ['Lost'], Next: 'Done' }],
      Next: 'More',
    },
    More: {
      Type: 'Choice',
      Choices: [{ Variable: '$.status', StringEquals: 'wait', Next: 'WaitUntil' }],
      Default: 'Done',
    },
    WaitUntil: { Type: 'Wait', TimestampPath: '$.until', Next: 'Advance' },
    Done: { Type: 'Succeed' },
  },
};
const machines = [{ arn: MACHINE, definition }];

/** The machine of the stack. */
async function ours() {
  const text = await readFile(join(import.meta.dirname, '../../statemachine/escalation.asl.json'), 'utf8');
  return [
    { arn: MACHINE, definition: JSON.parse(text.replace(/\$\{NotifierArn\}/, FUNCTION)) as StateMachineDefinition },
  ];
}

/** Answers one call after the other from a script, then `done`; notes when it was called, and with what. */
function scripted(script: InvocationResult[]) {
  const calls: { at: number; payload: unknown }[] = [];
  const invoke = async (_arn: string, payload: unknown): Promise<InvocationResult> => {
    calls.push({ at: Date.now(), payload });
    return script.shift() ?? { payload: '{"status":"done"}' };
  };
  return { invoke, calls };
}

const waitFor = (ms: number): InvocationResult => ({
  payload: JSON.stringify({ status: 'wait', until: new Date(Date.now() + ms).toISOString() }),
});
const failing = (errorType: string): InvocationResult => ({ error: { errorType, errorMessage: 'no' } });

describe('an execution, as time goes by', () => {
  beforeEach(() => {
    jest.useFakeTimers({ now: 0 });
  });
  afterEach(() => {
    jest.useRealTimers();
  });

  it('waits until the instant it is told, though it is months away', async () => {
    const { invoke, calls } = scripted([waitFor(60 * DAY_MS)]);
    const engine = await createWorkflows({ machines, invoke });
    const { arn } = await engine.start({ machineArn: MACHINE, input: '{"n":1}' });
    await jest.advanceTimersByTimeAsync(60 * DAY_MS - 1);
    expect(calls).toHaveLength(1);
    await jest.advanceTimersByTimeAsync(1);
    expect(calls.map(({ at }) => at)).toEqual([0, 60 * DAY_MS]);
    expect(engine.execution(arn)).toMatchObject({ status: 'SUCCEEDED', output: '{"status":"done"}' });
    await engine.stop();
  });

  it('retries the error that the function names, as often as the definition says', async () => {
    const { invoke, calls } = scripted([failing('Busy'), failing('Busy')]);
    const engine = await createWorkflows({ machines, invoke });
    const { arn } = await engine.start({ machineArn: MACHINE });
    await jest.advanceTimersByTimeAsync(DAY_MS);
    expect(calls.map(({ at }) => at)).toEqual([0, 5_000]);
    expect(engine.execution(arn)).toMatchObject({
      status: 'FAILED',
      error: 'Busy',
      cause: expect.stringContaining('"errorMessage":"no"'),
    });
    await engine.stop();
  });

  it('of ours tries again when Lambda refuses it, for two minutes', async () => {
    const throttled = failing('Lambda.TooManyRequestsException');
    const { invoke, calls } = scripted(Array.from({ length: 6 }, () => throttled));
    const engine = await createWorkflows({ machines: await ours(), invoke });
    const { arn } = await engine.start({ machineArn: MACHINE });
    await jest.advanceTimersByTimeAsync(DAY_MS);
    expect(calls.map(({ at }) => at / 1_000)).toEqual([0, 2, 6, 14, 30, 62, 122]);
    expect(engine.execution(arn).status).toBe('SUCCEEDED');
    await engine.stop();
  });

  it('tells the function of a task whose time is over that nobody waits', async () => {
    const overAt: number[] = [];
    const invoke = (_arn: string, _payload: unknown, { gone }: { gone: AbortSignal }) => {
      const { promise, resolve } = Promise.withResolvers<InvocationResult>();
      gone.addEventListener('abort', () => {
        overAt.push(Date.now() / 1_000);
        resolve(failing('Abandoned'));
      });
      return promise;
    };
    const engine = await createWorkflows({ machines: await ours(), invoke });
    await engine.start({ machineArn: MACHINE });
    await jest.advanceTimersByTimeAsync(121_000);
    expect(overAt).toEqual([60]);
    await engine.stop();
    expect(overAt).toEqual([60, Date.now() / 1_000]);
  });

  it('catches the error that the definition names', async () => {
    const engine = await createWorkflows({ machines, invoke: scripted([failing('Lost')]).invoke });
    const { arn } = await engine.start({ machineArn: MACHINE });
    await jest.advanceTimersByTimeAsync(1);
    expect(engine.execution(arn).status).toBe('SUCCEEDED');
    await engine.stop();
  });

  it('ends when it is aborted', async () => {
    const { invoke, calls } = scripted([waitFor(DAY_MS)]);
    const engine = await createWorkflows({ machines, invoke });
    const { arn } = await engine.start({ machineArn: MACHINE });
    await jest.advanceTimersByTimeAsync(1);
    await engine.abort(arn, 'Stale');
    await jest.advanceTimersByTimeAsync(2 * DAY_MS);
    expect(calls).toHaveLength(1);
    expect(engine.execution(arn)).toMatchObject({ status: 'ABORTED', error: 'Stale' });
    await engine.stop();
  });
});

describe('names of executions', () => {
  it('are taken once; the same again is the same execution while it runs', async () => {
    const engine = await createWorkflows({ machines, invoke: scripted([waitFor(DAY_MS)]).invoke });
    const first = await engine.start({ machineArn: MACHINE, name: 'incident-1-1', input: '{"n":1}' });
    expect(await engine.start({ machineArn: MACHINE, name: 'incident-1-1', input: '{"n":1}' })).toEqual(first);
    const other = engine.start({ machineArn: MACHINE, name: 'incident-1-1', input: '{"n":2}' });
    await expect(other).rejects.toMatchObject({ code: 'ExecutionAlreadyExists', status: 400 });
    await engine.abort(first.arn);
    const late = engine.start({ machineArn: MACHINE, name: 'incident-1-1', input: '{"n":1}' });
    await expect(late).rejects.toMatchObject({ code: 'ExecutionAlreadyExists' });
    await engine.stop();
  });

  it.each([
    [{ machineArn: MACHINE, name: 'a b' }, 'InvalidName'],
    [{ machineArn: MACHINE, name: 'a', input: '{' }, 'InvalidExecutionInput'],
    [{ machineArn: `${MACHINE}x` }, 'StateMachineDoesNotExist'],
  ])('%j is refused: %s', async (request, code) => {
    const engine = await createWorkflows({ machines, invoke: scripted([]).invoke });
    await expect(engine.start(request)).rejects.toMatchObject({ code });
    await engine.stop();
  });
});

describe('a restart', () => {
  it('runs what was unfinished again, with the same input, and keeps finished names taken', async () => {
    await using data = await temporaryDirectory();
    const options = { machines, dataDir: data.path };
    const before = await createWorkflows({
      ...options,
      invoke: scripted([{ payload: '{"status":"done"}' }, waitFor(DAY_MS)]).invoke,
    });
    const { arn } = await before.start({ machineArn: MACHINE, name: 'finished' });
    await eventually(() => (before.execution(arn).status === 'SUCCEEDED' ? true : undefined));
    await before.start({ machineArn: MACHINE, name: 'unfinished', input: '{"n":7}' });
    await before.stop();

    const { invoke, calls } = scripted([]);
    const after = await createWorkflows({ ...options, invoke });
    after.resume();
    await eventually(() =>
      after.executions(MACHINE).find(({ name, status }) => name === 'unfinished' && status === 'SUCCEEDED'),
    );
    expect(calls.map(({ payload }) => payload)).toEqual([{ n: 7 }]);
    await expect(after.start({ machineArn: MACHINE, name: 'finished' })).rejects.toMatchObject({
      code: 'ExecutionAlreadyExists',
    });
    await after.stop();
  });
});

describe('a restart with much that is unfinished', () => {
  it('runs the first tasks a few at a time, all of them in the end, and new executions in between', async () => {
    await using data = await temporaryDirectory();
    const options = { machines, dataDir: data.path };
    const before = await createWorkflows({ ...options, invoke: async () => waitFor(DAY_MS) });
    const names = Array.from({ length: 20 }, (_, n) => `${n}`);
    for (const name of names) await before.start({ machineArn: MACHINE, name, input: JSON.stringify(name) });
    await before.stop();

    const underWay: { name: unknown; end: (result: InvocationResult) => void }[] = [];
    const began: unknown[] = [];
    const after = await createWorkflows({
      ...options,
      invoke: (_arn, name) => {
        const { promise, resolve } = Promise.withResolvers<InvocationResult>();
        underWay.push({ name, end: resolve });
        began.push(name);
        return promise;
      },
    });
    after.resume();
    await after.abort(`${MACHINE.replace(':stateMachine:', ':execution:')}:19`);
    await after.start({ machineArn: MACHINE, name: 'new', input: '"new"' });
    await eventually(() => (underWay.length === 5 ? true : undefined));
    expect(began).toEqual(['0', '1', '2', '3', 'new']);
    while (began.length < 20) {
      underWay.shift()?.end(waitFor(DAY_MS));
      await new Promise((resolve) => setImmediate(resolve));
      expect(underWay.length).toBeLessThanOrEqual(5);
    }
    expect(began).toEqual(['0', '1', '2', '3', 'new', ...names.slice(4, 19)]);
    for (const { end } of underWay) end(waitFor(DAY_MS));
    await after.stop();
  });
});

describe('a definition', () => {
  it('with a task that is no Lambda function is refused', async () => {
    const States = { Advance: { Type: 'Task', Resource: 'arn:aws:states:::sns:publish', End: true } } as const;
    const bad = [{ arn: MACHINE, definition: { StartAt: 'Advance', States } }];
    await expect(createWorkflows({ machines: bad, invoke: scripted([]).invoke })).rejects.toThrow(
      'calls Lambda functions alone',
    );
  });

  it('that is not valid is refused', async () => {
    const bad = [{ arn: MACHINE, definition: { StartAt: 'Nowhere', States: { Done: { Type: 'Succeed' } } } as const }];
    await expect(createWorkflows({ machines: bad, invoke: scripted([]).invoke })).rejects.toThrow();
  });
});

describe('the wire protocol', () => {
  it('is what the SDK speaks', async () => {
    const engine = await createWorkflows({ machines, invoke: scripted([waitFor(DAY_MS)]).invoke });
    const wire = await startWire([engine.wire]);
    const client = new SFNClient({
      endpoint: wire.url,
      region: 'us-east-1',
      credentials: { accessKeyId: 'a', secretAccessKey: 'b' },
    });
    const started = await client.send(
      new StartExecutionCommand({ stateMachineArn: MACHINE, name: 'one', input: '{"n":1}' }),
    );
    expect(started.startDate).toBeInstanceOf(Date);
    const executionArn = started.executionArn ?? '';
    const again = new StartExecutionCommand({ stateMachineArn: MACHINE, name: 'one', input: '{"n":2}' });
    await expect(client.send(again)).rejects.toMatchObject({ name: 'ExecutionAlreadyExists' });
    const described = await client.send(new DescribeExecutionCommand({ executionArn }));
    expect(described).toMatchObject({ name: 'one', status: 'RUNNING', input: '{"n":1}' });
    const { executions } = await client.send(
      new ListExecutionsCommand({ stateMachineArn: MACHINE, statusFilter: 'RUNNING' }),
    );
    expect(executions).toHaveLength(1);
    await client.send(new StopExecutionCommand({ executionArn }));
    expect((await client.send(new DescribeExecutionCommand({ executionArn }))).status).toBe('ABORTED');
    client.destroy();
    await engine.stop();
    await wire.stop();
  });
});
