import { describeWithPowerShell, requirePowerShell } from '../../scripts/support/power-shell';
import {
  assembly,
  changeDocument,
  changedAssembly,
  removeAction,
  resourceOf,
  withoutStep,
  type TemplateJson,
} from '../../support/assembly';
import type { CommandRun } from '../../support/run-command-line';
import { rehearseToBake, rehearsing } from '../../support/run-rehearsal';

type Change = (templates: { readonly pipeline: TemplateJson; readonly fleet: TemplateJson }) => void;

async function rehearseChanged(change: Change): Promise<CommandRun> {
  return rehearsing(changedAssembly(await assembly(), change), '--as-of', '2025-10-16');
}

function scan(pipeline: TemplateJson, configuration: object): void {
  resourceOf(pipeline, 'AWS::ImageBuilder::ImagePipeline')['Properties'].ImageScanningConfiguration =
    configuration;
}

/** Changes that are noticed before a bake begins, each with the sentence that tells. */
const BEFORE_THE_BAKE: Readonly<Record<string, readonly [Change, RegExp]>> = {
  'a component under another logical id': [
    ({ pipeline: { Resources } }) => {
      const [id = ''] = Object.keys(Resources).filter((one) => one.startsWith('PipelineRecipeCacheImages'));
      Resources['Renamed'] = Resources[id]!;
      Reflect.deleteProperty(Resources, id);
    },
    /^WinbakePipeline refers to PipelineRecipeCacheImages\w+, which its template does not have/,
  ],
  'a scan that needs Inspector in the account': [
    ({ pipeline }) => {
      scan(pipeline, { ImageScanningEnabled: true, ImageScanningTypes: ['TEST_INSTANCE_CVE'] });
    },
    /^Image Builder would refuse the pipeline Pipeline\w+ \(ResourceDependencyException\): Amazon Inspector is not enabled for EC2\.$/,
  ],
  'a scan of no named type, which is the same': [
    ({ pipeline }) => {
      scan(pipeline, { ImageScanningEnabled: true });
    },
    /\(ResourceDependencyException\): Amazon Inspector is not enabled for EC2\.$/,
  ],
  'a parameter that the component does not declare': [
    ({ pipeline }) => {
      const recipe = resourceOf(pipeline, 'AWS::ImageBuilder::ImageRecipe');
      const [, , , verify] = recipe['Properties'].Components;
      verify.Parameters = [...verify.Parameters, { Name: 'Colour', Value: ['red'] }];
    },
    /component \S+verify-\w{8}: it does not declare the parameter Colour\. /,
  ],
  'a parameter without its value': [
    ({ pipeline }) => {
      const recipe = resourceOf(pipeline, 'AWS::ImageBuilder::ImageRecipe');
      const [, , , verify] = recipe['Properties'].Components;
      verify.Parameters = [verify.Parameters[0]];
    },
    /component \S+verify-\w{8}: it needs a value for the parameter RoleId\. /,
  ],
  'an action without a model': [
    ({ pipeline }) => {
      changeDocument(pipeline, 'Update', (yaml) =>
        yaml
          .replace('action: ExecutePowerShell', 'action: ExecuteBinary')
          .replace('inputs:', "inputs:\n          path: 'C:\\setup.exe'"),
      );
    },
    /^The rehearsal does not model the action ExecuteBinary of step PrepareFolder of component update\.$/,
  ],
  'a condition that is none': [
    ({ pipeline }) => {
      changeDocument(pipeline, 'Update', (yaml) =>
        yaml.replace('action: ExecutePowerShell', 'if: never\n        action: ExecutePowerShell'),
      );
    },
    /^The deployment of WinbakePipeline would fail at PipelineRecipeUpdate\w+: step build\.PrepareFolder: if: /,
  ],
  'a document that is not YAML': [
    ({ pipeline }) => {
      changeDocument(pipeline, 'Update', (yaml) => `${yaml}\n  "`);
    },
    /^The deployment of WinbakePipeline would fail at PipelineRecipeUpdate\w+: Data must be YAML; got: /,
  ],
  "decide's s3:PutObject removed": [
    ({ pipeline }) => {
      removeAction(pipeline, 'Decide', 's3:PutObject');
    },
    /^AccessDenied: winbake-2022-core-decide-us-east-1 may not s3:PutObject on \S+$/,
  ],
  "the seed's ssm:PutParameter removed": [
    ({ pipeline }) => {
      removeAction(pipeline, 'SeedHandler', 'ssm:PutParameter');
    },
    /^AccessDenied: WinbakePipeline-PipelineSeedHandlerRole\w+ may not ssm:PutParameter on \S+$/,
  ],
  "the state machine's lambda:InvokeFunction removed": [
    ({ pipeline }) => {
      removeAction(pipeline, 'RebakeRole', 'lambda:InvokeFunction');
    },
    /^AccessDenied: WinbakePipeline-PipelineRebakeRole\w+ may not lambda:InvokeFunction on \S+$/,
  ],
  "the state machine's imagebuilder:TagResource removed": [
    ({ pipeline }) => {
      removeAction(pipeline, 'RebakeRole', 'imagebuilder:TagResource');
    },
    /^AccessDenied: WinbakePipeline-PipelineRebakeRole\w+ may not imagebuilder:TagResource on \S+:image-pipeline\/winbake-2022-core$/,
  ],
  "the poll schedule's role without its trust": [
    ({ pipeline }) => {
      const { Properties } = resourceOf(pipeline, 'AWS::IAM::Role', 'PollTarget');
      Properties.AssumeRolePolicyDocument.Statement = [];
    },
    /^AccessDenied: scheduler\.amazonaws\.com may not sts:AssumeRole on \S+PollTargetRole\w+$/,
  ],
  'the output ImageId of the build workflow removed': [
    ({ pipeline }) => {
      const { Properties } = resourceOf(pipeline, 'AWS::ImageBuilder::Workflow', 'Build');
      Properties.Data = String(Properties.Data).replace(/^outputs:[^]*/m, '');
    },
    /^Image Builder would refuse the pipeline \S+: .* Build workflow must have output named ImageId to build AMI\. Workflow ARN: \S+:workflow\/build\/winbake-2022-core-build-\w{8}\/1\.0\.0\/1\.$/,
  ],
  'a schedule with the five fields of crontab': [
    ({ pipeline }) => {
      resourceOf(pipeline, 'AWS::Scheduler::Schedule', 'PatchTuesday')['Properties'].ScheduleExpression =
        'cron(0 18 * * 2)';
    },
    /^The deployment of WinbakePipeline would fail at \w+: .* \(rule schedule\/[\w-]+\)\.$/,
  ],
  'a step of a workflow with more time than there is': [
    ({ pipeline }) => {
      const { Properties } = resourceOf(pipeline, 'AWS::ImageBuilder::Workflow', 'Build');
      Properties.Data = String(Properties.Data).replace('timeoutSeconds: 86400', 'timeoutSeconds: 90000');
    },
    /^The deployment of WinbakePipeline would fail at PipelineWorkflowsBuild\w+: step ApplyBuildComponents: timeoutSeconds must be a whole number from 1 to 86400; got: 90000\. /,
  ],
};

