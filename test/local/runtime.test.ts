import { cp, readFile, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { DynamoDBClient, GetItemCommand, PutItemCommand, QueryCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createTable, startDynamo, tableSchema } from '../../local/dynamo.ts';
import { type Local, startLocal } from '../../local/runtime.ts';
import { close, listen } from '../../local/wire.ts';
import { eventually, FIXTURE, temporaryDirectory } from './fixture/assembly.ts';

async function freePort(): Promise<number> {
  const server = createServer();
  const port = await listen(server, 0);
  await close(server);
  return port;
}

const KEY = 'k'.repeat(20);
const base = { assemblyDir: FIXTURE, apiKey: KEY };

describe('the stack on this machine', () => {
  let local: Local;
  beforeAll(async () => {
    local = await startLocal(base);
  });
  afterAll(() => local.stop());

  const get = (path: string, init: RequestInit = {}) => fetch(`${local.url}${path}`, init);
  const withKey = { headers: { 'x-api-key': KEY } };

  it('hands a function the event of a REST API proxy integration', async () => {
    const init = {
      method: 'PUT',
      headers: { 'x-api-key': KEY, 'X-Mixed-Case': 'a', 'content-type': 'application/json' },
      body: '{"ä":1}',
    };
    const response = await get('/echo/a%2Fb?x=1&x=2&y=%20', init);
    expect(response.headers.get('x-own')).toBe('yes');
    const { event } = (await response.json()) as { event: { headers: Record<string, string> } };
    expect(event).toMatchObject({
      resource: '/echo/{id}',
      path: '/echo/a%2Fb',
      httpMethod: 'PUT',
      pathParameters: { id: 'a/b' },
      queryStringParameters: { x: '2', y: ' ' },
      multiValueQueryStringParameters: { x: ['1', '2'], y: [' '] },
      stageVariables: null,
      body: '{"ä":1}',
      isBase64Encoded: false,
      requestContext: {
        stage: 'v1',
        resourcePath: '/echo/{id}',
        httpMethod: 'PUT',
        identity: { apiKeyId: 'Key', sourceIp: '127.0.0.1' },
      },
    });
    expect(event.headers['X-Forwarded-Proto']).toBe('http');
  });

  it('encodes a body of a binary media type', async () => {
    const body = new Uint8Array([0, 255]);
    const response = await get('/open/x', {
      method: 'POST',
      headers: { 'content-type': 'application/octet-stream' },
      body,
    });
    expect(await response.json()).toMatchObject({
      event: { body: 'AP8=', isBase64Encoded: true, queryStringParameters: null },
    });
  });

  it('decodes what a function encoded', async () => {
    const response = await get('/open/binary');
    expect(new Uint8Array(await response.arrayBuffer())).toEqual(new Uint8Array([0, 1, 2]));
  });

  it('answers for a path that is not there with the response of the stack', async () => {
    const response = await get('/nowhere');
    expect(response.status).toBe(404);
    expect(response.headers.get('content-type')).toBe('application/problem+json');
    expect(response.headers.get('x-reason')).toBe('no such path');
    expect(await response.json()).toEqual({
      status: 404,
      detail: 'Missing Authentication Token',
      requestId: expect.any(String),
    });
  });

  it.each([
    ['without a key', {}],
    ['with a wrong key', { headers: { 'x-api-key': 'wrong' } }],
  ])('is closed %s', async (_name, init) => {
    const response = await get('/echo/1', init);
    expect([response.status, await response.json()]).toEqual([403, { message: 'Forbidden' }]);
  });

  it.each(['fail', 'malformed', 'never'])('answers 502 when the function is no good: %s', async (action) => {
    const response = await get(`/open/${action}`);
    expect([response.status, await response.json()]).toEqual([502, { message: 'Internal server error' }]);
  });

  it('refuses a body of more than 10 MB', async () => {
    const response = await get('/open/x', { method: 'POST', body: 'x'.repeat(10 * 1024 * 1024 + 1) });
    expect(response.status).toBe(413);
  });

  it('throttles the method that has a limit', async () => {
    const statuses = [];
    for (let i = 0; i < 3; i += 1) statuses.push((await get('/echo')).status);
    expect(statuses).toEqual([200, 200, 429]);
    expect((await get('/echo/1', withKey)).status).toBe(200);
  });

  it('refuses a function what its role does not allow', async () => {
    const stateMachineArn = 'arn:aws:states:us-east-1:000000000000:stateMachine:Other';
    const response = await get('/open/start', { method: 'POST', body: JSON.stringify({ stateMachineArn }) });
    expect(await response.json()).toEqual({
      __type: 'AccessDeniedException',
      message: `User: arn:aws:sts::000000000000:assumed-role/Mini-ApiRole1A2B3C4D is not authorized to perform: states:StartExecution on resource: ${stateMachineArn} because no identity-based policy allows the states:StartExecution action`,
    });
  });

  it('refuses a function the tables that its role does not name', async () => {
    expect(await (await get('/open/read')).json()).toEqual({
      __type: 'com.amazon.coral.service#AccessDeniedException',
      message: expect.stringMatching(/Mini-ApiRole1A2B3C4D is .* dynamodb:GetItem on resource: \S+:table\/Mini-Items /),
    });
  });

  it('runs a workflow from the API to the mail', async () => {
    const until = new Date(Date.now() + 20).toISOString();
    const input = JSON.stringify({ until, to: 'flow@example.org' });
    await get('/open/start', { method: 'POST', body: JSON.stringify({ input }) });
    const mails = await eventually(() => {
      const found = local.inbox().filter(({ to }) => to.includes('flow@example.org'));
      return found.length === 2 ? found : undefined;
    });
    expect(Date.parse(mails[1]?.sentAt ?? '')).toBeGreaterThanOrEqual(Date.parse(until));
  });

  it('tells a function of a bounce, as SES and SNS would', async () => {
    const input = JSON.stringify({ to: 'bounce+x@simulator.amazonses.com' });
    await get('/open/start', { method: 'POST', body: JSON.stringify({ input }) });
    await eventually(() => local.inbox().find(({ subject }) => subject === 'heard of Bounce'));
  });

  it('shows the inbox as JSON and as a page, to this machine alone', async () => {
    const mails = await (await get('/_local/inbox')).json();
    expect(mails).toEqual(local.inbox());
    const page = await get('/_local/inbox', { headers: { accept: 'text/html' } });
    expect(page.headers.get('content-security-policy')).toContain("default-src 'none'");
    expect(await page.text()).toContain('<h1>Inbox');
    expect((await get('/_local/inbox.html?message=nope')).status).toBe(404);
    expect((await get('/_local/other')).status).toBe(404);
  });
});

describe('a state machine', () => {
  it('calls no function that its role does not allow', async () => {
    await using data = await temporaryDirectory();
    await cp(FIXTURE, data.path, { recursive: true });
    const template = join(data.path, 'Mini.template.json');
    const text = await readFile(template, 'utf8');
    await writeFile(template, text.replace('lambda:InvokeFunction', 'lambda:GetFunction'));
    const lines: string[] = [];
    const log = (_level: string, source: string, message: string) => lines.push(`${source} ${message}`);
    const local = await startLocal({ ...base, assemblyDir: data.path, log });
    await fetch(`${local.url}/open/start`, { method: 'POST', body: JSON.stringify({ input: '{}' }) });
    const failed = await eventually(() => lines.find((line) => line.startsWith('workflow')));
    expect(failed).toMatch(
      /failed: Lambda\.AWSLambdaException: .*MachineRole\S+ is not authorized to perform: lambda:InvokeFunction/,
    );
    expect(local.inbox()).toEqual([]);
    await local.stop();
  });
});

describe('the configuration file', () => {
  const files = { good: 'deployment:\n  senderEmail: a@example.org\nteams: []\n', bad: 'services: []\n' };

  it('is put in force', async () => {
    await using data = await temporaryDirectory();
    const configFile = join(data.path, 'good.yaml');
    await writeFile(configFile, files.good);
    const local = await startLocal({ ...base, configFile });
    await local.stop();
  });

  it('is in force before anybody is served who has been waiting at the open port', async () => {
    await using data = await temporaryDirectory();
    const configFile = join(data.path, 'good.yaml');
    await writeFile(configFile, files.good);
    const port = await freePort();
    const early = eventually(() => fetch(`http://127.0.0.1:${port}/open/echo`).catch(() => undefined));
    const local = await startLocal({ ...base, configFile, port });
    expect(await (await early).json()).toMatchObject({ calls: 2 });
    await local.stop();
  });

  it('stops the start when the API refuses it, naming the fields', async () => {
    await using data = await temporaryDirectory();
    const configFile = join(data.path, 'bad.yaml');
    await writeFile(configFile, files.bad);
    await expect(startLocal({ ...base, configFile })).rejects.toThrow(
      '(HTTP 400): The request is not valid\n  teams: is missing',
    );
  });
});

describe('a data directory', () => {
  it('keeps mail, key and unfinished executions over a restart', async () => {
    await using data = await temporaryDirectory();
    const options = { assemblyDir: FIXTURE, dataDir: join(data.path, 'data') };
    const first = await startLocal(options);
    const until = new Date(Date.now() + 86_400_000).toISOString();
    const input = JSON.stringify({ until, to: 'kept@example.org' });
    await fetch(`${first.url}/open/start`, { method: 'POST', body: JSON.stringify({ name: 'one', input }) });
    await eventually(() => first.inbox()[0]);
    await first.stop();

    const second = await startLocal(options);
    expect(second.apiKey).toBe(first.apiKey);
    expect((await readFile(join(options.dataDir, 'api-key'), 'utf8')).trim()).toBe(first.apiKey);
    await eventually(() => (second.inbox().length === 2 ? true : undefined));
    expect(second.inbox()[0]).toEqual(first.inbox()[0]);
    await second.stop();
  });

  it('belongs to one process at a time', async () => {
    await using data = await temporaryDirectory();
    const options = { ...base, dataDir: data.path };
    const first = await startLocal(options);
    const inbox = join(data.path, 'inbox.jsonl');
    const { ino } = await stat(inbox);
    await expect(startLocal(options)).rejects.toThrow('the tables cannot be opened');
    expect((await stat(inbox)).ino).toBe(ino);
    await first.stop();
  });
});

describe('the tables', () => {
  it('keep their items and indexes', async () => {
    await using data = await temporaryDirectory();
    const template = JSON.parse(await readFile(join(FIXTURE, 'Mini.template.json'), 'utf8'));
    const properties = tableSchema.parse(template.Resources.Items.Properties);
    const credentials = { accessKeyId: 'a', secretAccessKey: 'b' };
    const use = async <T>(work: (client: DynamoDBClient) => Promise<T>): Promise<T> => {
      const dynamo = await startDynamo({ dataDir: data.path });
      await createTable(dynamo.url, 'Items', properties);
      const client = new DynamoDBClient({ endpoint: dynamo.url, region: 'us-east-1', credentials });
      try {
        return await work(client);
      } finally {
        client.destroy();
        await dynamo.stop();
      }
    };
    const Item = { id: { S: 'a' }, shard: { N: '1' } };
    await use((client) => client.send(new PutItemCommand({ TableName: 'Items', Item })));
    const found = await use((client) =>
      client.send(new GetItemCommand({ TableName: 'Items', Key: { id: { S: 'a' } } })),
    );
    expect(found.Item).toEqual(Item);
    const query = new QueryCommand({
      TableName: 'Items',
      IndexName: 'byShard',
      KeyConditionExpression: '#shard = :s',
      ExpressionAttributeNames: { '#shard': 'shard' },
      ExpressionAttributeValues: { ':s': { N: '1' } },
    });
    expect((await use((client) => client.send(query))).Items).toEqual([Item]);
  });
});
