import { javaMissing, startDynamoDbLocal } from './databases.ts';
import { linearizability } from './suite.ts';

const missing = javaMissing();
if (missing !== undefined) process.stdout.write(`\nSKIPPED: histories on DynamoDB Local, for ${missing}.\n`);
linearizability('DynamoDB Local', startDynamoDbLocal, {
  histories: 200,
  seed: 20_261_121,
  runnable: missing === undefined,
});
