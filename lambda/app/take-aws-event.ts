import type { Integration } from '../../core/integration.ts';
import type { IntegrationStore } from '../data/integrations.ts';
import { isEventBridge } from '../ingest/cloudwatch/eventbridge.ts';
import { readSnsRecords } from '../ingest/cloudwatch/sns.ts';
import { translateCloudWatch, translateSns } from '../ingest/cloudwatch/translate.ts';
import { addressOf, type ParsedMail, translateMail } from '../ingest/email.ts';
import { type ReceivedMail, readReceivedMail } from '../ingest/ses.ts';
import type { Arrival, Translation } from '../ingest/translation.ts';
import { withoutKey } from '../ingest/without-key.ts';
import type { TakeDeps } from './take-event.ts';
import { takeEvents } from './take-events.ts';

export interface AwsEventDeps extends TakeDeps {
  readonly integrations: Pick<IntegrationStore, 'use'>;
  /** Where alarms go that come without a key. */
  readonly alarmService: string;
  /** What InResponse sends from: its own mail must never open an incident. */
  readonly senderEmail: string;
}

const BUILT_IN = { scopes: ['events'], ratePerMinute: 0, createdAt: 0 } as const;
const EMAIL: Integration = { ...BUILT_IN, integrationId: 'email', name: 'Email', kind: 'email' };

/**
 * Takes in what AWS itself brings to the function: alarms by EventBridge or by a subscription to an SNS topic, and mail that SES received.
 * IAM says who may call, so there is no key. Rejects when an event could not be stored: AWS then tries again.
 */
export async function takeAwsEvent(deps: AwsEventDeps, event: unknown): Promise<void> {
  const arrival: Arrival = { receivedAt: deps.now(), newKey: () => deps.token() };
  if (isEventBridge(event)) return alarms(deps, translateCloudWatch(event, arrival));
  const envelopes = readSnsRecords(event);
  if (envelopes.length === 0) return drop(deps, 'neither an event of CloudWatch nor a message of SNS');
  for (const envelope of envelopes) {
    const received = readReceivedMail(parsed(envelope.message));
    if (received) await mail(deps, received, arrival);
    else await alarms(deps, translateSns(envelope, arrival));
  }
}

async function alarms(deps: AwsEventDeps, translation: Translation): Promise<void> {
  if (translation.kind === 'refused') return drop(deps, 'not an alarm that can be read');
  const { alarmService: service } = deps;
  const integration: Integration = {
    ...BUILT_IN,
    integrationId: 'aws',
    name: 'CloudWatch',
    kind: 'cloudwatch',
    service,
  };
  await takeEvents(deps, integration, translation.events);
}

async function mail(deps: AwsEventDeps, { mail: read, suspicious }: ReceivedMail, arrival: Arrival): Promise<void> {
  if (suspicious) return drop(deps, 'SES takes the mail for spam or for a virus');
  const { integration, key = '' } = await integrationOf(deps, read);
  const { mailDedup } = integration.options ?? {};
  const translation = translateMail(read, {
    receivedAt: arrival.receivedAt,
    ownAddresses: [deps.senderEmail],
    ...(mailDedup === undefined ? {} : { dedup: mailDedup }),
  });
  if (translation.kind === 'refused') return drop(deps, translation.reason);
  await takeEvents(deps, integration, withoutKey([translation.event], key));
}

/**
 * `<key>@…` and `alerts+<key>@…` are for the integration of that key; `alerts+<service>@…` for a service. Anything else that the receipt
 * rule let through goes to the catch-all: a mail cannot be refused any more.
 */
async function integrationOf(
  deps: AwsEventDeps,
  { to }: ParsedMail,
): Promise<{ readonly integration: Integration; readonly key?: string }> {
  for (const address of to.map(addressOf)) {
    const local = address.slice(0, Math.max(0, address.lastIndexOf('@')));
    const key = local.slice(local.indexOf('+') + 1);
    if (!/^[0-9a-z]{32}$/.test(key)) continue;
    const use = await deps.integrations.use(key, deps.now());
    if (use.kind === 'throttled') throw new Error(`integration ${use.integration.integrationId} gets too many mails`);
    if (use.kind === 'ok') return { integration: use.integration, key };
  }
  return { integration: EMAIL };
}

function drop(deps: AwsEventDeps, why: string): void {
  deps.count('EventRefused');
  deps.log.warn('event of AWS not taken', { why });
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
