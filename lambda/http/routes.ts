/**
 * The route table: the one source for the API Gateway resources, the router, the OpenAPI document and the docs. Plain data, so that
 * `lib/` can read it without loading a handler.
 */
export interface Route {
  readonly operation: string;
  readonly method: 'GET' | 'PUT' | 'POST' | 'DELETE';
  /** API Gateway form: `{name}` is one path segment. */
  readonly path: string;
  /** `key`: API Gateway demands an API key. `admin`: it must be the administrator's. `link`: the signed token in the path is the authority. `none`: open to all. */
  readonly auth: 'key' | 'admin' | 'link' | 'none';
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
    operation: 'snoozeIncident',
    method: 'POST',
    path: '/incidents/{id}/snooze',
    auth: 'key',
    summary: 'Acknowledge until a time; it pages anew then',
  },
  {
    operation: 'assignIncident',
    method: 'POST',
    path: '/incidents/{id}/assign',
    auth: 'key',
    summary: 'Page another person or policy instead',
  },
  {
    operation: 'escalateIncident',
    method: 'POST',
    path: '/incidents/{id}/escalate',
    auth: 'key',
    summary: 'Page the next step of the policy now',
  },
  {
    operation: 'addResponders',
    method: 'POST',
    path: '/incidents/{id}/responders',
    auth: 'key',
    summary: 'Page more people to help',
  },
  {
    operation: 'mergeIncident',
    method: 'POST',
    path: '/incidents/{id}/merge',
    auth: 'key',
    summary: 'Resolve it here and go on in another incident',
  },
  {
    operation: 'prioritizeIncident',
    method: 'POST',
    path: '/incidents/{id}/priority',
    auth: 'key',
    summary: 'Set the priority, P1 to P5',
  },
  { operation: 'getOnCall', method: 'GET', path: '/oncall', auth: 'key', summary: 'Who is on call, now or at a time' },
  {
    operation: 'getShifts',
    method: 'GET',
    path: '/schedules/{id}/shifts',
    auth: 'key',
    summary: 'The shifts of a schedule, final and per layer',
  },
  {
    operation: 'getGaps',
    method: 'GET',
    path: '/schedules/{id}/gaps',
    auth: 'key',
    summary: 'When nobody is on call in a schedule',
  },
  {
    operation: 'addOverride',
    method: 'POST',
    path: '/schedules/{id}/overrides',
    auth: 'key',
    summary: 'Put somebody on call for a time',
  },
  {
    operation: 'removeOverride',
    method: 'DELETE',
    path: '/schedules/{id}/overrides/{override}',
    auth: 'key',
    summary: 'Take an override back',
  },
  {
    operation: 'getScheduleFeed',
    method: 'GET',
    path: '/schedules/{id}/feed',
    auth: 'key',
    summary: 'The secret address of the iCal feed of a schedule',
  },
  {
    operation: 'getUserFeed',
    method: 'GET',
    path: '/users/{id}/feed',
    auth: 'key',
    summary: 'The secret address of the iCal feed of a person',
  },
  { operation: 'getFeed', method: 'GET', path: '/ical/{token}', auth: 'link', summary: 'An iCal feed' },
  {
    operation: 'simulate',
    method: 'POST',
    path: '/simulate',
    auth: 'key',
    summary: 'Who would be notified, how, when, and why',
  },
  {
    operation: 'listConfigRevisions',
    method: 'GET',
    path: '/config/revisions',
    auth: 'key',
    summary: 'Revisions of the configuration, newest first',
  },
  {
    operation: 'getConfigRevision',
    method: 'GET',
    path: '/config/revisions/{revision}',
    auth: 'key',
    summary: 'One revision of the configuration',
  },
  {
    operation: 'restoreConfig',
    method: 'POST',
    path: '/config/revisions/{revision}/restore',
    auth: 'admin',
    summary: 'Put an earlier revision in force again',
  },
  {
    operation: 'getConfigSchema',
    method: 'GET',
    path: '/config.schema.json',
    auth: 'none',
    summary: 'JSON Schema of the configuration, for editors',
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
    auth: 'admin',
    summary: 'Replace the configuration: services, teams, calendars',
  },
  {
    operation: 'createIntegration',
    method: 'POST',
    path: '/integrations',
    auth: 'admin',
    summary: 'Issue a key to a sender; the key is shown this once',
  },
  {
    operation: 'listIntegrations',
    method: 'GET',
    path: '/integrations',
    auth: 'admin',
    summary: 'The senders that have a key, and when it was used last',
  },
  {
    operation: 'rotateIntegration',
    method: 'POST',
    path: '/integrations/{id}/rotate',
    auth: 'admin',
    summary: 'Issue a second key, and let the first one end',
  },
  {
    operation: 'removeIntegration',
    method: 'DELETE',
    path: '/integrations/{id}',
    auth: 'admin',
    summary: 'End all keys of a sender',
  },
  {
    operation: 'getPayload',
    method: 'GET',
    path: '/payloads/{id}',
    auth: 'link',
    summary: 'The whole of an event that was too large for its incident',
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
