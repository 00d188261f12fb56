/**
 * Amazon SNS as an envelope: over HTTP (Content-Type text/plain), as a Lambda event, or raw. Follows the Amazon SNS developer guide,
 * "Parsing message formats" and "Verifying the signatures of Amazon SNS messages".
 */
import { createVerify } from 'node:crypto';
import { isObject, listOf, objectOf, textOf } from '../shape.ts';

const TYPES = ['Notification', 'SubscriptionConfirmation', 'UnsubscribeConfirmation'] as const;
export type SnsType = (typeof TYPES)[number];

/** An SNS message, whichever way it came. All text is the sender's until `isSnsSignature` has said otherwise. */
export interface SnsEnvelope {
  readonly type: SnsType;
  readonly messageId: string;
  readonly topicArn: string;
  readonly subject?: string;
  readonly message: string;
  readonly timestamp: string;
  readonly signatureVersion: string;
  readonly signature: string;
  readonly signingCertUrl: string;
  readonly token?: string;
  readonly subscribeUrl?: string;
}

/** The envelope in a parsed body; undefined when it is none. HTTP says `SigningCertURL`, Lambda `SigningCertUrl`: both are read. */
export function readSns(body: unknown): SnsEnvelope | undefined {
  if (!isObject(body)) return undefined;
  const type = TYPES.find((known) => known === body.Type);
  const topicArn = textOf(body.TopicArn);
  if (type === undefined || topicArn === undefined || typeof body.Message !== 'string') return undefined;
  const subject = typeof body.Subject === 'string' ? body.Subject : undefined;
  const token = textOf(body.Token);
  const subscribeUrl = textOf(body.SubscribeURL) ?? textOf(body.SubscribeUrl);
  return {
    type,
    topicArn,
    message: body.Message,
    messageId: textOf(body.MessageId) ?? '',
    timestamp: textOf(body.Timestamp) ?? '',
    signatureVersion: textOf(body.SignatureVersion) ?? '',
    signature: textOf(body.Signature) ?? '',
    signingCertUrl: textOf(body.SigningCertURL) ?? textOf(body.SigningCertUrl) ?? '',
    ...(subject === undefined ? {} : { subject }),
    ...(token === undefined ? {} : { token }),
    ...(subscribeUrl === undefined ? {} : { subscribeUrl }),
  };
}

/** The envelopes of a Lambda event. Lambda takes SNS events from SNS alone, so they need no signature check. */
export function readSnsRecords(lambdaEvent: unknown): SnsEnvelope[] {
  return listOf(objectOf(lambdaEvent).Records).flatMap((record) => readSns(objectOf(record).Sns) ?? []);
}

/** The text that SNS signed: name and value on a line each, in the order that the type prescribes. */
export function snsStringToSign(envelope: SnsEnvelope): string {
  const subject = envelope.subject === undefined ? [] : [['Subject', envelope.subject] as const];
  const confirmation = [['SubscribeURL', envelope.subscribeUrl ?? ''] as const];
  const token = [['Token', envelope.token ?? ''] as const];
  const isNotification = envelope.type === 'Notification';
  const fields = [
    ['Message', envelope.message] as const,
    ['MessageId', envelope.messageId] as const,
    ...(isNotification ? subject : confirmation),
    ['Timestamp', envelope.timestamp] as const,
    ...(isNotification ? [] : token),
    ['TopicArn', envelope.topicArn] as const,
    ['Type', envelope.type] as const,
  ];
  return fields.map(([name, value]) => `${name}\n${value}\n`).join('');
}

const ALGORITHMS: ReadonlyMap<string, string> = new Map([
  ['1', 'RSA-SHA1'],
  ['2', 'RSA-SHA256'],
]);

/**
 * True when the envelope was signed by the certificate's key. `certificatePem` is what lies at `signingCertUrl`, which must have
 * passed `isSigningCertUrl`. A signature only says "an SNS topic": any AWS account can own one, so the integration key, or a list of
 * topics, still has to say that it is ours.
 */
export function isSnsSignature(envelope: SnsEnvelope, certificatePem: string): boolean {
  const algorithm = ALGORITHMS.get(envelope.signatureVersion);
  if (algorithm === undefined || envelope.signature === '') return false;
  try {
    return createVerify(algorithm)
      .update(snsStringToSign(envelope), 'utf8')
      .verify(certificatePem, Buffer.from(envelope.signature, 'base64'));
  } catch {
    // Not a certificate, or not an RSA one.
    return false;
  }
}

const SNS_HOST = /^sns\.[a-z]{2}(-[a-z]+)+-\d{1,2}\.amazonaws\.com(\.cn)?$/;

/** An https address of SNS itself, in any partition: nothing else may be fetched on an envelope's word. */
export function isSnsUrl(text: string): boolean {
  const url = URL.parse(text);
  if (url === null || url.protocol !== 'https:' || url.port !== '' || url.username !== '' || url.password !== '')
    return false;
  return SNS_HOST.test(url.hostname);
}

/** `isSnsUrl`, and a certificate. */
export function isSigningCertUrl(text: string): boolean {
  return isSnsUrl(text) && URL.parse(text)?.pathname.endsWith('.pem') === true;
}
