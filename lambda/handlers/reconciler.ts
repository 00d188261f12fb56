import { finishProjection } from '../app/apply-config.ts';
import { expireHeartbeats } from '../app/expire-heartbeats.ts';
import { notifyHandoffs } from '../app/notify-handoffs.ts';
import { reconcile } from '../app/reconcile.ts';
import { createCalendarStore } from '../data/calendar.ts';
import { createIncidentCounter } from '../data/counter.ts';
import { createDedupStore } from '../data/dedup.ts';
import { createHeartbeatStore } from '../data/heartbeats.ts';
import { createNoticeStore } from '../data/notices.ts';
import { createServiceStore } from '../data/services.ts';
import { configStores, database, fallbackContact, incidentStores, paging, surroundings, workflow } from '../deps.ts';
import { readEnv } from '../env.ts';
import { job } from '../job.ts';

const env = readEnv([
  'incidentTable',
  'serviceTable',
  'oncallCalendarTable',
  'configTable',
  'timelineTable',
  'dedupTable',
  'heartbeatTable',
  'stateMachineArn',
  'senderEmail',
  'fallbackEmail',
  'configurationSet',
  'publicUrl',
]);
const around = surroundings();
const db = database();
const deps = {
  ...around,
  ...incidentStores(db, env),
  ...configStores(db, env),
  ...paging(db, env, around),
  workflow: workflow(env),
  fallback: fallbackContact(env),
  notices: createNoticeStore(db, env.configTable),
  services: createServiceStore(db, env.serviceTable),
  counter: createIncidentCounter(db, env.configTable),
  dedup: createDedupStore(db, env.dedupTable),
  calendar: createCalendarStore(db, env.oncallCalendarTable),
  heartbeats: createHeartbeatStore(db, env.heartbeatTable),
};

export const handler = job(around, async () => {
  const sweep = await reconcile(deps);
  await expireHeartbeats(deps);
  await finishProjection(deps);
  // A notice is a courtesy: its failure must not look like a sweep that failed.
  await notifyHandoffs(deps).catch((error: unknown) =>
    deps.log.error('hand-off notices failed', { error: String(error) }),
  );
  return sweep;
});
