/** ESM all the way: middy 7 is ESM only, and swc strips the types (the type check is `npm run typecheck`). */
export default {
  testEnvironment: 'node',
  roots: ['<rootDir>/test'],
  testMatch: ['**/*.test.ts'],
  testPathIgnorePatterns: ['/node_modules/'],
  extensionsToTreatAsEsm: ['.ts'],
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      { jsc: { parser: { syntax: 'typescript' }, target: 'es2024' }, module: { type: 'es6' } },
    ],
  },
  reporters: ['default', '<rootDir>/test/support/count-reporter.mjs'],
  // Of two cores: some suites wait for servers, and leave room for a third.
  maxWorkers: 3,
  testTimeout: 20_000,
};
