import type { Metrics } from '@aws-lambda-powertools/metrics';
import middy from '@middy/core';
import type { Log } from './app/ports.ts';
import { redactError } from './redact.ts';

/**
 * Makes a Lambda handler of a function that is not an HTTP request: its failure is logged and stays a failure, so that whoever
 * invoked it tries again; its metrics are written out either way.
 */
export function job<Input, Output>(
  around: { readonly log: Log; readonly metrics: Metrics },
  run: (input: Input) => Promise<Output>,
) {
  return middy()
    .use({
      after: () => publish(around.metrics),
      onError: (request) => {
        // Lambda writes what is thrown to the log, and Step Functions into the history of the execution.
        request.error = redactError(request.error);
        around.log.error('failed', { error: String(request.error) });
        publish(around.metrics);
      },
    })
    .handler((input: Input): Promise<Output> => run(input));
}

/** Writes out the metrics, if there are any. Answers nothing, because what a middleware answers becomes the response. */
export function publish(metrics: Metrics): void {
  if (metrics.hasStoredMetrics()) metrics.publishStoredMetrics();
}