/** Changes that are noticed in the course of a bake. */
const IN_THE_BAKE: Readonly<Record<string, readonly [Change, RegExp]>> = {
  'the step PrepareFolder removed': [
    ({ pipeline }) => {
      changeDocument(pipeline, 'Update', (yaml) => withoutStep(yaml, 'PrepareFolder'));
    },
    /^The bake \S+ ended as FAILED: Workflow Execution ID: '\S+' failed with reason: Document \S+component\/winbake-2022-core-update-\w{8}\/1\.0\.0\/1 failed! \(ApplyBuildComponents\) The build instance \S+ left no failure document.* Log: step DownloadScripts of component update: The folder of C:\\ProgramData\\Winbake\\scripts\.zip does not exist\.$/,
  ],
  'no restart after the updates': [
    ({ pipeline }) => {
      changeDocument(pipeline, 'Update', (yaml) => yaml.replace('exit $LASTEXITCODE', 'exit 0'));
    },
    /^The bake \S+ ended as FAILED: Assert-Host: A restart is pending .* \(RESTART_PENDING, on the build instance \S+\)$/,
  ],
  'the step InstallUpdate removed': [
    ({ pipeline }) => {
      changeDocument(pipeline, 'Update', (yaml) => withoutStep(yaml, 'InstallUpdate'));
    },
    /: Select-ImageSet: The order wants revision 4294, .* at 10\.0\.20348\.4171\. .*\(HOST_BEHIND_TARGET, on the build instance \S+\)$/,
  ],
  'an image manifest that is removed before sysprep': [
    ({ pipeline }) => {
      changeDocument(pipeline, 'PrepareSysprep', (yaml) => yaml.replace("'image-manifest.json', ", ''));
    },
    /^The bake \S+ ended as FAILED: Test-Image: 1 of 2 checks failed\. manifest: .*image-manifest\.json' is missing.* \(VERIFICATION_FAILED, on the test instance \S+\)$/,
  ],
  "an instance's id with a line break in a key": [
    ({ pipeline }) => {
      changeDocument(pipeline, 'CacheImages', (yaml) =>
        yaml.replace("steps\\\\Get-DocumentKey.ps1'", "steps\\\\Get-DocumentKey.ps1'; Write-Output ''"),
      );
    },
    /AccessDenied: \S+ may not s3:PutObject on arn:aws:s3:::\S+\/manifests\/\S+:i-\w+\s/,
  ],
  "the instances' s3:PutObject removed": [
    ({ pipeline }) => {
      removeAction(pipeline, 'InstanceRole', 's3:PutObject');
    },
    /^AccessDenied: WinbakePipeline-PipelineInstanceRole\w+ may not s3:PutObject on \S+$/,
  ],
  "the instances' managed policy removed": [
    ({ pipeline }) => {
      const { Properties } = resourceOf(pipeline, 'AWS::IAM::Role', 'InstanceRole');
      Properties.ManagedPolicyArns = [Properties.ManagedPolicyArns[0]];
    },
    /^AccessDenied: WinbakePipeline-PipelineInstanceRole\w+ may not ssm:UpdateInstanceInformation on \*$/,
  ],
  "publish's ssm:PutParameter removed": [
    ({ pipeline }) => {
      removeAction(pipeline, 'Publish', 'ssm:PutParameter');
    },
    /^AccessDenied: winbake-2022-core-publish-us-east-1 may not ssm:PutParameter on \S+$/,
  ],
  "publish's imagebuilder:ListWorkflowStepExecutions removed": [
    ({ pipeline }) => {
      removeAction(pipeline, 'PublishRole', 'imagebuilder:ListWorkflowStepExecutions');
    },
    /^AccessDenied: winbake-2022-core-publish-us-east-1 may not imagebuilder:ListWorkflowStepExecutions on \S+:workflow-execution\/wf-\S+$/,
  ],
  "publish's ec2:CreateTags removed": [
    ({ pipeline }) => {
      removeAction(pipeline, 'PublishRole', 'ec2:CreateTags');
    },
    /^AccessDenied: winbake-2022-core-publish-us-east-1 may not ec2:CreateTags on \S+:image\/ami-\w+$/,
  ],
  "decide's imagebuilder:GetWorkflowStepExecution removed, and a bake that fails": [
    ({ pipeline }) => {
      removeAction(pipeline, 'DecideRole', 'imagebuilder:GetWorkflowStepExecution');
      changeDocument(pipeline, 'Update', (yaml) => withoutStep(yaml, 'PrepareFolder'));
    },
    /^AccessDenied: winbake-2022-core-decide-us-east-1 may not imagebuilder:GetWorkflowStepExecution on \S+:workflow-step-execution\/step-\S+$/,
  ],
};

