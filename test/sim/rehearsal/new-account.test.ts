import { App, Stack } from 'aws-cdk-lib';
import { StringParameter } from 'aws-cdk-lib/aws-ssm';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BaseAmi, VulnerabilitySeverity, WindowsAmiPipeline, WindowsOs } from '../../../lib';
import { channelParameters } from '../../../lib/contract/names/parameters';
import { VirtualClock } from '../../../sim/clock/virtual-clock';
import { deployPipeline, findPipeline, publishBaseAmi } from '../../../sim/rehearsal/deploy-pipeline';
import { SimulatedAccount } from '../../../sim/rehearsal/simulated-account';
import { scheduleHousekeeping } from '../../../sim/rehearsal/pass-time';
import { rehearseToBake } from '../../support/run-rehearsal';

const START = new Date('2025-10-14T22:00:00Z');
const NAME = '/golden/windows-2022/ami-id';
const folder = mkdtempSync(join(tmpdir(), 'winbake-new-account-'));
let cdkOut: string;

function synthesize(name: string, baseAmi: (parameter: StringParameter) => BaseAmi): string {
  const app = new App({ outdir: join(folder, name) });
  const stack = new Stack(app, 'Platform', { env: { account: '444455556666', region: 'eu-west-1' } });
  const parameter = new StringParameter(stack, 'GoldenAmi', {
    parameterName: NAME,
    stringValue: 'ami-0123456789abcdef0',
  });
  new WindowsAmiPipeline(stack, 'Pipeline', {
    os: WindowsOs.SERVER_2022_CORE,
    baseAmi: baseAmi(parameter),
    scan: { maximumSeverity: VulnerabilitySeverity.HIGH },
  });
  return app.synth().directory;
}

beforeAll(() => {
  cdkOut = synthesize('waits', (parameter) => BaseAmi.fromStringParameter(parameter));
});
let end: () => void = () => undefined;

afterEach(() => {
  end();
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

test('a pipeline with a scan and a base AMI parameter of its own stack is deployed where Inspector is off, and bakes', async () => {
  // The rehearsal would refuse a scan of the test instance; see changed-assembly.test.ts.
  const { report } = await rehearseToBake('2025-10-16', { cdkOut });
  expect(report).toMatchObject({ decision: 'bake' });
});

test('housekeeping follows that parameter until something is published', async () => {
  const clock = new VirtualClock(START);
  const account = new SimulatedAccount({ folder: cdkOut, clock });
  end = account.install();
  const pipeline = findPipeline(account, '2022');
  await deployPipeline(account, pipeline);
  await scheduleHousekeeping({ account, clock, pipeline });
  const { amiId } = channelParameters('/winbake/2022-core', 'current');
  const before = account.parameters.read(NAME);
  expect(account.parameters.read(amiId)).toBe(before);
  publishBaseAmi(account, pipeline, 'a newer one');
  await clock.waitUntil(new Date(START.getTime() + 15 * 60_000));
  expect(account.parameters.read(NAME)).not.toBe(before);
  expect(account.parameters.read(amiId)).toBe(account.parameters.read(NAME));
});

test('a parameter of the same stack that the recipe does not wait for is refused, as Image Builder may', async () => {
  const without = synthesize('does-not-wait', () => BaseAmi.fromSsmParameter(NAME));
  const account = new SimulatedAccount({ folder: without, clock: new VirtualClock(START) });
  end = account.install();
  await expect(deployPipeline(account, findPipeline(account, '2022'))).rejects.toThrow(
    /^Image Builder would refuse the recipe PipelineRecipe\w+: GoldenAmi\w+, the parameter \/golden\/windows-2022\/ami-id, may not exist yet\. Hand it to the pipeline with BaseAmi\.fromStringParameter\.$/,
  );
});

test('where what a seed reads is not there the deployment would fail at it, in one sentence', async () => {
  const account = new SimulatedAccount({ folder: cdkOut, clock: new VirtualClock(START) });
  end = account.install();
  const pipeline = findPipeline(account, '2022');
  account.publishAmi = () => undefined;
  account.world.ssm.remove(account.environment, NAME, START);
  await expect(deployPipeline(account, pipeline)).rejects.toThrow(
    /^The deployment of Platform would fail at PipelineSeed\w+: The parameter \/golden\/windows-2022\/ami-id does not exist; does this region have that AMI\?$/,
  );
});
