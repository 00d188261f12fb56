import { createCalendarStore } from '../data/calendar.ts';
import { createIncidentCounter } from '../data/counter.ts';
import { createDedupStore } from '../data/dedup.ts';
import { createIncidentLists } from '../data/incident-lists.ts';
import { createIntegrationStore } from '../data/integrations.ts';
import { createLinkSecretStore } from '../data/link-secrets.ts';
import { createPayloadStore } from '../data/payloads.ts';
import { cacheServices, createServiceStore } from '../data/services.ts';
import { configStores, database, fallbackContact, incidentStores, surroundings, workflow } from '../deps.ts';
import { readEnv } from '../env.ts';
import { api } from '../http/api.ts';

/** Services change rarely; what a warm processor knows of them may be this old. */
const SERVICE_CACHE_MS = 10_000;

const env = readEnv([
  'incidentTable',
  'serviceTable',
  'oncallCalendarTable',
  'configTable',
  'timelineTable',
  'dedupTable',
  'integrationTable',
  'payloadTable',
  'stateMachineArn',
  'publicUrl',
  'fallbackEmail',
  'adminKeyId',
  'sendKeyId',
  'readKeyId',
]);
const around = surroundings();
const db = database();

export const handler = api({
  ...around,
  ...incidentStores(db, env),
  ...configStores(db, env),
  services: cacheServices(createServiceStore(db, env.serviceTable), around.now, SERVICE_CACHE_MS),
  counter: createIncidentCounter(db, env.configTable),
  dedup: createDedupStore(db, env.dedupTable),
  calendar: createCalendarStore(db, env.oncallCalendarTable),
  lists: createIncidentLists(db, env.incidentTable),
  linkSecrets: createLinkSecretStore(db, env.configTable),
  integrations: createIntegrationStore(db, env.integrationTable),
  payloads: createPayloadStore(db, env.payloadTable),
  workflow: workflow(env),
  publicUrl: env.publicUrl,
  fallback: fallbackContact(env),
  keys: { admin: env.adminKeyId, send: env.sendKeyId, read: env.readKeyId },
});
