import type { Metrics } from '@aws-lambda-powertools/metrics';
import middy from '@middy/core';
import type { Log } from './app/ports.ts';

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
      onError: ({ error }) => {
        around.log.error('failed', { error: String(error) });
        publish(around.metrics);
      },
    })
    .handler((input: Input): Promise<Output> => run(input));
}

/** Writes out the metrics, if there are any. Answers nothing, because what a middleware answers becomes the response. */
export function publish(metrics: Metrics): void {
  if (metrics.hasStoredMetrics()) metrics.publishStoredMetrics();
}
