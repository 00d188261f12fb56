import type { APIGatewayProxyEvent } from 'aws-lambda';
import { allows, type KeyIds, scopeOf } from './key-scope.ts';
import { type HttpResponse, Problem } from './problem.ts';
import { type Operation, ROUTES } from './routes.ts';

export type Handle = (event: APIGatewayProxyEvent) => Promise<HttpResponse>;
export type Operations = Record<Operation, Handle>;

/** Finds the operation of a request by the resource that API Gateway matched; a known resource with another method is a 405. */
export function route(operations: Operations, event: APIGatewayProxyEvent, keys: KeyIds): Promise<HttpResponse> {
  const here = ROUTES.filter((r) => r.path === event.resource);
  const found = here.find((r) => r.method === event.httpMethod);
  const scope = found && scopeOf(found);
  if (scope && !allows(keys, event.requestContext.identity.apiKeyId, scope)) {
    const detail =
      scope === 'admin' ? "This needs the administrator's API key." : `This API key may not be used to ${scope}.`;
    throw new Problem('forbidden', detail);
  }
  if (found) return operations[found.operation](event);
  if (here.length === 0) throw new Problem('not_found', 'There is nothing at this address.');
  const allow = [...new Set(here.map((r) => r.method))].join(', ');
  throw new Problem('method_not_allowed', `${event.httpMethod} is not possible here; ${allow} is.`, {
    headers: { allow },
  });
}
