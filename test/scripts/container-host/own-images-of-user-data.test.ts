import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, Duration, Stack } from 'aws-cdk-lib';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { fetchOwnImages } from '../../../lib/fleet/fleet-user-data';
import { WindowsAmi, WindowsOs } from '../../../lib/index';
import { dockerLogins } from '../support/fake-docker';
import { HEALTHY_DOCKER } from '../support/healthy-docker';
import { describeWithPowerShell } from '../support/power-shell';
import { makeMachine } from '../support/simulated-machine';
import { runTable, type ScriptCase } from '../support/run-cases';

const OWN_IMAGE_SCRIPT = 'ProgramData/Winbake/Update-OwnImage.ps1';
const NOW = readFileSync(
  join(__dirname, '..', '..', '..', 'scripts', 'instance', 'host', 'Update-OwnImage.ps1'),
  'utf8',
);
/** As a bake of before left it, which knows no secrets. */
const BEFORE = `[CmdletBinding()]
param([Parameter(Mandatory = $true)] [double]$Seconds)
Write-Host "fetches what lies in ECR for $Seconds s"
`;
const ARN = 'arn:aws:secretsmanager:eu-west-1:111122223333:secret:acr-AbCdEf';

const folder = mkdtempSync(join(tmpdir(), 'winbake-user-data-'));
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

/** What a fleet's hosts run before they join, on an AMI in which a bake left this script. */
function boot(name: string, ofAmi: string | undefined, secretArn?: string): ScriptCase {
  const stack = new Stack(new App(), 'Shop');
  const commands = fetchOwnImages(
    stack,
    {
      ami: WindowsAmi.fromChannel({ os: WindowsOs.SERVER_2022_CORE }),
      ownImageTimeout: Duration.minutes(5),
      ...(secretArn === undefined
        ? {}
        : {
            ownImageCredentials: {
              'shop.azurecr.io': Secret.fromSecretCompleteArn(stack, 'Acr', secretArn),
            },
          }),
    },
    Duration.minutes(45),
  );
  const script = join(folder, `${name}.ps1`);
  writeFileSync(script, [...commands(), "Write-Host 'joins'"].join('\n'));
  return {
    script,
    machine: makeMachine({
      docker: [{ call: 'pull *', stdout: 'Status: Downloaded newer image' }, ...HEALTHY_DOCKER],
      documents: {
        'image-manifest.json': { images: [{ repository: 'shop.azurecr.io/jobs', tag: 'live' }] },
      },
      files: ofAmi === undefined ? {} : { [OWN_IMAGE_SCRIPT]: ofAmi },
      beside: {
        'logins.json': { secrets: { [ARN]: { value: '{"username":"puller","password":"hush"}' } } },
      },
    }),
  };
}

describeWithPowerShell('the user data of a fleet that names secrets', () => {
  const result = runTable({
    now: boot('now', NOW, ARN),
    before: boot('before', BEFORE, ARN),
    none: boot('none', undefined, ARN),
    unnamed: boot('unnamed', NOW),
    broken: boot('broken', "throw 'it is broken'", ARN),
  });

  test('fetches with them what the manifest of the AMI names', () => {
    const { machine, stderr, stdout } = result('now');
    expect(stderr).toBe('');
    expect(dockerLogins(machine.folder)).toEqual([
      {
        of: 'shop.azurecr.io/jobs:live',
        login: { ServerURL: 'shop.azurecr.io', Username: 'puller', Secret: 'hush' },
      },
    ]);
    expect(stdout).toEqual([expect.stringMatching(/jobs:live was fetched/), 'joins']);
  });

  test.each([
    [
      'before',
      [
        'Winbake: this AMI is of before hosts read secrets; only what lies in ECR is fetched.',
        'fetches what lies in ECR for 300 s',
      ],
    ],
    ['none', ['Winbake: this AMI has no own images.']],
    [
      'unnamed',
      [
        'Winbake: shop.azurecr.io/jobs:live stays as it was baked: the fleet names no secret for its registry.',
      ],
    ],
  ] as const)(
    'says on an AMI or fleet without what it needs that there is nothing to do: %s',
    (name, messages) => {
      const { machine, stderr, stdout } = result(name);
      expect({ calls: machine.calls(), stderr, stdout }).toEqual({
        calls: [],
        stderr: '',
        stdout: [...messages, 'joins'],
      });
    },
  );

  test('lets the host join whatever the script does', () => {
    expect(result('broken').stdout.at(-1)).toBe('joins');
  });
});
