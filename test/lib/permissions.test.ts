import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import type { TableName } from '../../lambda/data/keys.ts';
import { ENV, type EnvName, readEnv } from '../../lambda/env.ts';
import {
  HANDLER_NAMES,
  HANDLERS,
  type HandlerName,
  OPTIONAL_HANDLER_NAMES,
  OPTIONAL_HANDLERS,
  type OptionalHandlerName,
} from '../../lib/handlers.ts';
import { PERMISSIONS } from '../../lib/permissions.ts';
import { listOf, render, synthesize } from './synthesize.ts';

interface Statement {
  readonly Effect: string;
  readonly Action: string | string[];
  readonly Resource: unknown;
  readonly Condition?: unknown;
}

type Name = HandlerName | OptionalHandlerName;

const { ofType } = synthesize({ canary: {} });
const ALL: readonly Name[] = [...HANDLER_NAMES, ...OPTIONAL_HANDLER_NAMES];
const DEFINITIONS = { ...HANDLERS, ...OPTIONAL_HANDLERS };
const policies = [...ofType('AWS::IAM::Policy').values()].map((policy) => ({
  roles: (policy.Properties.Roles as unknown[]).map(render),
  statements: (policy.Properties.PolicyDocument as { Statement: Statement[] }).Statement,
}));

function statementsOf(role: string): Statement[] {
  return policies.filter((policy) => policy.roles.includes(role)).flatMap((policy) => policy.statements);
}

function pairs(statements: readonly Statement[]): string[] {
  return statements
    .flatMap(({ Action, Resource }) =>
      listOf(Action).flatMap((action) => listOf(Resource).map((resource) => `${action} ${render(resource)}`)),
    )
    .sort();
}

function construct(handler: Name): string {
  return handler.charAt(0).toUpperCase() + handler.slice(1);
}

/** What the permissions table says, as action and resource. */
function allowed(handler: Name): string[] {
  const { tables, startsWorkflows, sendsMail } = PERMISSIONS[handler];
  const onTables = (Object.keys(tables) as TableName[]).flatMap((table) => [
    ...(tables[table]?.items ?? []).map((action) => `dynamodb:${action} Tables${table}.Arn`),
    ...(tables[table]?.query ?? []).map((index) => `dynamodb:Query Tables${table}.Arn/index/${index}`),
  ]);
  const arn = 'arn:AWS::Partition:ses:AWS::Region:AWS::AccountId';
  const log = `${construct(handler)}Logs.Arn`;
  return [
    ...onTables,
    ...(startsWorkflows ? ['states:StartExecution EscalationStateMachine'] : []),
    ...(sendsMail
      ? [`ses:SendEmail ${arn}:identity/*`, `ses:SendEmail ${arn}:configuration-set/MailConfigurationSet`]
      : []),
    `logs:CreateLogStream ${log}`,
    `logs:PutLogEvents ${log}`,
    'xray:PutTraceSegments *',
    'xray:PutTelemetryRecords *',
    ...(['reconciler', 'mailEvents', 'ingest'].includes(handler) ? ['sqs:SendMessage DeadLettersQueue.Arn'] : []),
  ].sort();
}

describe('permissions', () => {
  it.each(ALL)('%s may do what the table says, and nothing else', (handler) => {
    const statements = statementsOf(`${construct(handler)}Role`);
    expect(pairs(statements)).toEqual(allowed(handler));
    expect(statements.every((statement) => statement.Effect === 'Allow')).toBe(true);
  });

  it('bind sending to the one sender address', () => {
    const sending = policies
      .flatMap((p) => p.statements)
      .filter(({ Action }) => listOf(Action).includes('ses:SendEmail'));
    expect(sending).toHaveLength(2);
    for (const { Condition } of sending) {
      expect(Condition).toEqual({ StringEquals: { 'ses:FromAddress': 'pager@example.com' } });
    }
  });

  it('let the state machine invoke the notifier alone', () => {
    const all = pairs(statementsOf('EscalationStateMachineRole'));
    expect(all.filter((pair) => !pair.endsWith(' *'))).toEqual(['lambda:InvokeFunction NotifierFunction.Arn']);
    expect(all.filter((pair) => pair.endsWith(' *') && !/^(logs|xray):/.test(pair))).toEqual([]);
  });

  it('use no managed policy, but the one of the API Gateway account', () => {
    const managed = [...ofType('AWS::IAM::Role')].filter(([, role]) => role.Properties.ManagedPolicyArns !== undefined);
    expect(managed.map(([id]) => id)).toEqual(['ApiRestApiCloudWatchRole']);
  });

  it.each(ALL)('come with the variables that the handler of %s reads, and no others', (handler) => {
    const source = readFileSync(join('lambda', 'handlers', `${DEFINITIONS[handler].entry}.ts`), 'utf8');
    const list = /readEnv\(\[([^\]]*)\]/.exec(source)?.[1] ?? '';
    const read = [...list.matchAll(/'(\w+)'/g)].map(([, name]) => name as EnvName);
    const given = ofType('AWS::Lambda::Function').get(`${construct(handler)}Function`)?.Properties.Environment;
    const variables = (given as { Variables: Record<string, unknown> }).Variables;
    const names = Object.keys(variables).filter((name) => !name.startsWith('POWERTOOLS_'));
    expect(names.sort()).toEqual(read.map((name) => ENV[name]).sort());
    const rendered = Object.fromEntries(Object.entries(variables).map(([name, value]) => [name, render(value)]));
    expect(Object.keys(readEnv(read, rendered))).toEqual(read);
  });
});
