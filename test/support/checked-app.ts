import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, Stack } from 'aws-cdk-lib';
import { CfnBucket } from 'aws-cdk-lib/aws-s3';
import type { CloudAssembly } from 'aws-cdk-lib/cx-api';
import { addStacks } from '../../bin/app';
import { addAllPropsAccounts } from './all-props-accounts';
import { addAllPropsPipeline } from './all-props-pipeline';

/** An app that was synthesized into a folder of its own. */
export interface CheckedApp {
  readonly app: App;
  readonly assembly: CloudAssembly;
  readonly folder: string;
}

const folders: string[] = [];

/** Synthesizes the stacks of `bin/app.ts`, and beside them those with every prop set; the folder is gone after the tests. */
export function checkedApp(): CheckedApp {
  return synthesized((app) => {
    addStacks(app);
    addAllPropsPipeline(app);
    addAllPropsAccounts(app);
  });
}

/** An app with a property that no bucket has. */
export function faultyApp(): CheckedApp {
  const printed = jest.spyOn(console, 'error').mockImplementation();
  try {
    return synthesized((one) => {
      new CfnBucket(new Stack(one, 'Faulty'), 'Bucket').addPropertyOverride('BucketNam', 'x');
    });
  } finally {
    printed.mockRestore();
  }
}

/** Synthesizes an app into a folder that is gone after the tests. */
export function synthesized(addTo: (app: App) => void): CheckedApp {
  const folder = mkdtempSync(join(tmpdir(), 'winbake-judged-'));
  folders.push(folder);
  const app = new App({ outdir: folder });
  addTo(app);
  return { app, folder, assembly: app.synth() };
}

afterAll(() => {
  for (const folder of folders) {
    rmSync(folder, { recursive: true, force: true });
  }
});
