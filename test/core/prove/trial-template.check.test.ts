import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { checkTemplate } from '../../../lib/core/aws-rules/check-template';
import { trialTemplate, type TrialNetwork } from '../../../lib/core/prove/trial-template';
import { testWithCfnLint } from '../../support/cfn-lint';

const SCRIPT = join(__dirname, '..', '..', '..', 'scripts', 'container-host', 'Start-ContainerHost.ps1');

function templateIn(network: TrialNetwork | null): string {
  return JSON.stringify(
    trialTemplate({
      ...{ id: '1a2b3c4d', pipeline: '2022-core', plainAmi: 'ami-00000000000000001', network },
      ...{ image: 'mcr.microsoft.com/windows/servercore:ltsc2022', instanceType: 'm6i.xlarge' },
      script: readFileSync(SCRIPT, 'utf8'),
    }),
  );
}

const NETWORKS = [null, { subnets: ['subnet-00000000000000001'], securityGroup: 'sg-00000000000000001' }];

describe.each(NETWORKS)('the stack of a trial in %j', (network) => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'winbake-trial-'));
  });
  afterAll(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  testWithCfnLint('is what CloudFormation takes', async (lint) => {
    const file = join(folder, 'template.json');
    writeFileSync(file, templateIn(network));
    const found = (await lint([file])).map(({ Message, Rule }) => `${Rule.Id} ${Message}`);
    // A variable of PowerShell is no parameter of the template.
    expect(found.filter((one) => !/^E1029 .*UserData/.test(one))).toEqual([]);
  });

  test('breaks no rule of a service', () => {
    expect(checkTemplate(templateIn(network))).toEqual([]);
  });

  // https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html
  test('fits a call, and its user data EC2', () => {
    const text = templateIn(network);
    expect(Buffer.byteLength(text)).toBeLessThan(51_200);
    const [, userData = ''] = /"Fn::Base64":"((?:[^"\\]|\\.)*)"/.exec(text) ?? [];
    const bytes = Buffer.byteLength(JSON.parse(`"${userData}"`) as string);
    expect(bytes).toBeGreaterThan(5000);
    expect(bytes).toBeLessThan(16_384);
  });
});
