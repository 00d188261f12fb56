import { EventEmitter, once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import dynalite from 'dynalite';
import * as z from 'zod';
import { type Assembly, readAssembly } from '../../local/assembly.ts';
import { type Authorize, createAuthorizer, RUNTIME_KEY_ID } from '../../local/authorize.ts';
import { createTables } from '../../local/dynamo.ts';
import { authorizeDynamo } from '../../local/dynamo-access.ts';
import { labelOf, readFunctions } from '../../local/function-definitions.ts';
import type { FunctionDefinition, InvocationResult } from '../../local/functions.ts';
import { createGateway } from '../../local/gateway.ts';
import { readGateway } from '../../local/gateway-model.ts';
import { type Mail, openInbox } from '../../local/inbox.ts';
import { createMail } from '../../local/mail.ts';
import { readResources } from '../../local/resources.ts';
import { readPermissions, roleName } from '../../local/roles.ts';
import { accessKeyId, startWire, WireError, type WireHandler } from '../../local/wire.ts';
import { readMachines } from '../../local/workflow-definitions.ts';
import { createWorkflowWire } from '../../local/workflow-wire.ts';

/** One action on one resource, by a role. */
export interface Grant {
  /** `processor`, or `state machine`. */
  readonly who: string;
  readonly action: string;
  /** As in the template, with wildcards; or as called. */
  readonly resource: string;
}

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** The body as JSON; empty when it is none. */
  readonly json: Record<string, unknown>;
}

export interface Asked {
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  /** Default: the administrator's key. Null: none. */
  readonly key?: string | null;
}

/** A fault of AWS: the answer for calls of `action` (`dynamodb:PutItem`), instead of the service's own; the request is handed over to be echoed. */
export type Fault = (action: string, body: string) => { status: number; type: string; message: string } | undefined;

export interface Rig {
  readonly assemblyDir: string;
  readonly apiKeys: readonly string[];
  /** What the template allows. */
  readonly allowed: readonly Grant[];
  /** What was called, each once. */
  readonly used: readonly Grant[];
  /** Refusals of permission. */
  readonly denied: readonly string[];
  /** Inputs of executions started, oldest first. */
  readonly started: readonly string[];
  readonly mails: readonly Mail[];
  /** What the gateway would write to its log, and what functions threw. */
  readonly lines: readonly string[];
  request(method: string, path: string, asked?: Asked): Promise<Answer>;
  /** Calls a function as AWS would; an error is a result. */
  invoke(name: string, event: unknown): Promise<InvocationResult>;
  /** Runs the execution started last, or the one given, until it ends or has paged `turns` times. Time moves to each wake-up. */
  escalate(turns?: number, input?: string): Promise<void>;
  advance(ms: number): void;
  fault(fault: Fault | undefined): void;
  /** Reads or changes a table by hand: `dynamo('Scan', 'Config', {})`. */
  dynamo(operation: string, table: string, body: object): Promise<Record<string, unknown>>;
  stop(): Promise<void>;
}

type Handler = (event: unknown, context: object) => Promise<unknown>;

/**
 * The synthesized stack in this process: its bundles, each under its own role, before the engines of the local runtime, which refuse
 * what the role does not allow. Its clock can be moved. Only one at a time, and one call at a time: roles go by `process.env`.
 */
