import type { Integration, Scope } from '../../../core/integration.ts';
import type { AlertOperation, HeartbeatOperation } from '../../ingest/opsgenie/path.ts';

type Operation = AlertOperation | HeartbeatOperation;
type Access = 'send' | 'read' | 'change' | 'any';

/** `send` is what a monitoring system does unasked; `change` is what people and their scripts do. */
const ACCESS: Readonly<Record<Operation, Access>> = {
  createAlert: 'send',
  closeAlert: 'send',
  acknowledgeAlert: 'send',
  addNote: 'send',
  setMessage: 'send',
  setDescription: 'send',
  pingHeartbeat: 'send',
  getRequest: 'any',
  getAlert: 'read',
  listAlerts: 'read',
  countAlerts: 'read',
  listNotes: 'read',
  listLogs: 'read',
  listRecipients: 'read',
  listAttachments: 'read',
  savedSearches: 'read',
  getHeartbeat: 'read',
  listHeartbeats: 'read',
  unacknowledgeAlert: 'change',
  snoozeAlert: 'change',
  escalateAlert: 'change',
  assignAlert: 'change',
  addResponder: 'change',
  addTeam: 'change',
  addTags: 'change',
  removeTags: 'change',
  addDetails: 'change',
  removeDetails: 'change',
  setPriority: 'change',
  customAction: 'change',
  deleteAlert: 'change',
  createHeartbeat: 'change',
  updateHeartbeat: 'change',
  deleteHeartbeat: 'change',
  enableHeartbeat: 'change',
  disableHeartbeat: 'change',
};

const SCOPES: Readonly<Record<Access, readonly Scope[]>> = {
  send: ['events', 'write', 'admin'],
  read: ['read', 'admin'],
  change: ['write', 'admin'],
  any: ['events', 'read', 'write', 'admin'],
};

/** Whether a key's scopes allow an operation; the scopes of which one would be needed. */
export function accessTo(operation: Operation, { scopes }: Pick<Integration, 'scopes'>): true | readonly Scope[] {
  const needed = SCOPES[ACCESS[operation]];
  return needed.some((scope) => scopes.includes(scope)) || needed;
}
