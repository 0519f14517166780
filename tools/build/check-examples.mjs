// Synthesizes the examples with the packed package and its two peers alone, as their users would, compiles the code of README and
// docs with them, holds the two accounts to what they promise, and rehearses what was synthesized.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const PLATFORM = '111111111111';
const SHOP = '222222222222';

/** Each app by its folder or file; all but the two repositories of one account each follow a pipeline of their own. */
const APPS = {
  'load-balancer': 'load-balancer.ts',
  'separate-stacks': 'separate-stacks.ts',
  'active-directory': 'active-directory.ts',
  platform: 'two-accounts/platform/app.ts',
  shop: 'two-accounts/shop/app.ts',
};

/** Apps that are rehearsed together, since a bake takes longer than its rollouts, with the fleets that take it. */
const REHEARSALS = [
  {
    apps: ['load-balancer', 'separate-stacks', 'active-directory'],
    fleets: ['intranet', 'jobs', 'load-balanced', 'web'],
  },
  { apps: ['platform', 'shop'], fleets: ['shop-back-office', 'shop-production', 'shop-staging'] },
];

/** A moment of recorded history at which a bake is due. */
const AS_OF = '2025-08-15';

/** `folder` holds the packed package and its peers in `node_modules`; the examples are copied beside them. */
export function checkExamples(root, folder) {
  const home = join(folder, 'examples');
  const out = (app) => join(folder, 'cdk.out', app);
  cpSync(join(root, 'examples'), home, { recursive: true, filter: (path) => !path.includes('node_modules') });
  const snippets = writeSnippets(root, join(home, 'snippets'));
  compile([...Object.values(APPS), ...snippets]);
  synthesize();
  checkTwoAccounts(stacksOf(out('platform')), stacksOf(out('shop')));
  REHEARSALS.forEach(rehearse);
  return `${Object.keys(APPS).length} apps, ${snippets.length} snippets`;

  function compile(files) {
    const options = ['--noEmit', '--strict', '--skipLibCheck', '--module', 'nodenext'];
    run(join(root, 'node_modules', 'typescript', 'bin', 'tsc'), ...options, ...files);
  }

  /** In one process, since to load aws-cdk-lib takes longer than to use it. Each app synthesizes itself when the process ends. */
  function synthesize() {
    const script = Object.entries(APPS).map(
      ([app, file]) => `process.env.CDK_OUTDIR = ${JSON.stringify(out(app))};\nawait import('./${file}');\n`,
    );
    writeFileSync(join(home, 'synthesize.mjs'), script.join(''));
    run(join(root, 'node_modules', 'tsx', 'dist', 'cli.mjs'), 'synthesize.mjs');
  }

  function rehearse({ apps, fleets }) {
    const cli = join(folder, 'node_modules', 'winbake', 'dist', 'cli', 'winbake.cjs');
    const report = JSON.parse(
      run(cli, 'rehearse', '--json', '--as-of', AS_OF, '--cdk-out', ...apps.map(out)),
    );
    assert.equal(report.decision, 'bake');
    assert.equal(report.rollout.status, 'finished');
    assert.deepEqual(report.fleets.map(({ fleet }) => fleet).sort(), fleets);
    const [{ amiId }] = report.publications;
    for (const { fleet, instances } of report.fleets) {
      const running = instances.filter(({ after }) => after !== null);
      assert.ok(
        running.length > 0 && running.every(({ after }) => after === amiId),
        `${fleet} runs another AMI`,
      );
    }
  }

  function run(program, ...args) {
    try {
      return execFileSync(process.execPath, [program, ...args], {
        cwd: home,
        encoding: 'utf8',
        maxBuffer: 1 << 28,
        stdio: ['ignore', 'pipe', 'pipe'],
      });
    } catch (error) {
      throw new Error(`${program} ${args.join(' ')} fails: ${error.stdout}${error.stderr}`, { cause: error });
    }
  }
}

