import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, Stack, Tags } from 'aws-cdk-lib';
import { Vpc } from 'aws-cdk-lib/aws-ec2';
import { Cluster } from 'aws-cdk-lib/aws-ecs';
import {
  BakeComponent,
  BaseAmi,
  WindowsAmi,
  WindowsAmiPipeline,
  WindowsCapacityProvider,
  WindowsOs,
} from '../../../lib';
import type { Environment } from '../../../sim/aws/cloudformation/environment';
import { readAssembly, type AssemblyStack, type Template } from '../../../sim/aws/cloudformation/assembly';
import { OWN_DOCUMENT } from '../all-props-pipeline';

/** What an app says, and what the Winbake that it uses brings. */
export interface Release {
  readonly environment?: Environment;
  /** A line of user data of the fleet. */
  readonly userData?: string;
  /** What the app's own component does. */
  readonly command?: string;
  /** Other instance scripts than this release's. */
  readonly scripts?: string;
  /** The parameter of a base AMI of the user's own. */
  readonly baseAmi?: string;
  /** A tag that the app gives all of its pipeline. */
  readonly team?: string;
}

/** The two stacks of an app. */
export interface Stacks {
  readonly platform: AssemblyStack;
  readonly shop: AssemblyStack;
}

const folder = mkdtempSync(join(tmpdir(), 'winbake-releases-'));
const made = new Map<string, Stacks>();

afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

/** The stacks of a release, synthesized once for each way to say it. */
export function release(props: Release = {}): Stacks {
  const key = JSON.stringify(props);
  const stacks = made.get(key) ?? synthesize(props, join(folder, String(made.size)));
  made.set(key, stacks);
  return stacks;
}

/** The stacks as the release before made them, of the app that `command: 'exit 0'` says. */
export function releaseBefore(): Stacks {
  const file = join(__dirname, '..', '..', 'fixtures', 'release-before.json');
  const text = readFileSync(file, 'utf8');
  const { Platform, Shop } = JSON.parse(text) as Readonly<Record<'Platform' | 'Shop', Template>>;
  const [, objectKey = ''] = /\/([0-9a-f]{64}\.zip)"/.exec(text) ?? [];
  const path = join(folder, objectKey);
  writeFileSync(path, 'the scripts of the release before');
  const bucketName = 'cdk-hnb659fds-assets-${AWS::AccountId}-${AWS::Region}';
  const archive = { path, bucketName, objectKey };
  return {
    platform: { name: 'Platform', template: Platform, assets: [archive] },
    shop: { name: 'Shop', template: Shop, assets: [] },
  };
}

function synthesize(
  { baseAmi, command, environment, scripts, team, userData }: Release,
  outdir: string,
): Stacks {
  const os = WindowsOs.SERVER_2022_CORE;
  const app = new App({ outdir });
  const env = environment === undefined ? {} : { env: environment };
  const components =
    command === undefined
      ? []
      : [BakeComponent.fromDocument('agent', OWN_DOCUMENT.replace('exit 0', command))];
  const pipeline = new WindowsAmiPipeline(new Stack(app, 'Platform', env), 'Pipeline', {
    os,
    components,
    ...(baseAmi === undefined ? {} : { baseAmi: BaseAmi.fromSsmParameter(baseAmi) }),
  });
  if (team !== undefined) {
    Tags.of(pipeline).add('team', team);
  }
  const stack = new Stack(app, 'Shop', env);
  const cluster = new Cluster(stack, 'Cluster', { vpc: new Vpc(stack, 'Vpc', { maxAzs: 2 }) });
  const fleet = new WindowsCapacityProvider(stack, 'Windows', {
    cluster,
    ami: WindowsAmi.fromChannel({ os }),
  });
  if (userData !== undefined) {
    fleet.autoScalingGroup.addUserData(userData);
  }
  const stacks = readAssembly(app.synth().directory);
  const [platform, shop] = ['Platform', 'Shop'].map((name) => stacks.find((one) => one.name === name)!);
  return {
    platform: scripts === undefined ? platform! : withScripts(platform!, scripts, outdir),
    shop: shop!,
  };
}

/** The archive of scripts is known by its SHA-256 wherever the template speaks of it. */
function withScripts(
  { assets, template, ...stack }: AssemblyStack,
  text: string,
  outdir: string,
): AssemblyStack {
  const archive = assets.find(({ path }) => path.endsWith('.zip'))!;
  const [before = ''] = archive.objectKey.split('.');
  const after = createHash('sha256').update(text).digest('hex');
  const path = join(outdir, `asset.${after}.zip`);
  writeFileSync(path, text);
  return {
    ...stack,
    template: JSON.parse(JSON.stringify(template).replaceAll(before, after)) as Template,
    assets: [...assets.filter((one) => one !== archive), { ...archive, path, objectKey: `${after}.zip` }],
  };
}
