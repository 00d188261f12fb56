import type { ChannelOutcome } from '../../../core/delivery.ts';
import { oneLine } from '../../http/pages/escape.ts';

type Failure = Exclude<ChannelOutcome, { kind: 'ok' }>;

interface Verdict {
  readonly kind: Failure['kind'];
  readonly reason: string;
}

const retryable = (reason: string): Verdict => ({ kind: 'retryable', reason });
const permanent = (reason: string): Verdict => ({ kind: 'permanent', reason });

/**
 * What each error of SES or of the way to it means for a page. Permanent: this mail will never go out, so somebody else must be
 * told at once. Retryable: it may yet, above all where an operator can repair it and another recipient would fare no better.
 * Source: the SES API v2 reference, SendEmail, and the error names of the SDK and of Node.
 */
const VERDICTS: ReadonlyMap<string, Verdict> = new Map([
  ['MessageRejected', permanent('SES refuses this mail or its recipient')],
  ['BadRequestException', permanent('SES cannot read the request, most likely the address')],
  ['AccountSuspendedException', permanent('the account may not send mail any more')],
  ['SendingPausedException', retryable('sending is paused for the account or the configuration set')],
  ['MailFromDomainNotVerifiedException', retryable('the sender domain is not verified, or its DNS does not answer')],
  ['NotFoundException', retryable('the configuration set or the sender identity does not exist')],
  ['TooManyRequestsException', retryable('the sending rate or the daily quota is used up')],
  ['LimitExceededException', retryable('a quota is used up')],
  ['ThrottlingException', retryable('the sending rate is used up')],
  ['InternalServiceErrorException', retryable('SES has a fault')],
  ['AccessDeniedException', retryable('the role may not send mail')],
  ['CredentialsProviderError', retryable('there are no AWS credentials')],
  ['ExpiredTokenException', retryable('the AWS credentials have expired')],
  ['TimeoutError', retryable('SES did not answer in time; the mail may have gone out')],
  ['AbortError', retryable('the call was given up; the mail may have gone out')],
  ['ECONNREFUSED', retryable('SES cannot be reached')],
  ['ECONNRESET', retryable('the connection to SES broke; the mail may have gone out')],
  ['EPIPE', retryable('the connection to SES broke')],
  ['ENOTFOUND', retryable('the address of SES cannot be resolved')],
  ['EAI_AGAIN', retryable('the address of SES cannot be resolved')],
  ['ETIMEDOUT', retryable('SES did not answer in time; the mail may have gone out')],
  ['EHOSTUNREACH', retryable('SES cannot be reached')],
  ['ENETUNREACH', retryable('SES cannot be reached')],
]);

const MAX_ERROR_CHARS = 300;

/** The outcome for an error of the SDK. Unknown errors are retryable: when in doubt, try again. */
export function failureOf(error: unknown): Failure {
  const name = textOf(error, 'name');
  const code = textOf(error, 'code');
  const status = statusOf(error);
  const { kind, reason } =
    VERDICTS.get(code) ?? VERDICTS.get(name) ?? retryable(status >= 500 ? 'SES has a fault' : 'unknown failure');
  const label = code || name || 'error';
  const quoted = redact(textOf(error, 'message'));
  const facts = [label, ...(status > 0 ? [`HTTP ${status}`] : [])].join(', ');
  return { kind, error: oneLine(`${reason} (${facts})${quoted === '' ? '' : `: ${quoted}`}`, MAX_ERROR_CHARS) };
}

/** The first line of what the other side said (a signature error goes on with tokens), without addresses' owners and key material. */
function redact(message: string): string {
  const [first = ''] = message
    .trim()
    .slice(0, 2_000)
    .split(/[\r\n]/);
  return first
    .replace(/[^\s<>"'(),;:@]+@(?=[^\s@])/g, '…@')
    .replace(/\b[A-Z]{4}[A-Z0-9]{12,124}\b/g, '…')
    .replace(/[A-Za-z0-9+/=_-]{40,}/g, '…');
}

function field(error: unknown, key: string): unknown {
  return typeof error === 'object' && error !== null ? Reflect.get(error, key) : undefined;
}

function textOf(error: unknown, key: string): string {
  const value = field(error, key);
  return typeof value === 'string' ? value : '';
}

function statusOf(error: unknown): number {
  const status = field(field(error, '$metadata'), 'httpStatusCode');
  return typeof status === 'number' ? status : 0;
}
