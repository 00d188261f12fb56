import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { DynamoDBClient, ScanCommand } from '@aws-sdk/client-dynamodb';
import { expect, it } from '@jest/globals';
import { startDynamo } from '../../local/dynamo.ts';
import { FIXTURE, temporaryDirectory } from './fixture/assembly.ts';

const SCRIPT = join(FIXTURE, 'killed-write.ts');
const run = promisify(execFile);

/** What the table and each of its indexes hold of the one item, after a process that was killed at the next write after so many. */
async function afterKill(writes: number): Promise<{ lived: boolean; seen: (string | undefined)[][] }> {
  await using data = await temporaryDirectory();
  const { stdout } = await run(process.execPath, [SCRIPT, join(data.path, 'dynamodb'), String(writes)]).catch(
    (error) => {
      if (error.signal !== 'SIGKILL') throw error;
      return { stdout: '' };
    },
  );
  const dynamo = await startDynamo({ dataDir: data.path });
  const credentials = { accessKeyId: 'a', secretAccessKey: 'b' };
  const client = new DynamoDBClient({ endpoint: dynamo.url, region: 'us-east-1', credentials });
  const seen = [];
  for (const index of [{}, { IndexName: 'by-due' }, { IndexName: 'by-state' }]) {
    const { Items = [] } = await client.send(new ScanCommand({ TableName: 'Items', ...index }));
    seen.push(Items.map(({ due, state }) => `${due?.S} ${state?.S}`));
  }
  client.destroy();
  await dynamo.stop();
  return { lived: stdout === 'lived\n', seen };
}

it('an item and its index rows are written whole or not at all, at whatever write the process is killed', async () => {
  for (let writes = 0; ; writes += 1) {
    const { lived, seen } = await afterKill(writes);
    const state = lived ? 'after after' : 'before before';
    expect({ writes, seen }).toEqual({ writes, seen: [[state], [state], [state]] });
    if (lived) return;
  }
});
