#!/usr/bin/env node
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../sim/package-root';
import { runProgram } from './program';
import { processTerminal } from './shared/terminal';

const { version } = JSON.parse(readFileSync(join(packageRoot(), 'package.json'), 'utf8')) as {
  version: string;
};

for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    // A reader such as `head` may have seen enough; the exit code says what it said otherwise.
    if (error.code !== 'EPIPE') {
      throw error;
    }
  });
}

void runProgram(process.argv.slice(2), version, processTerminal).then((exitCode) => {
  process.exitCode = exitCode;
});
