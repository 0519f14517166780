// The project `rules` alone, for a tool that takes no Jest projects.
const { join } = require('node:path');
const { projects, testTimeout } = require('../../jest.config.cjs');

const { displayName, ...rules } = projects.find((one) => one.displayName === 'rules');

module.exports = { ...rules, rootDir: join(__dirname, '..', '..'), testTimeout };
