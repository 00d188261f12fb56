import type { Metrics } from '@aws-lambda-powertools/metrics';
import type { SESv2Client } from '@aws-sdk/client-sesv2';
import type { SFNClient } from '@aws-sdk/client-sfn';
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import type { APIGatewayProxyEvent, Context } from 'aws-lambda';
import { type Advanced, advance } from '../../lambda/app/advance.ts';
import type { Surroundings } from '../../lambda/app/ports.ts';
import { createSendPage } from '../../lambda/app/send-page.ts';
import { type Swept, sweep } from '../../lambda/app/sweep.ts';
import { takeMailEvent } from '../../lambda/app/take-mail-event.ts';
import { createMailChannel } from '../../lambda/channels/mail/send.ts';
import { createCalendarStore } from '../../lambda/data/calendar.ts';
import { createIncidentCounter } from '../../lambda/data/counter.ts';
import { createDedupStore } from '../../lambda/data/dedup.ts';
import { createHeartbeatStore } from '../../lambda/data/heartbeats.ts';
import { createIncidentLists } from '../../lambda/data/incident-lists.ts';
import { createIntegrationStore } from '../../lambda/data/integrations.ts';
import { createLinkSecretStore } from '../../lambda/data/link-secrets.ts';
import { createNoticeStore } from '../../lambda/data/notices.ts';
import { createPagingStore } from '../../lambda/data/paging.ts';
import { createPayloadStore } from '../../lambda/data/payloads.ts';
import { cacheServices, createServiceStore } from '../../lambda/data/services.ts';
import { createWorkflow, type WorkflowInput } from '../../lambda/data/workflow.ts';
import { configStores, fallbackContact, incidentStores } from '../../lambda/deps.ts';
import { api } from '../../lambda/http/api.ts';
import { type IngestDeps, ingest } from '../../lambda/http/ingest.ts';
import type { IngestRequest } from '../../lambda/http/ingest-request.ts';
import { opsgenie } from '../../lambda/http/opsgenie/opsgenie.ts';
import type { HttpResponse } from '../../lambda/http/problem.ts';
import { createSnsCheck } from '../../lambda/http/sns.ts';
import { ADMIN_KEY_ID, READ_KEY_ID, SEND_KEY_ID } from './api-event.ts';

export const PUBLIC_URL = 'https://inresponse.example.org';
export const FALLBACK = 'fallback@example.org';

export const ENV = {
  incidentTable: 'Incident',
  serviceTable: 'Service',
  oncallCalendarTable: 'OncallCalendar',
  configTable: 'Config',
  timelineTable: 'Timeline',
  dedupTable: 'Dedup',
  integrationTable: 'Integration',
  payloadTable: 'Payload',
  heartbeatTable: 'Heartbeat',
  stateMachineArn: 'arn:aws:states:eu-central-1:000000000000:stateMachine:escalation',
  senderEmail: 'InResponse <pager@example.org>',
  fallbackEmail: FALLBACK,
  configurationSet: 'pages',
  publicUrl: PUBLIC_URL,
};

const SERVICE_CACHE_MS = 10_000;

export interface Clients {
  readonly db: DynamoDBDocumentClient;
  readonly sfn: SFNClient;
  readonly ses: SESv2Client;
}

/** One warm process of each function. */
export interface Processes {
  api(event: APIGatewayProxyEvent): Promise<HttpResponse>;
  ingest(request: IngestRequest): ReturnType<typeof ingest>;
  notifier(input: WorkflowInput): Promise<Advanced>;
  reconciler(): Promise<Swept>;
  /** An event of SES, as JSON. */
  mailEvents(message: string): Promise<void>;
}

/** The functions, composed as their handlers compose them; what a process remembers (its caches) begins empty. */
export function startProcesses(
  { db, sfn, ses }: Clients,
  around: Surroundings & { readonly metrics: Metrics },
): Processes {
  const { publicUrl } = ENV;
  const fallback = fallbackContact(ENV);
  const { incidents, timeline } = incidentStores(db, ENV);
  const workflow = createWorkflow(sfn, ENV.stateMachineArn);
  const linkSecrets = createLinkSecretStore(db, ENV.configTable);
  const mail = createMailChannel({ client: ses, from: ENV.senderEmail, configurationSet: ENV.configurationSet });
  const sendPage = createSendPage({ ...around, mail, linkSecrets, publicUrl, fromDomain: 'example.org' });
  const tables = { incident: ENV.incidentTable, oncallCalendar: ENV.oncallCalendarTable, config: ENV.configTable };
  const common = {
    ...around,
    incidents,
    timeline,
    counter: createIncidentCounter(db, ENV.configTable),
    dedup: createDedupStore(db, ENV.dedupTable),
    calendar: createCalendarStore(db, ENV.oncallCalendarTable),
    workflow,
    publicUrl,
    fallback,
  };
  const services = () => cacheServices(createServiceStore(db, ENV.serviceTable), around.now, SERVICE_CACHE_MS);
  const paging = () => {
    const config = configStores(db, ENV);
    return { ...config, paging: createPagingStore(db, tables, config.currentConfig), sendPage };
  };

  const apiHandler = api({
    ...common,
    ...configStores(db, ENV),
    services: services(),
    lists: createIncidentLists(db, ENV.incidentTable),
    linkSecrets,
    keys: { admin: ADMIN_KEY_ID, send: SEND_KEY_ID, read: READ_KEY_ID },
    integrations: createIntegrationStore(db, ENV.integrationTable),
    payloads: createPayloadStore(db, ENV.payloadTable),
  });
  const heartbeats = createHeartbeatStore(db, ENV.heartbeatTable);
  const integrations = createIntegrationStore(db, ENV.integrationTable);
  const ingestServices = services();
  const ingestDeps: IngestDeps = {
    ...common,
    services: ingestServices,
    integrations,
    payloads: createPayloadStore(db, ENV.payloadTable),
    sns: createSnsCheck(),
    opsgenie: opsgenie({
      ...common,
      ...configStores(db, ENV),
      services: ingestServices,
      integrations,
      lists: createIncidentLists(db, ENV.incidentTable),
      heartbeats,
    }),
  };
  const notifierDeps = { ...around, incidents, ...paging(), fallback };
  const reconcilerDeps = {
    ...common,
    ...paging(),
    services: createServiceStore(db, ENV.serviceTable),
    heartbeats,
    mail,
    notices: createNoticeStore(db, ENV.configTable),
  };

  return {
    api: (event) => apiHandler(event, {} as Context) as Promise<HttpResponse>,
    ingest: (request) => ingest(ingestDeps, request),
    notifier: (input) => advance(notifierDeps, input),
    reconciler: () => sweep(reconcilerDeps),
    mailEvents: (message) => takeMailEvent({ ...around, incidents, workflow, fallback }, message),
  };
}
