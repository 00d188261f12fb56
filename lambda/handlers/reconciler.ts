import { sweep } from '../app/sweep.ts';
import { createWatchdog } from '../channels/watchdog.ts';
import { createCalendarStore } from '../data/calendar.ts';
import { createIncidentCounter } from '../data/counter.ts';
import { createDedupStore } from '../data/dedup.ts';
import { createHeartbeatStore } from '../data/heartbeats.ts';
import { createNoticeStore } from '../data/notices.ts';
import { createServiceStore } from '../data/services.ts';
import { configStores, database, fallbackContact, incidentStores, paging, surroundings, workflow } from '../deps.ts';
import { readEnv, readOptionalEnv } from '../env.ts';
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
const watchdogUrl = readOptionalEnv('watchdogUrl');
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
  ...(watchdogUrl === undefined ? {} : { pingWatchdog: createWatchdog(watchdogUrl) }),
};

export const handler = job(around, () => sweep(deps));
