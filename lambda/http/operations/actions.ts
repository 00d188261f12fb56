import type { APIGatewayProxyEvent } from 'aws-lambda';
import type * as z from 'zod';
import { MINUTE_MS } from '../../../core/time.ts';
import { type ActDeps, type ActionOrder, actOnIncident } from '../../app/act-on-incident.ts';
import { type HttpResponse, Problem } from '../problem.ts';
import { check, readJsonObject } from '../request.ts';
import type { Operations } from '../router.ts';
import {
  assignBody,
  escalateBody,
  MOST_SNOOZE_MINUTES,
  mergeBody,
  priorityBody,
  respondersBody,
  snoozeBody,
} from '../schemas.ts';
import { answer, BY_API_KEY, pathNumber } from './incidents.ts';

type Names =
  | 'snoozeIncident'
  | 'assignIncident'
  | 'escalateIncident'
  | 'addResponders'
  | 'mergeIncident'
  | 'prioritizeIncident';

interface Who {
  readonly by?: string;
  readonly ifVersion?: number;
}

export function actionOperations(deps: ActDeps): Pick<Operations, Names> {
  /** One operation: a body, and the order it stands for. */
  function operation<Body extends Who>(schema: z.ZodType<Body>, orderOf: (body: Body) => ActionOrder) {
    return async (event: APIGatewayProxyEvent): Promise<HttpResponse> => {
      const incidentId = pathNumber(event.pathParameters?.id);
      const body = check(schema, event.body ? readJsonObject(event) : {}, 'body');
      const { by = BY_API_KEY, ifVersion } = body;
      const request = ifVersion === undefined ? { by } : { by, ifVersion };
      const result = await actOnIncident(deps, incidentId, orderOf(body), request);
      if (result.kind !== 'unknown name') return answer(incidentId, result);
      const errors = [{ field: result.field, message: `there is no ${result.name}` }];
      throw new Problem('invalid_request', `There is no ${result.name}.`, { errors });
    };
  }

  return {
    snoozeIncident: operation(snoozeBody, ({ until, minutes }) => {
      const end = until ?? deps.now() + (minutes ?? 0) * MINUTE_MS;
      const left = end - deps.now();
      if (left > 0 && left <= MOST_SNOOZE_MINUTES * MINUTE_MS) return { kind: 'snooze', until: Math.ceil(end) };
      const message = left > 0 ? `is more than ${MOST_SNOOZE_MINUTES} minutes ahead` : 'is over already';
      throw new Problem('invalid_request', `The end of the snooze ${message}.`, {
        errors: [{ field: until === undefined ? 'minutes' : 'until', message }],
      });
    }),
    assignIncident: operation(assignBody, ({ user, escalationPolicy = '' }) =>
      user === undefined ? { kind: 'assign', escalationPolicy } : { kind: 'assign', user },
    ),
    escalateIncident: operation(escalateBody, () => ({ kind: 'escalate' })),
    addResponders: operation(respondersBody, ({ users }) => ({ kind: 'add responders', users })),
    mergeIncident: operation(mergeBody, ({ into }) => ({ kind: 'merge', into })),
    prioritizeIncident: operation(priorityBody, ({ priority }) => ({ kind: 'prioritize', priority })),
  };
}
