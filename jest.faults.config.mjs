import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import base from './jest.config.mjs';

/** Every acceptance story with a fault at each of its calls, and with random pairs; and the process that is killed. */
process.env.FAULTS ??= 'full';
process.env.FAULT_SEED ??= '1';
process.env.FAULT_TALLY ??= join(mkdtempSync(join(tmpdir(), 'inresponse-faults-')), 'tally.jsonl');

export default {
  ...base,
  testMatch: ['<rootDir>/test/acceptance/*.test.ts', '<rootDir>/test/faults/*.faults.ts'],
  testPathIgnorePatterns: ['/node_modules/', 'crash-anywhere', 'simulation'],
  testTimeout: 7_200_000,
  // A story leaves behind what its dead processes were about to do; a worker that has grown begins anew.
  workerIdleMemoryLimit: '2GB',
  reporters: ['default', '<rootDir>/test/support/fault-reporter.mjs', '<rootDir>/test/support/count-reporter.mjs'],
};
