/** @type {import('jest').Config} */
module.exports = {
  roots: ['<rootDir>/lib', '<rootDir>/bin', '<rootDir>/sim', '<rootDir>/test'],
  testEnvironment: 'node',
  testMatch: ['<rootDir>/test/**/*.test.ts'],
  moduleFileExtensions: ['ts', 'js', 'mjs', 'cjs', 'json', 'node'],
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      { jsc: { target: 'es2023', parser: { syntax: 'typescript' } }, module: { type: 'commonjs' } },
    ],
  },
  globalSetup: '<rootDir>/test/support/bundle-command-line.cjs',
  // One worker per core: the default leaves one idle.
  maxWorkers: '100%',
  randomize: true,
  // A synthesis on a busy computer takes long; nothing is measured by a timeout.
  testTimeout: 180000,
};
