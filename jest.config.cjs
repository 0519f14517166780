const { availableParallelism } = require('node:os');
const { PROJECTS, projectOf, testFiles } = require('./tools/build/test-files.cjs');

// aws-cdk-lib's own validation costs a second of each synthesis; test/pipeline/template-checks.check.test.ts switches it on.
process.env.CDK_VALIDATION = 'false';

const files = testFiles();

function filesOf(project) {
  const own = files.filter((file) => projectOf(file) === project).map((file) => `<rootDir>/${file}`);
  // Jest takes an empty list for its own default.
  return own.length > 0 ? own : ['<rootDir>/none'];
}

/** @type {import('jest').Config} */
module.exports = {
  // More than cores: many tests wait for a PowerShell.
  maxWorkers: Math.ceil(1.5 * availableParallelism()),
  randomize: true,
  // Jest keeps what a file has loaded; a worker of 1.5 GB spends more time on its garbage than on its tests.
  workerIdleMemoryLimit: '800MB',
  // Breaks what hangs; nothing is measured by a timeout, however slow the computer.
  testTimeout: 1_800_000,
  projects: PROJECTS.map((displayName) => ({
    displayName,
    testMatch: filesOf(displayName),
    roots: ['<rootDir>/lib', '<rootDir>/bin', '<rootDir>/sim', '<rootDir>/tools', '<rootDir>/test'],
    testEnvironment: displayName === 'rules' ? 'node' : '<rootDir>/test/support/worker-environment.ts',
    moduleFileExtensions: ['ts', 'js', 'mjs', 'cjs', 'json', 'node'],
    // Examples import the package as their users do.
    moduleNameMapper: { '^winbake$': '<rootDir>/lib/index.ts' },
    transform: {
      '^.+\\.ts$': [
        '@swc/jest',
        { jsc: { target: 'es2023', parser: { syntax: 'typescript' } }, module: { type: 'commonjs' } },
      ],
    },
    // Rules run from their sources alone.
    ...(displayName === 'rules' ? {} : { globalSetup: '<rootDir>/test/support/bundle-command-line.cjs' }),
    setupFiles:
      process.env.WINBAKE_PROPERTY_RUNS === undefined ? [] : ['<rootDir>/test/support/property-runs.ts'],
  })),
};
