import * as z from 'zod';
import { configDocument } from '../../core/config/document.ts';
import { PRIORITIES, SEVERITIES, STATES } from '../../core/incident.ts';
import { URGENCIES } from '../../core/policy.ts';
import { TIMELINE_KINDS } from '../../core/timeline.ts';
import { integrationBody, rotateBody } from './operations/integrations.ts';
import { PROBLEMS } from './problem.ts';
import { type Operation, ROUTES, type Route } from './routes.ts';
import {
  assignBody,
  dryRunQuery,
  escalateBody,
  listQuery,
  mergeBody,
  onCallQuery,
  overrideBody,
  priorityBody,
  raiseBody,
  respondersBody,
  simulateBody,
  snoozeBody,
  spanQuery,
  updateBody,
  updateByBody,
} from './schemas.ts';

const BODIES: Partial<Record<Operation, z.ZodType>> = {
  raiseIncident: raiseBody,
  updateIncident: updateBody,
  updateIncidentByBody: updateByBody,
  snoozeIncident: snoozeBody,
  assignIncident: assignBody,
  escalateIncident: escalateBody,
  addResponders: respondersBody,
  mergeIncident: mergeBody,
  prioritizeIncident: priorityBody,
  addOverride: overrideBody,
  simulate: simulateBody.extend({ config: configDocument.exactOptional() }),
  putConfig: configDocument,
  createIntegration: integrationBody,
  rotateIntegration: rotateBody,
};

/** Operations whose body has nothing that must be said. */
const BODY_OPTIONAL: readonly Operation[] = ['escalateIncident', 'rotateIntegration'];

const QUERIES: Partial<Record<Operation, z.ZodObject>> = {
  listIncidents: listQuery,
  getOnCall: onCallQuery,
  getShifts: spanQuery,
  getGaps: spanQuery,
  putConfig: dryRunQuery,
};

const IF_MATCH = { 'If-Match': 'Refuse with 409 unless this ETag of GET /config is still in force' };
const AUTHOR = { 'X-Author': 'Who applies it, for the list of revisions; default the API key' };
const HEADERS: Partial<Record<Operation, Readonly<Record<string, string>>>> = {
  putConfig: { ...IF_MATCH, ...AUTHOR },
  restoreConfig: { ...IF_MATCH, ...AUTHOR },
  addOverride: AUTHOR,
  removeOverride: AUTHOR,
};

/** What `link` operations answer, where it is not a page. */
const LINK_TYPES: Partial<Record<Operation, readonly [good: string, refused: string]>> = {
  getFeed: ['text/calendar', 'text/plain'],
  getPayload: ['application/json', 'application/problem+json'],
};

/** Statuses besides 200 that an operation answers with when all is well. */
const CREATED: readonly Operation[] = ['raiseIncident', 'createIntegration'];

const text = { type: 'string' };
const maybeText = { type: ['string', 'null'] };
const moment = { type: 'string', format: 'date-time' };
const maybeMoment = { type: ['string', 'null'], format: 'date-time' };

const schemas = {
  Incident: {
    type: 'object',
    properties: {
      incidentId: { type: 'integer', minimum: 10_000 },
      version: { type: 'integer' },
      state: { enum: STATES },
      severity: { enum: SEVERITIES },
      urgency: { enum: URGENCIES },
      priority: { enum: [...PRIORITIES, null] },
      service: text,
      team: maybeText,
      title: text,
      message: text,
      source: maybeText,
      dedupKey: maybeText,
      details: { type: 'object' },
      links: { type: 'array', items: { type: 'object', properties: { href: text, text } } },
      detectedAt: moment,
      createdAt: moment,
      updatedAt: moment,
      count: { type: 'integer', description: 'Events taken in, the first included' },
      lastSeenAt: moment,
      claimedAt: maybeMoment,
      claimedBy: maybeText,
      resolvedAt: maybeMoment,
      resolvedBy: maybeText,
      snoozedUntil: maybeMoment,
      assignedTo: maybeText,
      mergedInto: { type: ['integer', 'null'], description: 'Resolved because it goes on in that incident' },
      mergedFrom: { type: 'array', items: { type: 'integer' } },
      escalation: { type: 'object' },
    },
  },
  TimelineEntry: {
    type: 'object',
    properties: {
      seq: { type: 'integer' },
      at: moment,
      kind: { enum: TIMELINE_KINDS },
      text,
      by: maybeText,
      to: maybeText,
      messageId: maybeText,
    },
  },
  Problem: {
    type: 'object',
    description: 'RFC 9457, with a stable code and every field at fault',
    required: ['type', 'title', 'status', 'code'],
    properties: {
      type: text,
      title: text,
      status: { type: 'integer' },
      code: {
        enum: [
          ...Object.keys(PROBLEMS),
          'throttled',
          'quota_exceeded',
          'unsupported_media_type',
          'bad_gateway',
          'timeout',
        ],
      },
      detail: text,
      errors: { type: 'array', items: { type: 'object', properties: { field: text, message: text } } },
      requestId: text,
    },
  },
};

