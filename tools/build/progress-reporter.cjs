// A Jest reporter that sends what it sees to the process that started Jest, which shows it beside the other lanes.
const { relative } = require('node:path');

module.exports = class ProgressReporter {
  #done = 0;

  onRunStart({ numTotalTestSuites }) {
    this.#send({ kind: 'start', files: numTotalTestSuites });
  }

  onTestFileResult(test, result, { numTotalTestSuites }) {
    this.#done += 1;
    this.#send({
      kind: 'file',
      done: this.#done,
      files: numTotalTestSuites,
      file: relative(process.cwd(), test.path),
      failure: result.failureMessage ?? undefined,
      skipped: result.testResults
        .filter(({ status }) => status === 'pending' || status === 'todo')
        .map(({ fullName }) => fullName),
    });
  }

  onRunComplete(_contexts, results) {
    this.#send({
      kind: 'end',
      passed: results.numPassedTests,
      failed: results.numFailedTests + results.numRuntimeErrorTestSuites,
      skipped: results.numPendingTests + results.numTodoTests,
    });
  }

  #send(message) {
    process.send?.(message);
  }
};
