/** CloudWatch alarms by every way they come: SNS over HTTP, SNS to Lambda, SNS raw, EventBridge. */
import { makeEvent } from '../make-event.ts';
import type { Reply } from '../reply.ts';
import { isObject, sha256, textOf } from '../shape.ts';
import { type Arrival, accepted, ignored, refused, type Translation } from '../translation.ts';
import { webhookAccepted, webhookIgnored, webhookRefused } from '../webhook-replies.ts';
import { type AlarmOptions, alarmOfSns, eventOfAlarm } from './alarm.ts';
import { alarmOfEventBridge, isEventBridge } from './eventbridge.ts';
import { isSnsUrl, readSns, type SnsEnvelope } from './sns.ts';

/** A body posted to the CloudWatch route: an SNS envelope, or with raw delivery the alarm itself, or an EventBridge event. */
export function translateCloudWatch(body: unknown, arrival: Arrival, options: AlarmOptions = {}): Translation {
  const envelope = readSns(body);
  if (envelope !== undefined) return translateSns(envelope, arrival, options);
  if (!isObject(body)) return refused('unreadable', webhookRefused(['The body is not a JSON object']));
  return (
    translateMessage(body, arrival, options) ??
    refused('invalid', webhookRefused(['Neither an SNS message nor a CloudWatch alarm']))
  );
}

/**
 * An envelope whose signature has been verified. A notification that is no alarm (a budget, a person's `sns publish`) still becomes an
 * incident, once per message: somebody subscribed this endpoint to that topic.
 */
export function translateSns(envelope: SnsEnvelope, arrival: Arrival, options: AlarmOptions = {}): Translation {
  if (envelope.type === 'SubscriptionConfirmation') return confirmation(envelope);
  if (envelope.type === 'UnsubscribeConfirmation') return nothing('the subscription has ended');
  const translation = translateMessage(parsed(envelope.message), arrival, options);
  if (translation !== undefined) return translation;
  const event = makeEvent({
    action: 'trigger',
    dedupKey: textOf(envelope.messageId) ?? sha256(envelope.message),
    severity: options.severity ?? 'critical',
    title: textOf(envelope.subject) ?? envelope.message.trim().split('\n', 1)[0],
    message: textOf(envelope.message),
    details: { topicArn: envelope.topicArn },
    source: envelope.topicArn,
    client: 'Amazon SNS',
    detectedAt: arrival.receivedAt,
  });
  return accepted([event], OK);
}

const OK: Reply = webhookAccepted(1, 200);

function nothing(why: string): Translation {
  return ignored(why, webhookIgnored(why, 200));
}

function confirmation({ subscribeUrl }: SnsEnvelope): Translation {
  if (subscribeUrl === undefined || !isSnsUrl(subscribeUrl)) {
    return refused('invalid', webhookRefused(["'SubscribeURL' is not an address of Amazon SNS"]));
  }
  return { ...ignored('a subscription to confirm', webhookAccepted(0, 200)), confirmUrl: subscribeUrl };
}

function translateMessage(message: unknown, { receivedAt }: Arrival, options: AlarmOptions): Translation | undefined {
  const alarm = isEventBridge(message) ? alarmOfEventBridge(message, receivedAt) : alarmOfSns(message, receivedAt);
  if (alarm === undefined) return undefined;
  const event = typeof alarm === 'string' ? alarm : eventOfAlarm(alarm, options);
  return typeof event === 'string' ? nothing(event) : accepted([event], OK);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
