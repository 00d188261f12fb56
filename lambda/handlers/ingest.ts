import type { APIGatewayProxyEvent } from 'aws-lambda';
import { takeAwsEvent } from '../app/take-aws-event.ts';
import { createCalendarStore } from '../data/calendar.ts';
import { createIncidentCounter } from '../data/counter.ts';
import { createDedupStore } from '../data/dedup.ts';
import { createHeartbeatStore } from '../data/heartbeats.ts';
import { createIncidentLists } from '../data/incident-lists.ts';
import { createIntegrationStore } from '../data/integrations.ts';
import { createPayloadStore } from '../data/payloads.ts';
import { cacheServices, createServiceStore } from '../data/services.ts';
import { configStores, database, fallbackContact, incidentStores, surroundings, workflow } from '../deps.ts';
import { readEnv } from '../env.ts';
import { ingest } from '../http/ingest.ts';
import { readIngestRequest } from '../http/ingest-request.ts';
import { opsgenie } from '../http/opsgenie/opsgenie.ts';
import { createSnsCheck } from '../http/sns.ts';
import { job } from '../job.ts';

/** As in the processor. */
const SERVICE_CACHE_MS = 10_000;

const env = readEnv([
  'incidentTable',
  'serviceTable',
  'oncallCalendarTable',
  'configTable',
  'timelineTable',
  'dedupTable',
  'heartbeatTable',
  'integrationTable',
  'payloadTable',
  'stateMachineArn',
  'publicUrl',
  'fallbackEmail',
  'alarmService',
  'senderEmail',
]);
const around = surroundings();
const db = database();
const deps = {
  ...around,
  ...incidentStores(db, env),
  services: cacheServices(createServiceStore(db, env.serviceTable), around.now, SERVICE_CACHE_MS),
  counter: createIncidentCounter(db, env.configTable),
  dedup: createDedupStore(db, env.dedupTable),
  integrations: createIntegrationStore(db, env.integrationTable),
  payloads: createPayloadStore(db, env.payloadTable),
  workflow: workflow(env),
  sns: createSnsCheck(),
  publicUrl: env.publicUrl,
  alarmService: env.alarmService,
  senderEmail: env.senderEmail,
};

const served = {
  ...deps,
  opsgenie: opsgenie({
    ...deps,
    ...configStores(db, env),
    lists: createIncidentLists(db, env.incidentTable),
    calendar: createCalendarStore(db, env.oncallCalendarTable),
    heartbeats: createHeartbeatStore(db, env.heartbeatTable),
    fallback: fallbackContact(env),
  }),
};

/** Requests come from API Gateway; everything else that invokes it is AWS itself. */
export const handler = job(around, async (event: APIGatewayProxyEvent | Record<string, unknown>) => {
  if (!isRequest(event)) return takeAwsEvent(deps, event);
  const { status, headers, body } = await ingest(served, readIngestRequest(event));
  return { statusCode: status, headers, body };
});

function isRequest(event: object): event is APIGatewayProxyEvent {
  return 'httpMethod' in event;
}
