import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, Stack } from 'aws-cdk-lib';
import { Cluster } from 'aws-cdk-lib/aws-ecs';
import { Vpc } from 'aws-cdk-lib/aws-ec2';
import { CfnImageRecipe } from 'aws-cdk-lib/aws-imagebuilder';
import { WindowsAmi, WindowsAmiPipeline, WindowsCapacityProvider, WindowsOs } from '../../../lib';
import type { RehearsalReport } from '../../../sim/rehearsal/rehearsal-report';
import { describeWithPowerShell, requirePowerShell } from '../../scripts/support/power-shell';
import { rehearse } from '../../support/run-rehearsal';

const FOREIGN = 'arn:aws:imagebuilder:eu-west-1:aws:component/amazon-cloudwatch-agent-windows/x.x.x';

/** An app as users write it: its stacks name account and region, and the recipe has a component of AWS. */
function synthesize(folder: string): string {
  const app = new App({ outdir: folder });
  const env = { account: '444455556666', region: 'eu-west-1' };
  const platform = new Stack(app, 'Platform', { env });
  const pipeline = new WindowsAmiPipeline(platform, 'Pipeline', { os: WindowsOs.SERVER_2022_CORE });
  const recipe = pipeline.node.findAll().find((child) => child instanceof CfnImageRecipe)!;
  recipe.addPropertyOverride('Components.4', { ComponentArn: FOREIGN });
  const shop = new Stack(app, 'Shop', { env });
  shop.addStackDependency(platform);
  const cluster = new Cluster(shop, 'Cluster', { vpc: new Vpc(shop, 'Vpc') });
  new WindowsCapacityProvider(shop, 'Windows', {
    cluster,
    ami: WindowsAmi.fromChannel({ os: WindowsOs.SERVER_2022_CORE }),
  });
  return app.synth().directory;
}

describeWithPowerShell('an app that names account and region', () => {
  const folder = mkdtempSync(join(tmpdir(), 'winbake-environment-'));
  let report: RehearsalReport;

  beforeAll(async () => {
    await requirePowerShell();
    report = await rehearse(synthesize(folder), '--as-of', '2025-10-16');
  });
  afterAll(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  test('is rehearsed there', () => {
    expect(report).toMatchObject({ decision: 'bake', host: { osVersion: '10.0.20348.4294' } });
    expect(report.rollout).toMatchObject({ status: 'finished' });
    expect(report.rollout.instances.map(({ after }) => after)).toContain(report.ami?.id);
  });

  test("says which of its recipe's components was not run", () => {
    expect(report.steps.filter(({ status }) => status === 'notRun')).toEqual([
      { name: 'amazon-cloudwatch-agent-windows', seconds: 0, status: 'notRun' },
    ]);
    expect(report.findings).toContainEqual({
      code: 'NOT_RUN',
      severity: 'warning',
      message:
        'Component amazon-cloudwatch-agent-windows was not run: it is not in the assembly. Try it in a bake.',
    });
  });
});
