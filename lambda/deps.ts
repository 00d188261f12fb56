import { randomBytes } from 'node:crypto';
import { Logger } from '@aws-lambda-powertools/logger';
import { Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { SESv2Client } from '@aws-sdk/client-sesv2';
import { SFNClient } from '@aws-sdk/client-sfn';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import type { Contact } from '../core/delivery.ts';
import type { SendPage } from './app/advance.ts';
import type { ConfigDeps } from './app/apply-config.ts';
import type { Log, Metric, Surroundings } from './app/ports.ts';
import { createSendPage } from './app/send-page.ts';
import { createMailChannel, type MailChannel } from './channels/mail/send.ts';
import { createConfigStore } from './data/config.ts';
import { createConfigRowStore } from './data/config-rows.ts';
import { type CurrentConfig, createCurrentConfig } from './data/current-config.ts';
import { createIncidentStore } from './data/incidents.ts';
import { createLinkSecretStore } from './data/link-secrets.ts';
import { createPagingStore, type PagingStore } from './data/paging.ts';
import { createTimelineStore } from './data/timeline.ts';
import { createWorkflow } from './data/workflow.ts';
import type { Env } from './env.ts';
import { redact } from './redact.ts';

/*
 * The composition root: which implementation goes where. Each handler takes the pieces that it needs, so that its bundle holds no
 * more. Clients are made once per process.
 */

/** A request that hangs must fail while the caller still has time to try again. */
const requestHandler = { connectionTimeout: 1_000, requestTimeout: 4_000, throwOnRequestTimeout: true };

/** Metrics that count nothing. */
const UNITS: Partial<Record<Metric, (typeof MetricUnit)[keyof typeof MetricUnit]>> = {
  CanarySeconds: MetricUnit.Seconds,
};

/** Service name and metrics namespace come from the variables that powertools defines; `lib/` sets them. */
export function surroundings(): Surroundings & { readonly metrics: Metrics } {
  const logger = new Logger();
  const log: Log = {
    info: (message, facts) => logger.info(message, redacted(facts)),
    warn: (message, facts) => logger.warn(message, redacted(facts)),
    error: (message, facts) => logger.error(message, redacted(facts)),
  };
  const metrics = new Metrics();
  return {
    now: () => Date.now(),
    token: () => randomBytes(16).toString('hex'),
    log,
    metrics,
    count: (metric, value = 1) => metrics.addMetric(metric, UNITS[metric] ?? MetricUnit.Count, value),
  };
}

function redacted(facts: Readonly<Record<string, unknown>> = {}): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(facts).map(([name, value]) => [name, typeof value === 'string' ? redact(value) : value]),
  );
}

export function database(): DynamoDBDocumentClient {
  const client = new DynamoDBClient({ requestHandler });
  return DynamoDBDocumentClient.from(client, { marshallOptions: { removeUndefinedValues: true } });
}

export function incidentStores(db: DynamoDBDocumentClient, env: Env<'incidentTable' | 'timelineTable'>) {
  const timeline = createTimelineStore(db, env.timelineTable);
  return { timeline, incidents: createIncidentStore(db, env.incidentTable, timeline) };
}

export function workflow(env: Env<'stateMachineArn'>) {
  return createWorkflow(new SFNClient({ requestHandler }), env.stateMachineArn);
}

export function configStores(
  db: DynamoDBDocumentClient,
  env: Env<'serviceTable' | 'oncallCalendarTable' | 'configTable'>,
): Pick<ConfigDeps, 'config' | 'configRows'> & { readonly currentConfig: CurrentConfig } {
  const tables = { service: env.serviceTable, oncallCalendar: env.oncallCalendarTable };
  const config = createConfigStore(db, env.configTable);
  return { config, configRows: createConfigRowStore(db, tables), currentConfig: createCurrentConfig(config) };
}

export function fallbackContact(env: Env<'fallbackEmail'>): Contact {
  return { kind: 'email', address: env.fallbackEmail, name: 'fallback contact' };
}

type PagingEnv =
  | 'incidentTable'
  | 'oncallCalendarTable'
  | 'configTable'
  | 'senderEmail'
  | 'configurationSet'
  | 'publicUrl';

export function paging(
  db: DynamoDBDocumentClient,
  env: Env<PagingEnv>,
  around: Surroundings,
): { paging: PagingStore; sendPage: SendPage; currentConfig: CurrentConfig; mail: MailChannel } {
  const { senderEmail: from, configurationSet } = env;
  // One try only: a send whose answer was lost is not repeated blindly, it becomes an outcome that the core decides on.
  const client = new SESv2Client({ maxAttempts: 1, requestHandler: { ...requestHandler, requestTimeout: 10_000 } });
  const mail = createMailChannel({ client, from, configurationSet });
  const sendPage = createSendPage({
    ...around,
    mail,
    linkSecrets: createLinkSecretStore(db, env.configTable),
    publicUrl: env.publicUrl,
    fromDomain: /@([^\s>]+)/.exec(from)?.[1] ?? 'inresponse.invalid',
  });
  const tables = {
    incident: env.incidentTable,
    oncallCalendar: env.oncallCalendarTable,
    config: env.configTable,
  };
  const currentConfig = createCurrentConfig(createConfigStore(db, env.configTable));
  return { paging: createPagingStore(db, tables, currentConfig), sendPage, currentConfig, mail };
}
