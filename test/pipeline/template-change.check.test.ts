import { join } from 'node:path';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { CfnParameter, Stack, Validations, type App } from 'aws-cdk-lib';
import { BakeComponent, WindowsAmiPipeline, WindowsOs } from '../../lib/index';
import type * as assetPath from '../../lib/internal/handler-function';
import { runProcess } from '../../sim/windows/powershell/run-process';
import { OWN_DOCUMENT } from '../support/all-props-pipeline';
import { synthesized, type CheckedApp } from '../support/checked-app';

/** A longer one is refused for the names of its roles, which hold the prefix and the region. */
const LONGEST_PIPELINE_NAME = 39;
const SHORTEST = { parameterPrefix: '/w', region: 'us-east-1' };

const ROOT = join(__dirname, '..', '..');

/** The archive that the construct finds; the build made the real one. */
const mockArchive: { path: string | undefined } = { path: undefined };
jest.mock('../../lib/internal/handler-function', () => {
  const real = jest.requireActual<typeof assetPath>('../../lib/internal/handler-function');
  return { ...real, instanceScriptsArchive: () => mockArchive.path ?? real.instanceScriptsArchive() };
});

const workFolder = mkdtempSync(join(tmpdir(), 'winbake-scripts-'));
afterAll(() => {
  rmSync(workFolder, { recursive: true, force: true });
});

/** Synthesizes as if the scripts were others. */
function withOtherScripts<Result>(synthesize: () => Result): Result {
  mockArchive.path = join(workFolder, 'instance-scripts.zip');
  writeFileSync(mockArchive.path, 'the archive of other scripts');
  try {
    return synthesize();
  } finally {
    mockArchive.path = undefined;
  }
}

function pipelineWith(document: string): (app: App) => void {
  return (app) => {
    const pipeline = new WindowsAmiPipeline(new Stack(app, 'Platform'), 'Pipeline', {
      os: WindowsOs.SERVER_2022_CORE,
      components: [BakeComponent.fromDocument('agent', document)],
    });
    // A diff that is strict fails for warnings.
    Validations.of(pipeline).acknowledge({ id: 'Annotation::winbake:defaultVpc', reason: 'Not deployed.' });
  };
}

/** What a deployment would do to each resource that differs, as `cdk diff` says it, which knows what CloudFormation replaces. */
async function changes(before: CheckedApp, after: CheckedApp): Promise<readonly string[]> {
  const cdk = join(ROOT, 'node_modules', 'aws-cdk', 'bin', 'cdk');
  const template = join(before.folder, 'Platform.template.json');
  const args = ['diff', 'Platform', '--app', after.folder, '--template', template, '--no-color', '--strict'];
  const { exitCode, stderr, stdout } = await runProcess({
    command: process.execPath,
    args: [cdk, ...args],
    cwd: after.folder,
    env: { ...process.env, CI: 'true', AWS_EC2_METADATA_DISABLED: 'true' },
  });
  expect({ exitCode, stderr }).toMatchObject({ exitCode: 0 });
  const text = `${stdout}\n${stderr}`;
  expect(text).toMatch(/Number of stacks with differences: \d/);
  return [...text.matchAll(/^\[(.)\] (AWS::\S+) \S+ \S+(.*)$/gm)].map(([, sign, type, what = '']) =>
    `${sign!} ${type!}${what}`.trim(),
  );
}

const first = synthesized(pipelineWith(OWN_DOCUMENT));

test('the same app twice is the same template', async () => {
  const second = synthesized(pipelineWith(OWN_DOCUMENT));
  const [one, other] = [first, second].map(({ assembly }) => assembly.getStackByName('Platform').template);
  expect(other).toEqual(one);
  expect(await changes(first, second)).toEqual([]);
});