const reference = (name: keyof typeof schemas) => ({ $ref: `#/components/schemas/${name}` });

const RESULTS: Partial<Record<Operation, object>> = {
  raiseIncident: reference('Incident'),
  getIncident: reference('Incident'),
  updateIncident: reference('Incident'),
  updateIncidentByBody: reference('Incident'),
  snoozeIncident: reference('Incident'),
  assignIncident: reference('Incident'),
  escalateIncident: reference('Incident'),
  addResponders: reference('Incident'),
  mergeIncident: reference('Incident'),
  prioritizeIncident: reference('Incident'),
  getConfig: inputSchema(configDocument),
  getConfigRevision: inputSchema(configDocument),
  getScheduleFeed: { type: 'object', properties: { url: text } },
  getUserFeed: { type: 'object', properties: { url: text } },
  listIncidents: {
    type: 'object',
    properties: { incidents: { type: 'array', items: reference('Incident') }, next: maybeText },
  },
  getTimeline: {
    type: 'object',
    properties: { incidentId: { type: 'integer' }, timeline: { type: 'array', items: reference('TimelineEntry') } },
  },
};

/** The API as an OpenAPI 3.1 document, made from the route table and the very schemas that check requests. */
export function openApiDocument(publicUrl: string): object {
  const paths: Record<string, Record<string, object>> = {};
  for (const route of ROUTES) {
    const methods = paths[route.path] ?? {};
    methods[route.method.toLowerCase()] = describe(route);
    paths[route.path] = methods;
  }
  return {
    openapi: '3.1.0',
    info: { title: 'InResponse', version: '1', license: { name: 'Apache-2.0', identifier: 'Apache-2.0' } },
    servers: [{ url: publicUrl }],
    paths,
    components: {
      schemas,
      securitySchemes: { apiKey: { type: 'apiKey', in: 'header', name: 'x-api-key' } },
    },
  };
}

function describe(route: (typeof ROUTES)[number]): object {
  const { operation, summary, auth }: Route & { operation: Operation } = route;
  const link = auth === 'link';
  const [page, refusal] = LINK_TYPES[operation] ?? ['text/html', 'text/html'];
  const result = RESULTS[operation] ?? { type: 'object' };
  const content = link ? { [page]: {} } : { 'application/json': { schema: result } };
  const good = { description: 'Done', content };
  const problem = link
    ? { description: 'The link does not work', content: { [refusal]: {} } }
    : { description: 'Refused', content: { 'application/problem+json': { schema: reference('Problem') } } };
  const body = BODIES[operation];
  return {
    operationId: operation,
    summary,
    ...(auth === 'admin' ? { description: "Needs the administrator's API key; 403 with any other." } : {}),
    security: auth === 'key' || auth === 'admin' ? [{ apiKey: [] }] : [],
    parameters: [
      ...pathParameters(route.path),
      ...queryParameters(QUERIES[operation]),
      ...headerParameters(HEADERS[operation]),
    ],
    ...(body
      ? {
          requestBody: {
            required: !BODY_OPTIONAL.includes(operation),
            content: { 'application/json': { schema: inputSchema(body) } },
          },
        }
      : {}),
    responses: { 200: good, ...(CREATED.includes(operation) ? { 201: good } : {}), '4XX': problem },
  };
}

function pathParameters(path: string): object[] {
  return [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => ({
    name,
    in: 'path',
    required: true,
    schema: { type: 'string' },
  }));
}

function queryParameters(query: z.ZodObject | undefined): object[] {
  return Object.entries(query?.shape ?? {}).map(([name, schema]) => ({
    name,
    in: 'query',
    required: false,
    schema: inputSchema(schema as z.ZodType),
  }));
}

function headerParameters(headers: Readonly<Record<string, string>> = {}): object[] {
  return Object.entries(headers).map(([name, description]) => ({
    name,
    in: 'header',
    required: false,
    description,
    schema: { type: 'string' },
  }));
}

function inputSchema(schema: z.ZodType): object {
  const { $schema: _dialect, ...rest } = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' });
  return rest;
}
