import type { ScheduledEvent, SNSEvent } from 'aws-lambda';
import { runCanary, takeDelivery } from '../app/run-canary.ts';
import { createEventSender } from '../channels/events.ts';
import { createIncidentReader } from '../data/incidents.ts';
import { createIntegrationStore } from '../data/integrations.ts';
import { createOwnServiceStore } from '../data/own-services.ts';
import { database, surroundings } from '../deps.ts';
import { readEnv } from '../env.ts';
import { job } from '../job.ts';

const env = readEnv(['incidentTable', 'serviceTable', 'integrationTable', 'publicUrl', 'canaryAddress']);
const around = surroundings();
const db = database();
const deps = {
  ...around,
  incidents: createIncidentReader(db, env.incidentTable),
  services: createOwnServiceStore(db, env.serviceTable),
  integrations: createIntegrationStore(db, env.integrationTable),
  sendEvent: createEventSender(env.publicUrl),
  address: env.canaryAddress,
};

/** Its schedule sends a canary; the topic of deliveries tells that one has arrived. */
export const handler = job(around, async (event: SNSEvent | ScheduledEvent) => {
  if (!('Records' in event)) return runCanary(deps);
  for (const record of event.Records) await takeDelivery(deps, record.Sns.Message);
});
