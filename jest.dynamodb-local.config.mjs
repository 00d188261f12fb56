import base from './jest.config.mjs';

/** The data contract, and histories of concurrent calls, on Amazon's own DynamoDB Local; skipped, with a message, where there is no Java 17. */
export default {
  ...base,
  testMatch: ['<rootDir>/test/{contract,linearizability}/dynamodb-local.contract.ts'],
  maxWorkers: 1,
  testTimeout: 60_000,
};
