import { DynamoDBClient, GetItemCommand } from '@aws-sdk/client-dynamodb';
import { SESv2Client, SendEmailCommand } from '@aws-sdk/client-sesv2';
import { SFNClient, StartExecutionCommand, StopExecutionCommand } from '@aws-sdk/client-sfn';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Assembly, readAssembly } from '../../local/assembly.ts';
import { type Access, createAuthorizer, type Permissions, type Statement } from '../../local/authorize.ts';
import { createTable, type RunningDynamo, startDynamo } from '../../local/dynamo.ts';
import { authorizeDynamo, dynamoAccess } from '../../local/dynamo-access.ts';
import { openInbox } from '../../local/inbox.ts';
import { silent } from '../../local/log.ts';
import { createMail } from '../../local/mail.ts';
import { readResources } from '../../local/resources.ts';
import { readPermissions } from '../../local/roles.ts';
import { type RunningServer, startWire } from '../../local/wire.ts';
import { createWorkflows } from '../../local/workflows.ts';
import { FIXTURE } from './fixture/assembly.ts';

const PREFIX = 'arn:aws:dynamodb:us-east-1:000000000000:table/';
const ses = 'arn:aws:ses:us-east-1:000000000000:';
const allow = (actions: string[], resources: string[], conditions = {}): Statement => ({
  effect: 'Allow',
  actions,
  resources,
  conditions,
});

function permissionsOf(...statements: Statement[]): Permissions {
  return { identities: { role: { arn: 'arn:aws:sts::0:assumed-role/role', statements } }, tableArnPrefix: PREFIX };
}

describe('a decision', () => {
  const table = `${PREFIX}Items`;
  const from = (address: string) => ({ 'ses:FromAddress': address });
  const mail = allow(['ses:SendEmail'], [`${ses}identity/*`], { 'ses:FromAddress': ['a@example.org'] });
  const cases: [what: string, expected: boolean, statements: Statement[], access: Access][] = [
    ['the action and the resource', true, [allow(['dynamodb:GetItem'], [table])], get(table)],
    ['the action in another case', true, [allow(['DynamoDB:getitem'], [table])], get(table)],
    ['another action', false, [allow(['dynamodb:PutItem'], [table])], get(table)],
    ['an action that begins alike', false, [allow(['dynamodb:Get'], [table])], get(table)],
    ['another resource', false, [allow(['dynamodb:GetItem'], [`${table}2`])], get(table)],
    [
      'a dot, which is no wildcard',
      false,
      [allow(['dynamodb:GetItem'], [table])],
      get(table.replace('Items', 'Item.')),
    ],
    ['wildcards', true, [allow(['dynamodb:*Item'], ['arn:aws:dynamodb:*:table/Item?'])], get(table)],
    ['the table, for an index', false, [allow(['dynamodb:GetItem'], [table])], get(`${table}/index/byShard`)],
    ['a denial as well', false, [allow(['*'], ['*']), { ...allow(['*'], [table]), effect: 'Deny' }], get(table)],
    ['nothing', false, [], get(table)],
    ['its condition', true, [mail], send(from('a@example.org'))],
    ['another value of its condition', false, [mail], send(from('b@example.org'))],
    ['a condition, without the key', false, [mail], send({})],
  ];
  function get(resource: string): Access {
    return { action: 'dynamodb:GetItem', resource };
  }
  function send(context: Record<string, string>): Access {
    return { action: 'ses:SendEmail', resource: `${ses}identity/a@example.org`, context };
  }

  it.each(cases)('by %s: %s', (_what, expected, statements, access) => {
    const authorize = createAuthorizer(permissionsOf(...statements));
    // Twice: the second time from memory.
    for (const _time of [1, 2]) {
      if (expected) expect(() => authorize('role', access)).not.toThrow();
      else expect(() => authorize('role', access)).toThrow(/role is not authorized to perform: \S+ on resource: arn:/);
    }
  });

  it('is no for a key id of nobody, or none, and yes for the runtime itself', () => {
    const authorize = createAuthorizer(permissionsOf(allow(['*'], ['*'])));
    for (const keyId of ['nobody', undefined, 'constructor']) {
      expect(() => authorize(keyId, get('x'))).toThrow('security token');
    }
    expect(() => authorize('local', get('x'))).not.toThrow();
  });
});