export async function startRig(assemblyDir: string): Promise<Rig> {
  let ahead = 0;
  const realNow = Date.now;
  Date.now = () => realNow() + ahead;
  const assembly = await readAssembly(assemblyDir);
  const resources = readResources(assembly);
  const permissions = readPermissions(resources, assembly);
  const names = whoIs(assembly);
  const used = new Map<string, Grant>();
  const denied: string[] = [];
  const lines: string[] = [];
  const started: string[] = [];
  let fault: Fault | undefined;

  const check = createAuthorizer(permissions);
  const note = (keyId: string | undefined, action: string, resource: string) => {
    const grant = { who: names.get(keyId ?? '') ?? `nobody (${keyId})`, action, resource };
    if (keyId !== RUNTIME_KEY_ID) used.set(Object.values(grant).join(' '), grant);
  };
  const authorize: Authorize = (keyId, access) => {
    note(keyId, access.action, access.resource);
    try {
      check(keyId, access);
    } catch (error) {
      denied.push(String(error));
      throw error;
    }
  };

  // In this thread, unlike the local runtime's: half of what a call costs here is the way to another.
  const tables = dynalite({ createTableMs: 0 });
  const recorder = createServer(async (req, res) => {
    // Of a clock that is not the handlers': they would think theirs wrong, and try again what failed.
    res.sendDate = false;
    const body = await textOf(req);
    const refuse = (status: number, type: string, message: string) =>
      res.writeHead(status).end(JSON.stringify({ __type: `com.amazonaws.dynamodb.v20120810#${type}`, message }));
    try {
      authorizeDynamo(authorize, permissions.tableArnPrefix, req.headers, body);
    } catch (error) {
      return refuse(400, 'AccessDeniedException', String(error));
    }
    const failure = fault?.(`dynamodb:${String(req.headers['x-amz-target']).split('.')[1]}`, body);
    if (failure && accessKeyId(req.headers.authorization) !== RUNTIME_KEY_ID)
      return refuse(failure.status, failure.type, failure.message);
    const { method, url, headers } = req;
    const whole = Object.assign(new EventEmitter(), { method, url, headers });
    tables.emit('request', whole, res);
    whole.emit('data', Buffer.from(body));
    whole.emit('end');
  });
  recorder.listen(0, '127.0.0.1');
  await once(recorder, 'listening');
  const dynamoUrl = `http://127.0.0.1:${(recorder.address() as AddressInfo).port}`;
  await createTables(dynamoUrl, resources);

  const failing: WireHandler = async ({ headers, path, body }) => {
    const operation = path.includes('outbound-emails')
      ? 'ses:SendEmail'
      : String(headers['x-amz-target']).split('.')[1];
    const failure = fault?.(operation === 'ses:SendEmail' ? operation : `states:${operation}`, body.toString());
    if (failure) throw new WireError(failure.type, failure.message, failure.status);
    return undefined;
  };
  const inbox = await openInbox();
  const mail = createMail({
    inbox,
    log: () => undefined,
    configurationSets: new Set([nameOfConfigurationSet(assembly)]),
    accepted: () => undefined,
    arnPrefix: `arn:aws:ses:${assembly.region}:${assembly.account}:`,
  });
  const unused = () => {
    throw new Error('only StartExecution is called');
  };
  const workflows = createWorkflowWire({
    async start({ machineArn, name = '', input = '{}' }) {
      started.push(input);
      return { arn: `${machineArn}:${name}`, machineArn, name, input, startedAt: realNow(), status: 'RUNNING' };
    },
    abort: unused,
    execution: unused,
    executions: unused,
  });
  const wire = await startWire([failing, mail, workflows], authorize);
  const endpoints = { dynamo: dynamoUrl, wire: wire.url };
  const definitions = readFunctions(assembly, resources, endpoints);
  const handlers = new Map<string, { definition: FunctionDefinition; handler: Handler }>();
  for (const definition of definitions) {
    Object.assign(process.env, definition.environment);
    const { handler } = await import(pathToFileURL(join(definition.codeDirectory, 'index.mjs')).href);
    handlers.set(definition.label, { definition, handler });
    handlers.set(definition.arn, { definition, handler });
  }
  const [machine] = readMachines(resources);

  async function invoke(name: string, event: unknown): Promise<InvocationResult> {
    const found = handlers.get(name);
    if (!found) throw new Error(`there is no function ${name}`);
    const { definition, handler } = found;
    Object.assign(process.env, definition.environment);
    try {
      const answer = await handler(structuredClone(event), {
        awsRequestId: 'a',
        getRemainingTimeInMillis: () => 30_000,
      });
      return { payload: JSON.stringify(answer ?? null) };
    } catch (error) {
      // As the runtime of Lambda writes it to the log, and answers it to who invoked.
      const { name: errorType, message: errorMessage, stack } = error as Error;
      lines.push(JSON.stringify({ label: definition.label, errorType, errorMessage, stack }));
      return { error: { errorType, errorMessage } };
    }
  }

  const model = readGateway(resources, 'k'.repeat(40), () => `${'k'.repeat(39)}${model_serial++}`);
  const front = createServer(
    createGateway({
      model,
      functions: { invoke },
      log: (level, source, text) => lines.push(`${level} ${source} ${text}`),
    }),
  );
  front.listen(0, '127.0.0.1');
  await once(front, 'listening');
  const url = `http://127.0.0.1:${(front.address() as AddressInfo).port}`;

  return {
    assemblyDir,
    apiKeys: model.apiKeys.map(({ value }) => value),
    allowed: Object.entries(permissions.identities).flatMap(([role, identity]) =>
      (identity?.statements ?? []).flatMap(({ actions, resources: on }) =>
        actions.flatMap((action) => on.map((resource) => ({ who: names.get(role) ?? role, action, resource }))),
      ),
    ),
    get used() {
      return [...used.values()];
    },
    denied,
    started,
    get mails() {
      return inbox.all();
    },
    lines,
    async request(method, path, { body, headers = {}, key = 'k'.repeat(40) } = {}) {
      const text = body === undefined || typeof body === 'string' ? body : JSON.stringify(body);
      const answer = await fetch(`${url}${path}`, {
        method,
        headers: { ...(key === null ? {} : { 'x-api-key': key }), ...headers },
        ...(text === undefined ? {} : { body: text }),
        redirect: 'manual',
      });
      const answered = await answer.text();
      const json = answer.headers.get('content-type')?.includes('json') && answered ? JSON.parse(answered) : {};
      return { status: answer.status, headers: answer.headers, text: answered, json };
    },
    invoke,
    async escalate(turns = 20, input = started.at(-1) ?? '{}') {
      if (!machine) throw new Error('there is no state machine');
      const notifier = handlers.get('notifier')?.definition.arn ?? '';
      let until = Date.now();
      for (let turn = 0, task: unknown = JSON.parse(input); turn < turns; turn += 1) {
        ahead += Math.max(0, until - Date.now());
        authorize(machine.role, { action: 'lambda:InvokeFunction', resource: notifier });
        const result = await invoke('notifier', task);
        if ('error' in result) return;
        const answer = JSON.parse(result.payload) as { status: string; until?: string };
        lines.push(`states output ${result.payload}`);
        if (answer.status !== 'wait') return;
        until = Date.parse(answer.until ?? '');
        task = answer;
      }
    },
    advance(ms) {
      ahead += ms;
    },
    fault(next) {
      fault = next;
    },
    async dynamo(operation, table, body) {
      const TableName = definitions
        .flatMap(({ environment }) => Object.values(environment))
        .find((value) => isTable(value, table));
      const answer = await fetch(dynamoUrl, {
        method: 'POST',
        headers: {
          'content-type': 'application/x-amz-json-1.0',
          'x-amz-target': `DynamoDB_20120810.${operation}`,
          'x-amz-date': '19700101T000000Z',
          authorization: `AWS4-HMAC-SHA256 Credential=${RUNTIME_KEY_ID}/19700101/us-east-1/dynamodb/aws4_request, SignedHeaders=host, Signature=0`,
        },
        body: JSON.stringify({ TableName, ...body }),
      });
      if (!answer.ok) throw new Error(`${operation} ${table}: ${await answer.text()}`);
      return (await answer.json()) as Record<string, unknown>;
    },
    async stop() {
      for (const server of [front, recorder]) {
        server.closeAllConnections();
        server.close();
      }
      await wire.stop();
      Date.now = realNow;
    },
  };
}

