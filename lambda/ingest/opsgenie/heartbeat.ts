/** Heartbeats: requests and JSON. Follows opsgenie/opsgenie-oas CreateHeartbeatPayload and opsgenie-go-sdk-v2 heartbeat. */
import { type InboundEvent, type Priority, readPriority } from '../../../core/event.ts';
import { type EpochMs, HOUR_MS, MINUTE_MS, toIso } from '../../../core/time.ts';
import { makeEvent, present } from '../make-event.ts';
import type { Reply } from '../reply.ts';
import { cut, isObject, type JsonObject, objectOf, textOf } from '../shape.ts';
import { type Refused, refused } from '../translation.ts';
import { type Responder, readResponders, readTags } from './create.ts';
import { opsgenieData, opsgenieError, opsgenieResult, type Trace } from './replies.ts';

const UNITS = { minutes: MINUTE_MS, hours: HOUR_MS, days: 24 * HOUR_MS } as const;
export type IntervalUnit = keyof typeof UNITS;

export const HEARTBEAT_LIMITS = { name: 200, description: 10_000, alertMessage: 130, interval: 10_000 } as const;

export interface HeartbeatDraft {
  readonly name: string;
  readonly description: string;
  readonly interval: number;
  readonly intervalUnit: IntervalUnit;
  readonly enabled: boolean;
  readonly ownerTeam?: Pick<Responder, 'id' | 'name'>;
  readonly alertMessage: string;
  readonly alertTags: readonly string[];
  readonly alertPriority: Priority;
}

/** Without a ping for so long, the heartbeat has expired. */
export function heartbeatIntervalMs({
  interval,
  intervalUnit,
}: Pick<HeartbeatDraft, 'interval' | 'intervalUnit'>): number {
  return interval * UNITS[intervalUnit];
}

/** A whole heartbeat, or Opsgenie's 422 with every fault. */
export function translateHeartbeat(body: unknown, trace: Trace): HeartbeatDraft | Refused {
  const given = objectOf(body);
  const name = textOf(given.name);
  const errors = { ...nameErrors(name), ...missing(given), ...faults(given) };
  const fields = readFields(given);
  const { interval, intervalUnit, enabled } = fields;
  if (
    Object.keys(errors).length > 0 ||
    name === undefined ||
    interval === undefined ||
    intervalUnit === undefined ||
    enabled === undefined
  ) {
    return refused('invalid', opsgenieError(422, 'Request body is not processable', trace, errors));
  }
  return {
    description: '',
    alertMessage: cut(`${name} is expired`, HEARTBEAT_LIMITS.alertMessage),
    alertTags: [],
    alertPriority: 'P3',
    ...fields,
    name,
    interval,
    intervalUnit,
    enabled,
  };
}

/** What an update changes: only the fields that are there and are not null. */
export function translateHeartbeatUpdate(body: unknown, trace: Trace): Partial<Omit<HeartbeatDraft, 'name'>> | Refused {
  const given = objectOf(body);
  const errors = faults(given);
  if (Object.keys(errors).length === 0) return readFields(given);
  return refused('invalid', opsgenieError(422, 'Request body is not processable', trace, errors));
}

function nameErrors(name: string | undefined): Record<string, string> {
  if (name === undefined) return { name: 'may not be empty' };
  return name.length > HEARTBEAT_LIMITS.name ? { name: `length must be at most ${HEARTBEAT_LIMITS.name}` } : {};
}

function missing(given: JsonObject): Record<string, string> {
  const required = ['interval', 'intervalUnit', 'enabled'].filter((field) => (given[field] ?? undefined) === undefined);
  return Object.fromEntries(required.map((field) => [field, 'may not be empty']));
}

