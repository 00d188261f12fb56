import type { APIGatewayProxyEvent } from 'aws-lambda';
import { judge } from './judge.ts';
import { contentType } from './properties.ts';
import type { SenderRoute } from './senders.ts';
import type { Answered } from './stage.ts';

const MOST_BYTES = 524_288;

/** Why a request must be refused, as far as that can be said without knowing the key: undefined when it may be good. */
export function mustRefuse(
  { demands }: SenderRoute,
  { body, isBase64Encoded }: APIGatewayProxyEvent,
): string | undefined {
  const raw = Buffer.from(body ?? '', isBase64Encoded ? 'base64' : 'utf8');
  if (raw.length > MOST_BYTES) return 'too large';
  const text = raw.toString('utf8').replace(/^\ufeff/, '');
  let value: unknown;
  try {
    value = text.trim() === '' ? undefined : JSON.parse(text);
  } catch {
    return 'not JSON';
  }
  return demands && judge(demands, value).length > 0 ? 'against what the protocol demands' : undefined;
}

/** What must hold of every answer to a sender; says what does not. */
export function senderComplaints(route: SenderRoute, refuse: string | undefined, answered: Answered): string[] {
  const { statusCode, headers, body, writes } = answered;
  const found: string[] = [];
  if (isThrottled(answered)) return found;
  if (statusCode >= 500 || statusCode < 200)
    return [`answers ${statusCode}: ${body.slice(0, 300)}, log: ${answered.logged}`];
  for (const [name, value] of Object.entries(headers)) {
    if (!/^[\t\x20-\x7e]*$/.test(`${name}: ${value}`))
      found.push(`the header ${name} cannot be sent: ${JSON.stringify(value)}`);
  }
  if (/node_modules|\bat .*\.ts:\d+|ZodError|arn:aws:dynamodb/.test(body)) found.push('tells of its inside');
  if (statusCode < 300) {
    if (refuse !== undefined) found.push(`accepts what is ${refuse} (${statusCode}): ${body.slice(0, 200)}`);
    if (contentType(headers) === 'application/json') JSON.parse(body);
    return found;
  }
  // The use of a key is counted, also when what it brings is refused. Nothing else.
  for (const { operation, body: written } of writes) {
    if (operation === 'UpdateItem' && written.TableName === 'Integration' && isCount(written)) continue;
    found.push(`writes although it refuses: ${operation} ${JSON.stringify(written).slice(0, 200)}`);
  }
  return [...found, ...form(route, answered)];
}

function isCount({ UpdateExpression }: { UpdateExpression?: unknown }): boolean {
  return /^SET windowCount = [^,]+,( windowStart = :now,)? lastUsedAt = :now$/.test(String(UpdateExpression));
}

/** The protocols' own forms of "too many": Alertmanager gives up on anything but a 5xx, and Events v1 wants a 403 with a text. */
export function isThrottled({ statusCode, headers, body, writes }: Answered): boolean {
  const isSaid =
    /"Too many events for this integration key"|"throttle exceeded"|"You are making too many requests!"/.test(body);
  return isSaid && 'Retry-After' in headers && [403, 429, 503].includes(statusCode) && writes.length === 0;
}

/** An answer in words of its own protocol. */
function form({ protocol }: SenderRoute, { statusCode, headers, body }: Answered): string[] {
  const type = contentType(headers);
  const wrong = (what: string) => [`${what} in ${statusCode} ${type} ${body.slice(0, 200)}`];
  if (statusCode < 400) return wrong('a redirection');
  if (type === 'application/problem+json') {
    const { title, status, code } = JSON.parse(body) as Record<string, unknown>;
    return [404, 405].includes(statusCode) && title && code && status === statusCode ? [] : wrong('a problem');
  }
  if (type !== 'application/json') return wrong('no JSON');
  const answer = JSON.parse(body) as Record<string, unknown>;
  if (typeof answer.message !== 'string' || answer.message === '') return wrong('no message');
  const errors = answer.errors;
  // A path with something odd in it may be another protocol's.
  const opsgenie = typeof answer.requestId === 'string' && typeof answer.took === 'number';
  if (opsgenie)
    return 'X-Request-Id' in headers && (errors === undefined || !Array.isArray(errors)) ? [] : wrong('not Opsgenie');
  if (protocol === 'pagerduty')
    return typeof answer.status === 'string' && Array.isArray(errors) && errors.length > 0
      ? []
      : wrong('not PagerDuty');
  return protocol === 'webhook' && (errors === undefined || Array.isArray(errors)) ? [] : wrong('not its own');
}