let model_serial = 0;

/** `InResponse-TablesIncident1A2B3C4D` is the table Incident. */
function isTable(value: string, table: string): boolean {
  return new RegExp(`-Tables${table}[0-9A-F]{8}$`).test(value);
}

/** Whose role it is, by the role's name. */
function whoIs({ template, stackName }: Assembly): ReadonlyMap<string, string> {
  const roleOf = z.object({ 'Fn::GetAtt': z.tuple([z.string(), z.literal('Arn')]) });
  return new Map(
    Object.entries(template.Resources).flatMap(([id, { Type, Properties }]) => {
      const role = roleOf.safeParse(Properties.Role ?? Properties.RoleArn).data?.['Fn::GetAtt'][0];
      if (role === undefined) return [];
      const name = roleName(`${stackName}-${role}`);
      if (Type === 'AWS::Lambda::Function') return [[name, labelOf(id)] as const];
      return Type === 'AWS::StepFunctions::StateMachine' ? [[name, 'state machine'] as const] : [];
    }),
  );
}

function nameOfConfigurationSet({ template, stackName }: Assembly): string {
  const found = Object.entries(template.Resources).find(([, { Type }]) => Type === 'AWS::SES::ConfigurationSet');
  return `${stackName}-${found?.[0]}`;
}

async function textOf(req: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of req) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}
