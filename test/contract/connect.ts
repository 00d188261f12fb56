import { DynamoDBClient } from '@aws-sdk/client-dynamodb';

/** A client of a DynamoDB on this machine. Both implementations want credentials and look at none. */
export function connect(port: number): DynamoDBClient {
  return new DynamoDBClient({
    endpoint: `http://127.0.0.1:${port}`,
    region: 'eu-west-1',
    credentials: { accessKeyId: 'anybody', secretAccessKey: 'anything' },
  });
}
