/**
 * Paths of the Opsgenie API, read from the right: an alias may contain `/` (Flask-Opsgenie puts the request path into it), percent-encoded
 * or not, and API Gateway's HTTP APIs decode the path before we see it. Any prefix, with or without a trailing slash.
 */

/** `raw`: percent-encoded, as on the wire. `decoded`: the gateway has decoded it already. */
export type PathEncoding = 'raw' | 'decoded';

/** What stands behind the collection's path; undefined when the path is none of the collection's. Empty for the collection itself. */
export function behind(path: string, collection: string): string | undefined {
  const start = `${path}/`.indexOf(`${collection}/`);
  if (start < 0) return undefined;
  return path.slice(start + collection.length + 1).replace(/\/$/, '');
}

/** A malformed escape is no escape: the text stands for itself. */
export function decodePart(part: string, encoding: PathEncoding): string {
  if (encoding === 'decoded') return part;
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

const ITEM_OPERATIONS = {
  'POST close': 'closeAlert',
  'POST acknowledge': 'acknowledgeAlert',
  'POST unacknowledge': 'unacknowledgeAlert',
  'POST snooze': 'snoozeAlert',
  'POST escalate': 'escalateAlert',
  'POST assign': 'assignAlert',
  'POST responders': 'addResponder',
  'POST teams': 'addTeam',
  'POST notes': 'addNote',
  'GET notes': 'listNotes',
  'POST tags': 'addTags',
  'DELETE tags': 'removeTags',
  'POST details': 'addDetails',
  'DELETE details': 'removeDetails',
  'PUT priority': 'setPriority',
  'PUT message': 'setMessage',
  'PUT description': 'setDescription',
  'GET logs': 'listLogs',
  'GET recipients': 'listRecipients',
  'GET attachments': 'listAttachments',
} as const;

export type AlertOperation =
  | (typeof ITEM_OPERATIONS)[keyof typeof ITEM_OPERATIONS]
  | 'createAlert'
  | 'listAlerts'
  | 'countAlerts'
  | 'getRequest'
  | 'getAlert'
  | 'deleteAlert'
  | 'customAction'
  | 'savedSearches';

const OPERATIONS: ReadonlyMap<string, AlertOperation> = new Map(Object.entries(ITEM_OPERATIONS));

export interface AlertPath {
  readonly kind: 'operation';
  readonly operation: AlertOperation;
  /** The alert's id, alias or tiny id; the request's id of `getRequest`. */
  readonly identifier?: string;
  /** Of `customAction`. */
  readonly actionName?: string;
  /** A query that the npm SDK glued to the path with `&` instead of `?`. */
  readonly strayQuery?: string;
}

export type ParsedPath<T> = T | { readonly kind: 'notFound' } | { readonly kind: 'methodNotAllowed' };

/** Which alert operation a request asks for. */
export function parseAlertPath(method: string, path: string, encoding: PathEncoding = 'raw'): ParsedPath<AlertPath> {
  const rest = behind(path, '/v2/alerts');
  if (rest === undefined) return { kind: 'notFound' };
  const stray = /^(.*\/(?:tags|details|notes|logs))\/&([A-Za-z]+=.*)$/.exec(rest);
  const found = operationOf(method.toUpperCase(), stray?.[1] ?? rest, encoding);
  return found.kind === 'operation' && stray?.[2] !== undefined ? { ...found, strayQuery: stray[2] } : found;
}

function operationOf(method: string, rest: string, encoding: PathEncoding): ParsedPath<AlertPath> {
  if (rest === '') return collectionOperation(method);
  const parts = rest.split('/');
  const [first, second] = parts;
  if (method === 'GET' && parts.length === 1 && first === 'count')
    return { kind: 'operation', operation: 'countAlerts' };
  if (method === 'GET' && parts.length === 2 && first === 'requests' && second !== undefined) {
    return { kind: 'operation', operation: 'getRequest', identifier: decodePart(second, encoding) };
  }
  if (first === 'saved-searches' && parts.length <= 2) return { kind: 'operation', operation: 'savedSearches' };
  return itemOperation(method, parts, encoding);
}

function collectionOperation(method: string): ParsedPath<AlertPath> {
  if (method === 'POST') return { kind: 'operation', operation: 'createAlert' };
  return method === 'GET' ? { kind: 'operation', operation: 'listAlerts' } : { kind: 'methodNotAllowed' };
}

function itemOperation(method: string, parts: readonly string[], encoding: PathEncoding): ParsedPath<AlertPath> {
  const identifierOf = (count: number) => decodePart(parts.slice(0, count).join('/'), encoding);
  const last = parts.at(-1) ?? '';
  const operation = OPERATIONS.get(`${method} ${last}`);
  if (operation !== undefined && parts.length > 1) {
    return { kind: 'operation', operation, identifier: identifierOf(parts.length - 1) };
  }
  if (method === 'POST' && parts.length > 2 && parts.at(-2) === 'actions') {
    const actionName = decodePart(last, encoding);
    return { kind: 'operation', operation: 'customAction', identifier: identifierOf(parts.length - 2), actionName };
  }
  if (method === 'GET') return { kind: 'operation', operation: 'getAlert', identifier: identifierOf(parts.length) };
  if (method === 'DELETE')
    return { kind: 'operation', operation: 'deleteAlert', identifier: identifierOf(parts.length) };
  return { kind: 'methodNotAllowed' };
}

export const IDENTIFIER_TYPES = ['id', 'alias', 'tiny'] as const;
export type IdentifierType = (typeof IDENTIFIER_TYPES)[number];

/** `identifierType` of the query; `id` when there is none, undefined when it is none of the three. */
export function identifierTypeOf(value: string | undefined): IdentifierType | undefined {
  if (value === undefined || value === '') return 'id';
  return IDENTIFIER_TYPES.find((type) => type === value.toLowerCase());
}

export type HeartbeatOperation =
  | 'createHeartbeat'
  | 'listHeartbeats'
  | 'getHeartbeat'
  | 'updateHeartbeat'
  | 'deleteHeartbeat'
  | 'enableHeartbeat'
  | 'disableHeartbeat'
  | 'pingHeartbeat';

export interface HeartbeatPath {
  readonly kind: 'operation';
  readonly operation: HeartbeatOperation;
  readonly name?: string;
}

const PING_METHODS = ['GET', 'POST', 'PUT', 'PATCH'];

/** Which heartbeat operation a request asks for. */
export function parseHeartbeatPath(
  method: string,
  path: string,
  encoding: PathEncoding = 'raw',
): ParsedPath<HeartbeatPath> {
  const rest = behind(path, '/v2/heartbeats');
  if (rest === undefined) return { kind: 'notFound' };
  const verb = method.toUpperCase();
  if (rest === '') {
    if (verb === 'POST') return { kind: 'operation', operation: 'createHeartbeat' };
    return verb === 'GET' ? { kind: 'operation', operation: 'listHeartbeats' } : { kind: 'methodNotAllowed' };
  }
  const slash = rest.lastIndexOf('/');
  const operation = slash > 0 ? suffixOperation(verb, rest.slice(slash + 1)) : undefined;
  if (operation !== undefined)
    return { kind: 'operation', operation, name: decodePart(rest.slice(0, slash), encoding) };
  const whole = WHOLE.get(verb);
  return whole === undefined
    ? { kind: 'methodNotAllowed' }
    : { kind: 'operation', operation: whole, name: decodePart(rest, encoding) };
}

const WHOLE: ReadonlyMap<string, HeartbeatOperation> = new Map([
  ['GET', 'getHeartbeat'],
  ['PATCH', 'updateHeartbeat'],
  ['DELETE', 'deleteHeartbeat'],
]);

function suffixOperation(method: string, suffix: string): HeartbeatOperation | undefined {
  if (suffix === 'ping' && PING_METHODS.includes(method)) return 'pingHeartbeat';
  if (method !== 'POST') return undefined;
  return suffix === 'enable' ? 'enableHeartbeat' : suffix === 'disable' ? 'disableHeartbeat' : undefined;
}
