import type { Authorize } from './authorize.ts';
import type { FunctionEngine } from './functions.ts';
import { WireError } from './wire.ts';
import type { WorkflowOptions } from './workflows.ts';

/**
 * Calls functions for the tasks of state machines, as what their role allows. What Lambda refuses is an error of the task, under the
 * name that Step Functions gives it, so that a state machine can catch it or try again.
 */
export function createTaskInvoker(
  authorize: Authorize,
  functions: Pick<FunctionEngine, 'invoke'>,
): WorkflowOptions['invoke'] {
  return async (resource, payload, { role, gone }) => {
    try {
      authorize(role, { action: 'lambda:InvokeFunction', resource });
      return await functions.invoke(resource, payload, { gone });
    } catch (error) {
      const throttled = error instanceof WireError && error.code === 'TooManyRequestsException';
      const errorType = throttled ? 'Lambda.TooManyRequestsException' : 'Lambda.AWSLambdaException';
      return { error: { errorType, errorMessage: String(error) } };
    }
  };
}
