import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { SFNClient } from '@aws-sdk/client-sfn';
import { describe, expect, it } from '@jest/globals';
import { createWorkflow } from '../../lambda/data/workflow.ts';
import { anIncident } from '../support/builders.ts';

const ARN = 'arn:aws:states:eu-west-1:123456789012:stateMachine:escalation';
const started = { executionArn: `${ARN}:x`, startDate: 1 };

/** A Step Functions that answers everything with `status` and `body`; gives what it was asked. */
async function stepFunctions(status: number, body: object, use: (client: SFNClient) => Promise<void>) {
  const asked: { headers: IncomingHttpHeaders; body: Record<string, string> }[] = [];
  const server = createServer(async (request, response) => {
    const text = (await request.toArray()).join('');
    asked.push({ headers: request.headers, body: JSON.parse(text) });
    response.writeHead(status, { 'content-type': 'application/x-amz-json-1.0' }).end(JSON.stringify(body));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const client = new SFNClient({
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    region: 'eu-west-1',
    maxAttempts: 1,
    credentials: { accessKeyId: 'anybody', secretAccessKey: 'anything' },
  });
  try {
    await use(client);
  } finally {
    client.destroy();
    server.close();
    await once(server, 'close');
  }
  return asked;
}

describe('workflow.start', () => {
  it('names the execution after incident and generation and hands over what the notifier needs', async () => {
    const incident = { ...anIncident(), generation: 3 };
    const [asked] = await stepFunctions(200, started, (client) => createWorkflow(client, ARN).start(incident));
    expect(asked?.headers['x-amz-target']).toBe('AWSStepFunctions.StartExecution');
    expect(asked?.body).toMatchObject({ stateMachineArn: ARN, name: 'incident-10000-3' });
    expect(JSON.parse(asked?.body.input ?? '')).toEqual({
      incidentId: 10_000,
      generation: 3,
      team: 'payments',
      timeZone: 'Europe/Berlin',
    });
  });

  it('leaves the team out when there is none', async () => {
    const { team: _team, ...incident } = anIncident();
    const [asked] = await stepFunctions(200, started, (client) => createWorkflow(client, ARN).start(incident));
    expect(JSON.parse(asked?.body.input ?? '')).not.toHaveProperty('team');
  });

  it('is content when it has been started before', async () => {
    await stepFunctions(400, { __type: 'ExecutionAlreadyExists' }, async (client) => {
      await expect(createWorkflow(client, ARN).start(anIncident())).resolves.toBeUndefined();
    });
  });

  it('says so when it could not be started', async () => {
    await stepFunctions(400, { __type: 'StateMachineDoesNotExist' }, async (client) => {
      await expect(createWorkflow(client, ARN).start(anIncident())).rejects.toThrow();
    });
  });
});
