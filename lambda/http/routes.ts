/**
 * The route table: the one source for the API Gateway resources, the router, the OpenAPI document and the docs. Plain data, so that
 * `lib/` can read it without loading a handler.
 */
export interface Route {
  readonly operation: string;
  readonly method: 'GET' | 'PUT' | 'POST';
  /** API Gateway form: `{name}` is one path segment. */
  readonly path: string;
  /** `key`: API Gateway demands an API key. `link`: the signed token in the path is the authority. `none`: open to all. */
  readonly auth: 'key' | 'link' | 'none';
  readonly summary: string;
}

export const ROUTES = [
  {
    operation: 'raiseIncident',
    method: 'PUT',
    path: '/incidents',
    auth: 'key',
    summary: 'Raise an incident, or add to the open one of the same dedup key',
  },
  {
    operation: 'listIncidents',
    method: 'GET',
    path: '/incidents',
    auth: 'key',
    summary: 'List incidents, newest first',
  },
  {
    operation: 'updateIncidentByBody',
    method: 'POST',
    path: '/incidents',
    auth: 'key',
    summary: 'Acknowledge, resolve, re-open or annotate; the number is in the body',
  },
  { operation: 'getIncident', method: 'GET', path: '/incidents/{id}', auth: 'key', summary: 'One incident' },
  {
    operation: 'updateIncident',
    method: 'POST',
    path: '/incidents/{id}',
    auth: 'key',
    summary: 'Acknowledge, resolve, re-open or annotate',
  },
  {
    operation: 'getTimeline',
    method: 'GET',
    path: '/incidents/{id}/timeline',
    auth: 'key',
    summary: 'Everything that happened to an incident',
  },
  {
    operation: 'getConfig',
    method: 'GET',
    path: '/config',
    auth: 'key',
    summary: 'The configuration in force, and its revision',
  },
  {
    operation: 'putConfig',
    method: 'PUT',
    path: '/config',
    auth: 'key',
    summary: 'Replace the configuration: services, teams, calendars',
  },
  {
    operation: 'viewByLink',
    method: 'GET',
    path: '/i/{token}',
    auth: 'link',
    summary: 'The page behind the "see it" link of an email',
  },
  {
    operation: 'acknowledgePage',
    method: 'GET',
    path: '/ack/{token}',
    auth: 'link',
    summary: 'The page behind the "acknowledge" link: a button, no effect',
  },
  {
    operation: 'acknowledgeByLink',
    method: 'POST',
    path: '/ack/{token}',
    auth: 'link',
    summary: 'The button of that page: acknowledges',
  },
  { operation: 'getOpenApi', method: 'GET', path: '/openapi.json', auth: 'none', summary: 'This API, described' },
  {
    operation: 'getHealth',
    method: 'GET',
    path: '/healthz',
    auth: 'none',
    summary: 'Answers 200 when the service can take an incident',
  },
] as const satisfies readonly Route[];

export type Operation = (typeof ROUTES)[number]['operation'];
