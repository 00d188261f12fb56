import type { SNSEvent } from 'aws-lambda';
import { takeMailEvent } from '../app/take-mail-event.ts';
import { database, fallbackContact, incidentStores, surroundings, workflow } from '../deps.ts';
import { readEnv } from '../env.ts';
import { job } from '../job.ts';

const env = readEnv(['incidentTable', 'timelineTable', 'stateMachineArn', 'fallbackEmail']);
const around = surroundings();
const deps = { ...around, ...incidentStores(database(), env), workflow: workflow(env), fallback: fallbackContact(env) };

export const handler = job(around, async ({ Records }: SNSEvent) => {
  for (const record of Records) await takeMailEvent(deps, record.Sns.Message);
});