function faults(given: JsonObject): Record<string, string> {
  const isGiven = (field: string) => given[field] !== undefined && given[field] !== null;
  return {
    ...(isGiven('interval') && intervalOf(given.interval) === undefined
      ? { interval: `must be a whole number from 1 to ${HEARTBEAT_LIMITS.interval}` }
      : {}),
    ...(isGiven('intervalUnit') && unitOf(given.intervalUnit) === undefined
      ? { intervalUnit: 'must be one of [minutes, hours, days]' }
      : {}),
    ...(isGiven('enabled') && booleanOf(given.enabled) === undefined ? { enabled: 'must be true or false' } : {}),
    ...(isGiven('alertPriority') && readPriority(textOf(given.alertPriority) ?? '') === undefined
      ? { alertPriority: 'must be one of [P1, P2, P3, P4, P5]' }
      : {}),
  };
}

function readFields(given: JsonObject) {
  const [team] = readResponders([{ ...objectOf(given.ownerTeam), type: 'team' }]);
  const hasTags = Array.isArray(given.alertTags) || typeof given.alertTags === 'string';
  return present({
    description: cutText(given.description, HEARTBEAT_LIMITS.description),
    interval: intervalOf(given.interval),
    intervalUnit: unitOf(given.intervalUnit),
    enabled: booleanOf(given.enabled),
    ownerTeam: team && present({ id: team.id, name: team.name }),
    alertMessage: cutText(given.alertMessage, HEARTBEAT_LIMITS.alertMessage),
    alertTags: hasTags ? readTags(given.alertTags) : undefined,
    alertPriority: readPriority(textOf(given.alertPriority) ?? ''),
  });
}

function intervalOf(value: unknown): number | undefined {
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  return typeof number === 'number' && Number.isInteger(number) && number >= 1 && number <= HEARTBEAT_LIMITS.interval
    ? number
    : undefined;
}

function unitOf(value: unknown): IntervalUnit | undefined {
  const word = textOf(value)?.toLowerCase();
  return (Object.keys(UNITS) as IntervalUnit[]).find((unit) => unit === word);
}

function booleanOf(value: unknown): boolean | undefined {
  if (value === true || value === 'true') return true;
  return value === false || value === 'false' ? false : undefined;
}

function cutText(value: unknown, length: number): string | undefined {
  const text = textOf(value);
  return text === undefined ? undefined : cut(text, length);
}

/** A ping. The heartbeat's name is the key. */
export function eventOfPing(name: string, receivedAt: EpochMs): InboundEvent {
  return makeEvent({ action: 'heartbeat', dedupKey: name, title: `Ping of heartbeat ${name}`, detectedAt: receivedAt });
}

/** A heartbeat as it stands. */
export interface HeartbeatView extends HeartbeatDraft {
  readonly expired: boolean;
  readonly lastPingAt?: EpochMs;
}

function heartbeatJson({ lastPingAt, ...heartbeat }: HeartbeatView): JsonObject {
  return { ...heartbeat, ...(lastPingAt === undefined ? {} : { lastPingTime: toIso(lastPingAt) }) };
}

const shortJson = ({ name, enabled, expired }: HeartbeatView) => ({ name, enabled, expired });

export const heartbeatCreated = (view: HeartbeatView, trace: Trace): Reply =>
  opsgenieResult('Heartbeat created', shortJson(view), trace, 201);

/** Update, enable and disable. */
export const heartbeatChanged = (view: HeartbeatView, trace: Trace): Reply =>
  opsgenieResult('Heartbeat updated', shortJson(view), trace);

export const heartbeatDeleted = (trace: Trace): Reply => opsgenieResult('Deleted', {}, trace);

export const heartbeatFound = (view: HeartbeatView, trace: Trace): Reply => opsgenieData(heartbeatJson(view), trace);

export const heartbeatList = (views: readonly HeartbeatView[], trace: Trace): Reply =>
  opsgenieData({ heartbeats: views.map(heartbeatJson) }, trace);

export function isRefused(value: object): value is Refused {
  return isObject(value) && value.kind === 'refused';
}
