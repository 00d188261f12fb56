import { finishProjection } from '../app/apply-config.ts';
import { notifyHandoffs } from '../app/notify-handoffs.ts';
import { reconcile } from '../app/reconcile.ts';
import { createNoticeStore } from '../data/notices.ts';
import { configStores, database, fallbackContact, incidentStores, paging, surroundings, workflow } from '../deps.ts';
import { readEnv } from '../env.ts';
import { job } from '../job.ts';

const env = readEnv([
  'incidentTable',
  'serviceTable',
  'oncallCalendarTable',
  'configTable',
  'timelineTable',
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
};

export const handler = job(around, async () => {
  const sweep = await reconcile(deps);
  await finishProjection(deps);
  // A notice is a courtesy: its failure must not look like a sweep that failed.
  await notifyHandoffs(deps).catch((error: unknown) =>
    deps.log.error('hand-off notices failed', { error: String(error) }),
  );
  return sweep;
});
