// Synthesizes the example's two repositories, each with the packed package and its two peers alone, and holds them to what
// they promise: they know of each other a name and an account, and nothing else.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { cpSync, readdirSync, readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';

const PLATFORM = '111111111111';
const SHOP = '222222222222';

/** `modules` holds the package and its peers; `folder` is where the example is copied to. */
export function checkExample(root, folder, modules) {
  const platform = synthesize('platform');
  const shop = synthesize('shop');
  assert.deepEqual(Object.keys(platform), ['WindowsAmis']);
  assert.deepEqual(Object.keys(shop).sort(), ['ShopProduction', 'ShopStaging', 'WindowsAmiAccount']);
  assert.equal(platform.WindowsAmis.account, PLATFORM);
  Object.values(shop).forEach((stack) => assert.equal(stack.account, SHOP));

  const { template: pipeline } = platform.WindowsAmis;
  const names = JSON.stringify(pipeline);
  assert.ok(names.includes(SHOP), 'the pipeline does not publish to the account of the shop');
  assert.doesNotMatch(names, /Shop(Staging|Production)|Fn::ImportValue/);

  for (const [name, channel, fleet] of [
    ['ShopStaging', 'latest', 'shop-staging'],
    ['ShopProduction', 'current', 'shop-production'],
  ]) {
    const { template } = shop[name];
    const text = JSON.stringify(template);
    assert.doesNotMatch(text, new RegExp(`${PLATFORM}|Fn::ImportValue`), `${name} knows more than a name`);
    assert.ok(text.includes(`/winbake/web/${channel}/`), `${name} does not follow ${channel}`);
    assert.ok(text.includes(`/winbake/fleets/${fleet}/`), `${name} is not the fleet ${fleet}`);
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
  return Object.keys(shop).length + Object.keys(platform).length;

  /** The stacks of one repository by name. */
  function synthesize(name) {
    const home = join(folder, name);
    cpSync(join(root, 'examples', 'two-accounts', name), home, { recursive: true });
    symlinkSync(modules, join(home, 'node_modules'));
    const types = [
      '--noEmit',
      '--strict',
      '--skipLibCheck',
      '--module',
      'nodenext',
      '--moduleResolution',
      'nodenext',
    ];
    run(join(root, 'node_modules', 'typescript', 'bin', 'tsc'), [...types, 'app.ts'], home);
    const { app } = JSON.parse(readFileSync(join(home, 'cdk.json'), 'utf8'));
    assert.equal(app, 'tsx app.ts');
    run(join(root, 'node_modules', 'tsx', 'dist', 'cli.mjs'), ['app.ts'], home);
    const out = join(home, 'cdk.out');
    const { artifacts } = JSON.parse(readFileSync(join(out, 'manifest.json'), 'utf8'));
    assert.ok(readdirSync(out).length > 0);
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

  function run(program, args, cwd) {
    try {
      execFileSync(process.execPath, [program, ...args], {
        cwd,
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'pipe'],
        env: { ...process.env, CDK_OUTDIR: join(cwd, 'cdk.out') },
      });
    } catch (error) {
      throw new Error(`The example ${cwd} fails: ${error.stdout}${error.stderr}`, { cause: error });
    }
  }
}

function propertiesOf(template, type) {
  return Object.values(template.Resources)
    .filter((resource) => resource.Type === type)
    .map((resource) => resource.Properties);
}
