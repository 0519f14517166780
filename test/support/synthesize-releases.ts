import { join } from 'node:path';
import { App } from 'aws-cdk-lib';
import { addStacks } from '../../bin/app';

// Loading the CDK takes most of the time, so all releases are synthesized by one process.
const [, , folder = '', ...releases] = process.argv;
for (const release of releases) {
  const app = new App({ outdir: join(folder, release), context: { release } });
  addStacks(app);
  app.synth();
}
