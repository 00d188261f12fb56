import type { Heartbeat } from '../../../core/heartbeat.ts';
import {
  createHeartbeat,
  deleteHeartbeat,
  type HeartbeatDeps,
  pingHeartbeat,
  serviceOf,
  switchHeartbeat,
  updateHeartbeat,
} from '../../app/opsgenie/heartbeats.ts';
import {
  HEARTBEAT_LIMITS,
  type HeartbeatView,
  heartbeatChanged,
  heartbeatCreated,
  heartbeatDeleted,
  heartbeatFound,
  heartbeatList,
  isRefused,
  translateHeartbeat,
  translateHeartbeatUpdate,
} from '../../ingest/opsgenie/heartbeat.ts';
import type { HeartbeatPath } from '../../ingest/opsgenie/path.ts';
import { heartbeatPong, opsgenieError, opsgenieNotFound } from '../../ingest/opsgenie/replies.ts';
import type { Reply } from '../../ingest/reply.ts';
import type { Call } from './call.ts';

/** All of `/v2/heartbeats`. A ping is answered alike whether or not the heartbeat exists, as Opsgenie does. */
export async function heartbeat(deps: HeartbeatDeps, call: Call, path: HeartbeatPath): Promise<Reply> {
  const service = serviceOf(call.integration);
  const { name = '' } = path;
  const trace = call.trace();
  const missing = () => opsgenieNotFound(trace, 'Heartbeat');
  const changed = (after: Heartbeat | undefined) => (after ? heartbeatChanged(viewOf(after), trace) : missing());
  // A name that no heartbeat can have would not fit into the database's key either.
  if (name.length > HEARTBEAT_LIMITS.name) return path.operation === 'pingHeartbeat' ? heartbeatPong(trace) : missing();
  switch (path.operation) {
    case 'createHeartbeat': {
      const draft = translateHeartbeat(call.body, trace);
      if (isRefused(draft)) return draft.reply;
      const created = await createHeartbeat(deps, call.integration, draft);
      if (created) return heartbeatCreated(viewOf(created), trace);
      return opsgenieError(409, `There is a heartbeat named ${draft.name} already`, trace);
    }
    case 'listHeartbeats':
      return heartbeatList((await deps.heartbeats.list(service)).map(viewOf), trace);
    case 'getHeartbeat': {
      const stored = await deps.heartbeats.get(service, name);
      return stored ? heartbeatFound(viewOf(stored.heartbeat), trace) : missing();
    }
    case 'updateHeartbeat': {
      const update = translateHeartbeatUpdate(call.body, trace);
      return isRefused(update) ? update.reply : changed(await updateHeartbeat(deps, service, name, update));
    }
    case 'enableHeartbeat':
      return changed(await switchHeartbeat(deps, service, name, true));
    case 'disableHeartbeat':
      return changed(await switchHeartbeat(deps, service, name, false));
    case 'deleteHeartbeat':
      return (await deleteHeartbeat(deps, service, name)) ? heartbeatDeleted(trace) : missing();
    case 'pingHeartbeat':
      await pingHeartbeat(deps, service, name);
      return heartbeatPong(trace);
  }
}

/** What the API shows of it, and no more. */
function viewOf(beat: Heartbeat): HeartbeatView {
  const { name, description, interval, intervalUnit, enabled, expired, alertMessage, alertTags, alertPriority } = beat;
  return {
    name,
    description,
    interval,
    intervalUnit,
    enabled,
    expired,
    ...(beat.lastPingAt === undefined ? {} : { lastPingAt: beat.lastPingAt }),
    ...(beat.ownerTeam === undefined ? {} : { ownerTeam: beat.ownerTeam }),
    alertMessage,
    alertTags,
    alertPriority,
  };
}