/** What the code in README and docs leaves out. */
const AROUND_SNIPPETS = `
import { App, Duration, PropertyInjectors, Size, Stack, type IPropertyInjector } from 'aws-cdk-lib';
import type { IProject } from 'aws-cdk-lib/aws-codebuild';
import type { IPipeline } from 'aws-cdk-lib/aws-codepipeline';
import type { IVpc } from 'aws-cdk-lib/aws-ec2';
import type { IRepository } from 'aws-cdk-lib/aws-ecr';
import { Cluster, Ec2Service } from 'aws-cdk-lib/aws-ecs';
import * as targets from 'aws-cdk-lib/aws-events-targets';
import { PermissionsBoundary, type IManagedPolicy } from 'aws-cdk-lib/aws-iam';
import { Function } from 'aws-cdk-lib/aws-lambda';
import type { ISecret } from 'aws-cdk-lib/aws-secretsmanager';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { CachedImage, WindowsAmi, WindowsAmiPipeline, WindowsCapacityProvider, WindowsOs, WindowsTaskDefinition } from 'winbake';

declare const app: App;
declare const stack: Stack;
declare const vpc: IVpc;
declare const vpcOf: (stack: Stack) => IVpc;
declare const cluster: Cluster;
declare const ami: WindowsAmi;
declare const pipeline: WindowsAmiPipeline;
declare const taskDefinition: WindowsTaskDefinition;
declare const topic: ITopic;
declare const operators: ITopic;
declare const openTicket: Function;
declare const shopRepository: IRepository;
declare const acrSecret: ISecret;
declare const credentials: ISecret;
declare const fileSystemId: string;
declare const rootDirectory: string;
declare const domain: string;
declare const shopBuild: IProject;
declare const shopPipeline: IPipeline;
declare const boundary: IManagedPolicy;
`;

/** Each piece of TypeScript in README and docs as a file of its own, named after its page and line; one with imports is complete. */
function writeSnippets(root, folder) {
  mkdirSync(folder);
  const pages = ['README.md', ...readdirSync(join(root, 'docs')).map((page) => join('docs', page))];
  return pages.flatMap((page) => {
    const text = readFileSync(join(root, page), 'utf8');
    return [...text.matchAll(/^```ts\n([^]*?)^```$/gm)].map(({ 1: code, index }) => {
      const line = text.slice(0, index).split('\n').length;
      const file = join(folder, `${page.replaceAll(/\W/g, '-')}-${line}.ts`);
      const around = `${AROUND_SNIPPETS}\nexport function snippet(this: Stack) {\n${code}}\n`;
      writeFileSync(file, code.startsWith('import ') ? code : around);
      return file;
    });
  });
}

/** The stacks of an assembly by name. */
function stacksOf(out) {
  const { artifacts } = JSON.parse(readFileSync(join(out, 'manifest.json'), 'utf8'));
  return Object.fromEntries(
    Object.entries(artifacts)
      .filter(([, { type }]) => type === 'aws:cloudformation:stack')
      .map(([id, { environment, properties }]) => [
        id,
        {
          account: new URL(environment).host,
          template: JSON.parse(readFileSync(join(out, properties.templateFile), 'utf8')),
        },
      ]),
  );
}

/** They know of each other a name and an account, and nothing else. */
function checkTwoAccounts(platform, shop) {
  const stages = [
    ['ShopStaging', 'latest', 'shop-staging', null],
    ['ShopBackOffice', 'current', 'shop-back-office', 0],
    ['ShopProduction', 'current', 'shop-production', 1],
  ];
  assert.deepEqual(Object.keys(platform), ['WindowsAmis']);
  assert.deepEqual(Object.keys(shop).sort(), [...stages.map(([name]) => name), 'WindowsAmiAccount'].sort());
  assert.equal(platform.WindowsAmis.account, PLATFORM);
  Object.values(shop).forEach((stack) => assert.equal(stack.account, SHOP));

  const { template: pipeline } = platform.WindowsAmis;
  const names = JSON.stringify(pipeline);
  assert.ok(names.includes(SHOP), 'the pipeline does not publish to the account of the shop');
  assert.doesNotMatch(names, /Shop(Staging|BackOffice|Production)|Fn::ImportValue/);

  for (const [name, channel, fleet, ring] of stages) {
    const { template } = shop[name];
    const text = JSON.stringify(template);
    assert.doesNotMatch(text, new RegExp(`Fn::ImportValue|WindowsAmis`), `${name} knows more than a name`);
    assert.ok(text.includes(`/winbake/web/${channel}/`), `${name} does not follow ${channel}`);
    assert.ok(text.includes(`/winbake/fleets/${fleet}/`), `${name} is not the fleet ${fleet}`);
    assert.ok(text.includes(`\\"ring\\":${ring}`), `${name} is not in ring ${ring}`);
    const [service] = propertiesOf(template, 'AWS::ECS::Service');
    assert.equal(service.CapacityProviderStrategy.length, 1);
    const [task] = propertiesOf(template, 'AWS::ECS::TaskDefinition');
    assert.deepEqual(task.RuntimePlatform, {
      CpuArchitecture: 'X86_64',
      OperatingSystemFamily: 'WINDOWS_SERVER_2022_CORE',
    });
  }
  const roles = propertiesOf(shop.WindowsAmiAccount.template, 'AWS::IAM::Role');
  assert.ok(
    roles.some((role) => JSON.stringify(role.AssumeRolePolicyDocument).includes(PLATFORM)),
    'the account of the shop lets no pipeline in',
  );
}

function propertiesOf(template, type) {
  return Object.values(template.Resources)
    .filter((resource) => resource.Type === type)
    .map((resource) => resource.Properties);
}