describe('what a call of DynamoDB needs', () => {
  const need = (operation: string, body: unknown) =>
    dynamoAccess(`DynamoDB_20120810.${operation}`, typeof body === 'string' ? body : JSON.stringify(body), PREFIX);

  it.each([
    ['GetItem', { TableName: 'A' }, ['A']],
    ['Query', { TableName: 'A', IndexName: 'i' }, ['A/index/i']],
    ['BatchGetItem', { RequestItems: { A: {}, B: {} } }, ['A', 'B']],
    ['BatchWriteItem', { RequestItems: { A: [] } }, ['A']],
    ['PutItem', '{', []],
    ['PutItem', { TableName: 3 }, []],
  ])('%s %j', (operation, body, tables) => {
    const expected = tables.map((table) => ({ action: `dynamodb:${operation}`, resource: `${PREFIX}${table}` }));
    expect(need(operation, body)).toEqual(expected);
  });

  it('is a permission for each table of a batch', () => {
    const authorize = createAuthorizer(permissionsOf(allow(['dynamodb:BatchGetItem'], [`${PREFIX}A`])));
    const call = (...tables: string[]) =>
      authorizeDynamo(
        authorize,
        PREFIX,
        {
          authorization: 'AWS4-HMAC-SHA256 Credential=role/1/2/dynamodb/aws4_request',
          'x-amz-target': 'DynamoDB_20120810.BatchGetItem',
        },
        JSON.stringify({ RequestItems: Object.fromEntries(tables.map((table) => [table, {}])) }),
      );
    expect(() => call('A')).not.toThrow();
    expect(() => call('A', 'B')).toThrow(`on resource: ${PREFIX}B `);
  });

  it('is refused where it is not known', () => {
    expect(() => need('TransactWriteItems', {})).toThrow('TransactWriteItems');
    expect(() => dynamoAccess('DynamoDB_20111205.GetItem', '{}', PREFIX)).toThrow('DynamoDB_20111205');
  });
});

describe('the permissions of a template', () => {
  let assembly: Assembly;
  beforeAll(async () => {
    assembly = await readAssembly(FIXTURE);
  });

  function permissions(change: Record<string, object> = {}): Permissions {
    const Resources = Object.fromEntries(
      Object.entries(assembly.template.Resources).map(([id, resource]) => [
        id,
        { ...resource, Properties: { ...resource.Properties, ...change[id] } },
      ]),
    );
    const changed = { ...assembly, template: { ...assembly.template, Resources } };
    return readPermissions(readResources(changed), changed);
  }

  it('are those of its roles, inline and attached', () => {
    const { identities, tableArnPrefix } = permissions();
    expect(tableArnPrefix).toBe(PREFIX);
    const machine = 'arn:aws:states:us-east-1:000000000000:stateMachine:Mini-Machine';
    const worker = 'arn:aws:lambda:us-east-1:000000000000:function:Mini-WorkerFunction1A2B3C4D';
    expect(Object.fromEntries(Object.entries(identities).map(([name, one]) => [name, one?.statements]))).toEqual({
      'Mini-ApiRole1A2B3C4D': [allow(['states:Start*'], [machine])],
      'Mini-WorkerRole1A2B3C4D': [
        allow(['ses:SendEmail'], [`${ses}identity/*`, `${ses}configuration-set/Mini-Mails`], {
          'ses:FromAddress': ['mini@example.org'],
        }),
      ],
      'Mini-MachineRole1A2B3C4D': [allow(['lambda:InvokeFunction'], [worker])],
    });
  });

  const statement = { Effect: 'Allow', Action: 'ses:SendEmail', Resource: '*' };
  const policy = (more: object) => ({
    WorkerPolicy1A2B3C4D: {
      PolicyDocument: { Statement: [{ ...statement, ...more }] },
      Roles: [{ Ref: 'WorkerRole1A2B3C4D' }],
    },
  });
  it.each([
    [
      'a condition key',
      policy({ Condition: { StringEquals: { 'aws:SourceIp': '::1' } } }),
      /WorkerPolicy.*aws:SourceIp/s,
    ],
    ['a condition', policy({ Condition: { StringLike: { 'ses:FromAddress': '*' } } }), /WorkerPolicy.*StringLike/s],
    ['an element', policy({ NotAction: 'ses:*' }), /WorkerPolicy.*NotAction/s],
    [
      'a managed policy',
      { ApiRole1A2B3C4D: { ManagedPolicyArns: ['arn:aws:iam::aws:policy/Any'] } },
      /policy\/Any of ApiRole/,
    ],
    ['a boundary', { ApiRole1A2B3C4D: { PermissionsBoundary: 'x' } }, /ApiRole.*boundary/s],
    ['a role', { ApiFunction1A2B3C4D: { Role: 'arn:aws:iam::0:role/elsewhere' } }, /role\/elsewhere/],
  ])('stop the start at %s that is not known', (_what, change, message) => {
    expect(() => permissions(change)).toThrow(message);
  });
});

