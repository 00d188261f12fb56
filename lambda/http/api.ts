import type { Metrics } from '@aws-lambda-powertools/metrics';
import middy from '@middy/core';
import type { APIGatewayProxyEvent } from 'aws-lambda';
import type { ConfigDeps } from '../app/apply-config.ts';
import { TooManyConflicts } from '../app/ports.ts';
import { publish } from '../job.ts';
import { configOperations } from './operations/config.ts';
import { descriptionOperations } from './operations/description.ts';
import { incidentOperations } from './operations/incidents.ts';
import { type LinkDeps, linkOperations } from './operations/links.ts';
import { Problem, problemResponse } from './problem.ts';
import { route } from './router.ts';

export interface ApiDeps extends LinkDeps, ConfigDeps {
  readonly metrics: Metrics;
}

/** The API as one Lambda handler. Every answer is a response: what an operation throws becomes `application/problem+json`. */
export function api(deps: ApiDeps) {
  const operations = {
    ...incidentOperations(deps),
    ...linkOperations(deps),
    ...configOperations(deps),
    ...descriptionOperations(deps),
  };
  return middy()
    .use({
      after: () => publish(deps.metrics),
      onError: (request) => {
        request.response = problemResponse(toProblem(deps, request.error), request.event.requestContext?.requestId);
        publish(deps.metrics);
      },
    })
    .handler((event: APIGatewayProxyEvent) => route(operations, event));
}

function toProblem(deps: ApiDeps, error: unknown): Problem {
  if (error instanceof Problem) return error;
  // What went wrong inside is for the log; the sender learns that trying again is right.
  deps.log.error('request failed', {
    error: error instanceof Error ? `${error.name}: ${error.message}` : String(error),
  });
  const retry = { headers: { 'retry-after': '2' } };
  if (error instanceof TooManyConflicts) return new Problem('unavailable', 'The item is contended; try again.', retry);
  return new Problem('internal', 'The request failed inside the service; try again.', retry);
}
