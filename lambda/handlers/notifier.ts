import { type Advanced, advance } from '../app/advance.ts';
import type { WorkflowInput } from '../data/workflow.ts';
import { database, fallbackContact, incidentStores, paging, surroundings } from '../deps.ts';
import { readEnv } from '../env.ts';
import { job } from '../job.ts';

const env = readEnv([
  'incidentTable',
  'oncallCalendarTable',
  'configTable',
  'timelineTable',
  'senderEmail',
  'fallbackEmail',
  'configurationSet',
  'publicUrl',
]);
const around = surroundings();
const db = database();
const deps = { ...around, ...incidentStores(db, env), ...paging(db, env, around), fallback: fallbackContact(env) };

export const handler = job(around, (input: WorkflowInput): Promise<Advanced> => advance(deps, input));
