import type { Metrics } from '@aws-lambda-powertools/metrics';
import middy from '@middy/core';
import type { APIGatewayProxyEvent } from 'aws-lambda';
import type { ActDeps } from '../app/act-on-incident.ts';
import type { ConfigDeps } from '../app/apply-config.ts';
import { TooManyConflicts } from '../app/ports.ts';
import type { PayloadStore } from '../data/payloads.ts';
import { publish } from '../job.ts';
import type { KeyIds } from './key-scope.ts';
import { actionOperations } from './operations/actions.ts';
import { configOperations } from './operations/config.ts';
import { descriptionOperations } from './operations/description.ts';
import { type FeedDeps, feedOperations } from './operations/feeds.ts';
import { incidentOperations } from './operations/incidents.ts';
import { type IntegrationDeps, integrationOperations } from './operations/integrations.ts';
import { type LinkDeps, linkOperations } from './operations/links.ts';
import { type OnCallDeps, onCallOperations } from './operations/oncall.ts';
import { overrideOperations } from './operations/overrides.ts';
import { payloadOperations } from './operations/payloads.ts';
import { shiftOperations } from './operations/shifts.ts';
import { simulateOperations } from './operations/simulate.ts';
import { Problem, problemResponse } from './problem.ts';
import { route } from './router.ts';

export interface ApiDeps extends LinkDeps, ConfigDeps, ActDeps, OnCallDeps, FeedDeps, IntegrationDeps {
  readonly payloads: Pick<PayloadStore, 'get'>;
  readonly metrics: Metrics;
  /** The ids, not the values, of the API keys that are not the general one. */
  readonly keys: KeyIds;
}

/** The API as one Lambda handler. Every answer is a response: what an operation throws becomes `application/problem+json`. */
export function api(deps: ApiDeps) {
  const operations = {
    ...incidentOperations(deps),
    ...linkOperations(deps),
    ...actionOperations(deps),
    ...configOperations(deps),
    ...overrideOperations(deps),
    ...onCallOperations(deps),
    ...shiftOperations(deps),
    ...feedOperations(deps),
    ...simulateOperations(deps),
    ...integrationOperations(deps),
    ...payloadOperations(deps),
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
    .handler((event: APIGatewayProxyEvent) => route(operations, event, deps.keys));
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
