#!/usr/bin/env node
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../sim/package-root';
import { runProgram } from './program';
import { processTerminal } from './shared/terminal';

const { version } = JSON.parse(readFileSync(join(packageRoot(), 'package.json'), 'utf8')) as {
  version: string;
};

void runProgram(process.argv.slice(2), version, processTerminal).then((exitCode) => {
  process.exitCode = exitCode;
});
