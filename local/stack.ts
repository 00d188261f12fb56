import { randomBytes } from 'node:crypto';
import { readAssembly } from './assembly.ts';
import { createAuthorizer } from './authorize.ts';
import { createTables, type RunningDynamo } from './dynamo.ts';
import { readFunctions } from './function-definitions.ts';
import { createFunctions } from './functions.ts';
import { createGateway, type HttpHandler } from './gateway.ts';
import { readGateway } from './gateway-model.ts';
import type { Inbox } from './inbox.ts';
import type { Log } from './log.ts';
import { createMail } from './mail.ts';
import { readMailEvents } from './mail-events.ts';
import { readResources } from './resources.ts';
import { readPermissions } from './roles.ts';
import { readSchedules } from './schedules.ts';
import type { SmtpRelay } from './smtp.ts';
import { readTopics } from './topics.ts';
import { startWire, type WireHandler } from './wire.ts';
import { readMachines } from './workflow-definitions.ts';
import { createTaskInvoker } from './workflow-tasks.ts';
import { createWorkflows } from './workflows.ts';

export interface StackOptions {
  /** Of the cloud assembly. */
  readonly assemblyDir: string;
  /** Remains the caller's to stop. */
  readonly dynamo: Pick<RunningDynamo, 'url' | 'enforce'>;
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
  dynamo,
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
    const resources = readResources(assembly);
    const permissions = readPermissions(resources, assembly);
    const authorize = createAuthorizer(permissions);
    const wire = await startWire(handlers, authorize);
    cleanups.push(() => wire.stop());

    await dynamo.enforce(permissions);
    await createTables(dynamo.url, resources);
    const functions = createFunctions(readFunctions(assembly, resources, { dynamo: dynamo.url, wire: wire.url }), log);
    cleanups.push(() => functions.stop());
    functions.warm();
    const workflows = await createWorkflows({
      machines: readMachines(resources),
      invoke: createTaskInvoker(authorize, functions),
      log,
      ...stored,
    });
    cleanups.push(() => workflows.stop());

    const { configurationSets, publish } = readMailEvents(resources, readTopics(resources, functions));
    const mail = createMail({
      inbox,
      log,
      configurationSets,
      accepted: publish,
      arnPrefix: `arn:aws:ses:${assembly.region}:${assembly.account}:`,
      ...(relay ? { relay } : {}),
    });
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