function expectSentence({ exitCode, stderr, stdout }: CommandRun, sentence: RegExp): void {
  expect(exitCode).toBe(1);
  expect(JSON.parse(stdout)).toMatchObject({ error: { message: stderr.trimEnd() } });
  expect(stderr).toMatch(/^[^\n]+\n$/);
  expect(stderr.trimEnd()).toMatch(sentence);
}

test.each(Object.keys(BEFORE_THE_BAKE))('%s ends the rehearsal in one sentence', async (name) => {
  const [change, sentence] = BEFORE_THE_BAKE[name]!;
  expectSentence(await rehearseChanged(change), sentence);
});

describeWithPowerShell('in the course of a bake', () => {
  beforeAll(async () => {
    await requirePowerShell();
  });

  test.concurrent.each(Object.keys(IN_THE_BAKE))('%s ends the rehearsal in one sentence', async (name) => {
    const [change, sentence] = IN_THE_BAKE[name]!;
    expectSentence(await rehearseChanged(change), sentence);
  });
});

test('a step that was removed is none of the steps', async () => {
  const cdkOut = changedAssembly(await assembly(), ({ pipeline }) => {
    changeDocument(pipeline, 'CacheImages', (yaml) => withoutStep(yaml, 'SaveImage'));
  });
  const { report } = await rehearseToBake('2025-10-16', { cdkOut });
  const names = report.steps.map(({ name }) => name);
  expect(names).toContain('cache-images: SelectImageSet');
  expect(names).not.toContain('cache-images: SaveImage');
});

test("a component's own name is free, since the recipe follows it", async () => {
  const cdkOut = changedAssembly(await assembly(), ({ pipeline }) => {
    resourceOf(pipeline, 'AWS::ImageBuilder::Component', 'Verify')['Properties'].Name = 'another';
  });
  const { report } = await rehearseToBake('2025-10-16', { cdkOut });
  expect(report.steps.at(-2)).toMatchObject({ name: 'verify: UploadVerification', status: 'notRun' });
});

test('what the service says of a denial stands in the details of the document', async () => {
  const { stdout } = await rehearseChanged(({ pipeline }) => {
    removeAction(pipeline, 'SeedHandler', 'ssm:GetParameter');
  });
  const { error } = JSON.parse(stdout) as { readonly error: { readonly details: string } };
  expect(error.details).toMatch(
    /^User: arn:aws:sts::\d+:assumed-role\/\S+ is not authorized to perform: ssm:GetParameter on resource: \S+ because /,
  );
});
