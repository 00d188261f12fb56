/** Prints the one line that every CI can read, after everything else. */
export default class CountReporter {
  onRunComplete(_contexts, results) {
    const skipped = results.numPendingTests + results.numTodoTests;
    const failed = results.numFailedTests + results.numRuntimeErrorTestSuites;
    process.once('exit', () => console.error(`${results.numPassedTests} passed, ${failed} failed, ${skipped} skipped`));
  }
}
