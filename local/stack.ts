import { randomBytes } from 'node:crypto';
import { readAssembly } from './assembly.ts';
import { createTables } from './dynamo.ts';
import { readFunctions } from './function-definitions.ts';
import { createFunctions } from './functions.ts';
import { createGateway, type HttpHandler } from './gateway.ts';
import { readGateway } from './gateway-model.ts';
import type { Inbox } from './inbox.ts';
import type { Log } from './log.ts';
import { createMail } from './mail.ts';
import { readMailEvents } from './mail-events.ts';
import { readResources } from './resources.ts';
import { readSchedules } from './schedules.ts';
import type { SmtpRelay } from './smtp.ts';
import { readTopics } from './topics.ts';
import { startWire, type WireHandler } from './wire.ts';
import { readMachines } from './workflow-definitions.ts';
import { createWorkflows } from './workflows.ts';

export interface StackOptions {
  /** Of the cloud assembly. */
  readonly assemblyDir: string;
  /** Where DynamoDB is served. Remains the caller's to stop. */
  readonly dynamoUrl: string;
  readonly inbox: Inbox;
  readonly apiKey: string;
  readonly dataDir?: string;
  readonly relay?: SmtpRelay;
  readonly log: Log;
}

/** The engines of a stack, tied together. */
export interface Stack {
  /** The REST API. */
  readonly handle: HttpHandler;
  /** Begins what happens by itself: schedules, and executions that a former process left. */
  begin(): void;
  stop(): Promise<void>;
}

/** Gives every resource of the stack its engine. Throws, with nothing left running, when one of them has none. */
export async function startStack({
  assemblyDir,
  dynamoUrl,
  inbox,
  apiKey,
  dataDir,
  relay,
  log,
}: StackOptions): Promise<Stack> {
  const stored = dataDir === undefined ? {} : { dataDir };
  const handlers: WireHandler[] = [];
  const cleanups: (() => Promise<void>)[] = [];
  const stop = async () => {
    for (const cleanUp of cleanups.splice(0).reverse()) await cleanUp();
  };
  try {
    const assembly = await readAssembly(assemblyDir);
    const wire = await startWire(handlers);
    cleanups.push(() => wire.stop());

    const resources = readResources(assembly);
    await createTables(dynamoUrl, resources);
    const functions = createFunctions(readFunctions(assembly, resources, { dynamo: dynamoUrl, wire: wire.url }), log);
    cleanups.push(() => functions.stop());
    functions.warm();
    const workflows = await createWorkflows({
      machines: readMachines(resources),
      invoke: functions.invoke,
      log,
      ...stored,
    });
    cleanups.push(() => workflows.stop());

    const { configurationSets, publish } = readMailEvents(resources, readTopics(resources, functions));
    const mail = createMail({ inbox, log, configurationSets, accepted: publish, ...(relay ? { relay } : {}) });
    handlers.push(mail, workflows.wire, functions.wire);
    const schedules = readSchedules(resources, assembly, functions);
    cleanups.push(async () => schedules.stop());
    const model = readGateway(resources, apiKey, () => randomBytes(20).toString('hex'));
    return {
      handle: createGateway({ model, functions, log }),
      begin() {
        workflows.resume();
        schedules.start();
      },
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}