describe('a refusal', () => {
  const MACHINE = 'arn:aws:states:us-east-1:000000000000:stateMachine:one';
  let dynamo: RunningDynamo;
  let wire: RunningServer;
  const permissions = permissionsOf(
    allow(['states:StartExecution'], ['arn:aws:states:*:other']),
    allow(['dynamodb:GetItem'], [`${PREFIX}Mine`]),
  );
  const sdk = { region: 'us-east-1', credentials: { accessKeyId: 'role', secretAccessKey: 'b' } };

  beforeAll(async () => {
    dynamo = await startDynamo();
    const keys = {
      AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
      KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
    };
    for (const table of ['Mine', 'Yours']) await createTable(dynamo.url, table, keys);
    await dynamo.enforce(permissions);
    const inbox = await openInbox();
    const engine = await createWorkflows({ machines: [], invoke: async () => ({ payload: '{}' }) });
    const mail = createMail({
      inbox,
      log: silent,
      configurationSets: new Set(),
      accepted: () => undefined,
      arnPrefix: ses,
    });
    wire = await startWire([mail, engine.wire], createAuthorizer(permissions));
  });
  afterAll(async () => {
    await wire.stop();
    await dynamo.stop();
  });

  it('is an exception of the service for the SDK: DynamoDB', async () => {
    const client = new DynamoDBClient({ ...sdk, endpoint: dynamo.url });
    const from = (TableName: string) => client.send(new GetItemCommand({ TableName, Key: { id: { S: 'a' } } }));
    await expect(from('Mine')).resolves.toMatchObject({});
    await expect(from('Yours')).rejects.toMatchObject({
      name: 'AccessDeniedException',
      message: `User: arn:aws:sts::0:assumed-role/role is not authorized to perform: dynamodb:GetItem on resource: ${PREFIX}Yours because no identity-based policy allows the dynamodb:GetItem action`,
    });
    // The runtime itself still makes what is missing.
    await createTable(dynamo.url, 'Late', {
      AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
      KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
    });
    const stranger = new DynamoDBClient({
      ...sdk,
      credentials: { accessKeyId: 'stranger', secretAccessKey: 'b' },
      endpoint: dynamo.url,
    });
    await expect(
      stranger.send(new GetItemCommand({ TableName: 'Mine', Key: { id: { S: 'a' } } })),
    ).rejects.toMatchObject({
      name: 'UnrecognizedClientException',
    });
    client.destroy();
    stranger.destroy();
  });

  it('is an exception of the service for the SDK: Step Functions and SES', async () => {
    const states = new SFNClient({ ...sdk, endpoint: wire.url });
    await expect(states.send(new StartExecutionCommand({ stateMachineArn: MACHINE }))).rejects.toMatchObject({
      name: 'AccessDeniedException',
      message: expect.stringContaining(`states:StartExecution on resource: ${MACHINE}`),
    });
    await expect(states.send(new StopExecutionCommand({ executionArn: 'arn:x' }))).rejects.toMatchObject({
      name: 'AccessDeniedException',
    });
    const client = new SESv2Client({ ...sdk, endpoint: wire.url });
    const text = { Data: 'x' };
    await expect(
      client.send(
        new SendEmailCommand({
          FromEmailAddress: 'InResponse <a@example.org>',
          Destination: { ToAddresses: ['b@example.org'] },
          Content: { Simple: { Subject: text, Body: { Text: text } } },
        }),
      ),
    ).rejects.toMatchObject({
      name: 'AccessDeniedException',
      message: expect.stringContaining(`ses:SendEmail on resource: ${ses}identity/a@example.org`),
    });
    states.destroy();
    client.destroy();
  });
});