test('other scripts replace the recipe that names them, and nothing else', async () => {
  const changed = await changes(
    first,
    withOtherScripts(() => synthesized(pipelineWith(OWN_DOCUMENT))),
  );
  expect(changed.filter((change) => change.includes('replace'))).toEqual([
    '~ AWS::ImageBuilder::ImageRecipe replace',
  ]);
  // The instance may read the new archive, and the gate knows its digest.
  expect(changed.filter((change) => !change.includes('replace')).sort()).toEqual([
    '~ AWS::IAM::Policy',
    '~ AWS::Lambda::Function',
  ]);
});

test('another document replaces its component and the recipe, and nothing else', async () => {
  const changed = await changes(first, synthesized(pipelineWith(OWN_DOCUMENT.replace('exit 0', 'exit 1'))));
  expect(changed.filter((change) => change.includes('replace')).sort()).toEqual([
    '~ AWS::ImageBuilder::Component replace',
    '~ AWS::ImageBuilder::ImageRecipe replace',
  ]);
});

/** The names of the components or workflows of a template. */
function documentsOf({ assembly }: CheckedApp, type: 'Component' | 'Workflow') {
  const { Resources } = assembly.getStackByName('Platform').template as {
    readonly Resources: Readonly<Record<string, TemplateDocument>>;
  };
  return Object.values(Resources).filter(({ Type }) => Type === `AWS::ImageBuilder::${type}`);
}

interface TemplateDocument {
  readonly Type: string;
  readonly UpdateReplacePolicy?: string;
  readonly Properties: { readonly Name: string };
}

test('what a deployment replaces stays, under a name of its own, for the bake that began with it', () => {
  const changed = synthesized(pipelineWith(OWN_DOCUMENT.replace('exit 0', 'exit 1')));
  const names = (app: CheckedApp) => documentsOf(app, 'Component').map(({ Properties }) => Properties.Name);
  const others = names(changed).filter((name) => !names(first).includes(name));
  expect(others).toEqual([expect.stringMatching(/^winbake-2022-core-own-agent-[0-9a-f]{8}$/)]);
  const all = [...documentsOf(first, 'Component'), ...documentsOf(first, 'Workflow')];
  expect(all).toHaveLength(7);
  for (const { Properties, UpdateReplacePolicy } of all) {
    expect(Properties.Name).toMatch(/-[0-9a-f]{8}$/);
    expect({ of: Properties.Name, UpdateReplacePolicy }).toMatchObject({ UpdateReplacePolicy: 'Retain' });
  }
});

test('a document whose text comes from the template has the hash of its reference', () => {
  const app = synthesized((root) => {
    const stack = new Stack(root, 'Platform');
    const document = new CfnParameter(stack, 'Document').valueAsString;
    new WindowsAmiPipeline(stack, 'Pipeline', {
      os: WindowsOs.SERVER_2022_CORE,
      components: [BakeComponent.fromDocument('agent', document)],
    });
  });
  const names = documentsOf(app, 'Component').map(({ Properties }) => Properties.Name);
  expect(names.find((name) => name.includes('-own-'))).toMatch(/-own-agent-[0-9a-f]{8}$/);
});

test('the longest names of pipeline and component make none that Image Builder refuses', () => {
  const app = synthesized((root) => {
    const { parameterPrefix, region } = SHORTEST;
    const stack = new Stack(root, 'Platform', { env: { account: '123456789012', region } });
    new WindowsAmiPipeline(stack, 'Pipeline', {
      os: WindowsOs.SERVER_2022_CORE,
      parameterPrefix,
      pipelineName: 'p'.repeat(LONGEST_PIPELINE_NAME),
      components: [BakeComponent.fromDocument('c'.repeat(60), OWN_DOCUMENT)],
    });
  });
  const names = [...documentsOf(app, 'Component'), ...documentsOf(app, 'Workflow')];
  for (const { Properties } of names) {
    // The pattern of Image Builder's own model.
    expect(Properties.Name).toMatch(/^[-_A-Za-z0-9][-_A-Za-z0-9 ]{1,126}[-_A-Za-z0-9]$/);
  }
});
