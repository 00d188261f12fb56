import * as z from 'zod';
import { parseBody, WireError, type WireHandler } from './wire.ts';
import type { Execution, WorkflowEngine } from './workflows.ts';

const startRequest = z.object({
  stateMachineArn: z.string(),
  name: z.string().optional(),
  input: z.string().optional(),
});
const executionRequest = z.object({
  executionArn: z.string(),
  error: z.string().optional(),
  cause: z.string().optional(),
});
const listRequest = z.object({
  stateMachineArn: z.string(),
  statusFilter: z.string().optional(),
  maxResults: z.number().int().positive().max(1_000).default(100),
});

type Engine = Pick<WorkflowEngine, 'start' | 'abort' | 'execution' | 'executions'>;
/** Asks for its permission once it knows for what. */
type Operation = (engine: Engine, body: unknown, need: Need) => Promise<unknown> | unknown;
type Need = (resource: string) => void;

/** The calls of the Step Functions API that are understood. ListExecutions knows one page. */
const OPERATIONS: Readonly<Record<string, Operation>> = {
  async StartExecution(engine, body, need) {
    const { stateMachineArn: machineArn, name, input } = check(startRequest, body);
    need(machineArn);
    const { arn, startedAt } = await engine.start({ machineArn, name, input });
    return { executionArn: arn, startDate: seconds(startedAt) };
  },
  DescribeExecution(engine, body, need) {
    const { executionArn } = check(executionRequest, body);
    need(executionArn);
    return describe(engine.execution(executionArn));
  },
  async StopExecution(engine, body, need) {
    const { executionArn, error, cause } = check(executionRequest, body);
    need(executionArn);
    const { stoppedAt } = await engine.abort(executionArn, error, cause);
    return { stopDate: seconds(stoppedAt) };
  },
  ListExecutions(engine, body, need) {
    const { stateMachineArn, statusFilter, maxResults } = check(listRequest, body);
    need(stateMachineArn);
    const wanted = engine.executions(stateMachineArn).filter(({ status }) => !statusFilter || status === statusFilter);
    return { executions: wanted.slice(0, maxResults).map(summarize) };
  },
};

/** Speaks the protocol of Step Functions (JSON 1.0, the operation in a header). */
export function createWorkflowWire(engine: Engine): WireHandler {
  return async ({ headers, body, authorize }) => {
    const [service, name = ''] = String(headers['x-amz-target'] ?? '').split('.');
    const operation = OPERATIONS[name];
    if (service !== 'AWSStepFunctions' || !operation) return undefined;
    return {
      status: 200,
      headers: { 'content-type': 'application/x-amz-json-1.0' },
      body: await operation(engine, parseBody(body), (resource) => authorize({ action: `states:${name}`, resource })),
    };
  };
}

function check<Schema extends z.ZodType>(schema: Schema, body: unknown): z.output<Schema> {
  const result = schema.safeParse(body);
  if (result.success) return result.data;
  throw new WireError('ValidationException', z.prettifyError(result.error));
}

function summarize({ arn, machineArn, name, status, startedAt, stoppedAt }: Execution) {
  return {
    executionArn: arn,
    stateMachineArn: machineArn,
    name,
    status,
    startDate: seconds(startedAt),
    stopDate: seconds(stoppedAt),
  };
}

function describe(execution: Execution) {
  const { input, output, error, cause } = execution;
  return { ...summarize(execution), input, output, error, cause };
}

/** Instants of this protocol are seconds with a fraction. */
function seconds<T extends number | undefined>(ms: T): number | T {
  return ms === undefined ? ms : ms / 1_000;
}
