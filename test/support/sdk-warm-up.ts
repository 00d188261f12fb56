import { ConditionalCheckFailedException, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { SESv2Client, SendEmailCommand } from '@aws-sdk/client-sesv2';
import { SFNClient, StartExecutionCommand } from '@aws-sdk/client-sfn';
import { DynamoDBDocumentClient, GetCommand } from '@aws-sdk/lib-dynamodb';
import { SDK_IDENTITY, type WireAnswer } from './wire.ts';

let once: Promise<void> | undefined;

/**
 * Lets the SDK load what it loads only at the first call, the first error and the first retry. Once per process, in real time: while
 * time is faked, a call that waits for a file looks like one that waits for a timer.
 */
export function warmUpSdk(): Promise<void> {
  once ??= warmUp();
  return once;
}

async function warmUp(): Promise<void> {
  const conditionFailed = { __type: ConditionalCheckFailedException.name, message: '' };
  const dynamo = new DynamoDBClient({
    ...SDK_IDENTITY,
    requestHandler: answering('lost', { status: 400, body: JSON.stringify(conditionFailed) }, ok('{}')),
  });
  const db = DynamoDBDocumentClient.from(dynamo);
  const get = new GetCommand({ TableName: 'Config', Key: { configkey: 'x' } });
  await db.send(get).catch(() => undefined);
  await db.send(get);
  const sfn = new SFNClient({ ...SDK_IDENTITY, requestHandler: answering(ok('{}')) });
  await sfn.send(new StartExecutionCommand({ stateMachineArn: 'arn:aws:states:::x', name: 'x' }));
  const ses = new SESv2Client({ ...SDK_IDENTITY, requestHandler: answering(ok('{}')) });
  await ses.send(new SendEmailCommand({ Content: {}, Destination: {} }));
}

function ok(body: string): WireAnswer {
  return { status: 200, body };
}

function answering(...answers: (WireAnswer | 'lost')[]) {
  return {
    async handle() {
      const answer = answers.shift() ?? ok('{}');
      if (answer === 'lost') throw Object.assign(new Error('ECONNRESET'), { code: 'ECONNRESET' });
      const response = { statusCode: answer.status, headers: {}, body: Buffer.from(answer.body as string) };
      return { response: response as never };
    },
    updateHttpClientConfig: () => undefined,
    httpHandlerConfigs: () => ({}),
    destroy: () => undefined,
  };
}
