import base from './jest.config.mjs';

/** At least 20,000 requests at the API, and as many again at the senders' routes; then the table of operations and answers. */
process.env.FUZZ_REQUESTS ??= '20000';

export default { ...base, testMatch: ['<rootDir>/test/fuzz/*.test.ts'], testTimeout: 3_600_000 };
