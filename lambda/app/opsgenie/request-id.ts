import { createHash } from 'node:crypto';
import type { EpochMs } from '../../../core/time.ts';

/** What a write was, in Opsgenie's words. The position of each is written into request ids: only ever append. */
export const REQUEST_ACTIONS = [
  'Create',
  'Close',
  'Acknowledge',
  'UnAcknowledge',
  'Snooze',
  'EscalateToNext',
  'AssignOwnership',
  'AddResponder',
  'AddTeam',
  'AddNote',
  'AddTags',
  'RemoveTags',
  'AddDetails',
  'RemoveDetails',
  'UpdatePriority',
  'UpdateMessage',
  'UpdateDescription',
  'CustomAction',
  'Delete',
] as const;
export type RequestAction = (typeof REQUEST_ACTIONS)[number];

/** What became of it. Only ever append. */
export const REQUEST_RESULTS = [
  'done',
  'unchanged',
  'not found',
  'already closed',
  'nothing to escalate to',
  'unknown name',
  'details are full',
] as const;
export type RequestResult = (typeof REQUEST_RESULTS)[number];

export interface RequestRecord {
  readonly action: RequestAction;
  readonly result: RequestResult;
  readonly processedAt: EpochMs;
  /** Absent when there was none. */
  readonly incidentId?: number;
}

/** 2^40 - 1: more incidents than there will be. */
const MOST_NUMBER = 0xff_ffff_ffff;

/**
 * A request id that is its own record: a UUID (version 8) holding time, action, result and incident. So `requests/{id}` is answered
 * without having stored anything, for ever. `salt`, hex, keeps the ids of equal requests apart.
 */
export function requestIdOf(record: RequestRecord, salt: string): string {
  const { processedAt, action, result, incidentId = 0 } = record;
  if (incidentId > MOST_NUMBER) throw new RangeError(`incident number ${incidentId} does not fit a request id`);
  const time = processedAt.toString(16).padStart(12, '0');
  const code = REQUEST_ACTIONS.indexOf(action) * 32 + REQUEST_RESULTS.indexOf(result);
  const facts = `${time}${code.toString(16).padStart(3, '0')}${incidentId.toString(16).padStart(10, '0')}${salt.slice(0, 2)}`;
  return uuidOf(facts);
}

/** What an id records; undefined when it is not one that was given out here. */
export function requestRecordOf(requestId: string): RequestRecord | undefined {
  const id = requestId.toLowerCase();
  if (!/^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-a[0-9a-f]{3}-[0-9a-f]{12}$/.test(id)) return undefined;
  const digits = id.replaceAll('-', '');
  const facts = digits.slice(0, 12) + digits.slice(13, 16) + digits.slice(20);
  if (uuidOf(facts) !== id) return undefined;
  const code = Number.parseInt(facts.slice(12, 15), 16);
  const [action, result] = [REQUEST_ACTIONS[Math.floor(code / 32)], REQUEST_RESULTS[code % 32]];
  if (!action || !result) return undefined;
  const incidentId = Number.parseInt(facts.slice(15, 25), 16);
  return {
    action,
    result,
    processedAt: Number.parseInt(facts.slice(0, 12), 16),
    ...(incidentId === 0 ? {} : { incidentId }),
  };
}

/** 27 hex digits of facts and, in the group behind the variant, three of their hash: a mistyped id is none. */
function uuidOf(facts: string): string {
  const check = createHash('sha256').update(`request ${facts}`).digest('hex').slice(0, 3);
  const at = (from: number, to: number) => facts.slice(from, to);
  return `${at(0, 8)}-${at(8, 12)}-8${at(12, 15)}-a${check}-${at(15, 27)}`;
}
