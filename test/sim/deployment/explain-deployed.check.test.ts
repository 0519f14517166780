import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { userOf } from '../../../sim/account/principal';
import { BEFORE } from '../../support/deployment/at-boundary';
import { DeploymentWorld } from '../../support/deployment/deployment-world';
import { release } from '../../support/deployment/releases';
import { startForeignRegistry } from '../../support/foreign-registry';
import { shapeOf } from '../../../sim/registry/memory-registry';
import { atInstant, runInColumns } from '../../support/run-command-line';

const PATH = '/winbake/2022-core';
const SHOWN = { servercore: 4294, nanoserver: 4294, iis: 4294, aspnet: 4294 };

interface Explained {
  readonly world: DeploymentWorld;
  /** What a person has who may read what docs/operating.md names. */
  readonly rights: { readonly read: object; readonly decide: object };
  readonly bucket: string;
  /** `winbake explain` at a terminal of 80 columns. */
  readonly explain: (
    rights?: readonly object[],
    ...args: readonly string[]
  ) => Promise<{ exitCode: number; out: string; err: string }>;
}

/** A deployed pipeline that has published, and a registry on loopback as the person's computer sees it. */
async function atPipeline(shown: typeof SHOWN, work: (explained: Explained) => Promise<void>) {
  const world = new DeploymentWorld();
  const registry = await startForeignRegistry(shapeOf(shown));
  try {
    await world.run(async () => {
      await world.deploy(release(BEFORE));
      await world.settle();
      await work(explainedAt(world, registry.url));
    });
  } finally {
    await registry.close();
  }
}

function explainedAt(world: DeploymentWorld, registry: string): Explained {
  const { account, clock } = world;
  const { account: id, region } = account.environment;
  const bucket = account.living('AWS::S3::Bucket')[0]!.reference;
  const decide = account.functions.deployedAs(
    `arn:aws:lambda:${region}:${id}:function:winbake-2022-core-decide`,
  )!;
  account.functions.change({ ...decide, environment: { ...decide.environment, WINBAKE_REGISTRY: registry } });
  const may = (Action: readonly string[], ...Resource: readonly string[]) => ({
    Effect: 'Allow',
    Action,
    Resource,
  });
  const rights = {
    read: may(
      ['ssm:GetParameter', 'ssm:GetParametersByPath', 's3:GetObject', 's3:ListBucket'],
      `arn:aws:ssm:${region}:*:parameter/*`,
      `arn:aws:s3:::${bucket}*`,
    ),
    decide: may(['lambda:GetFunctionConfiguration'], decide.arn),
  };
  const explain: Explained['explain'] = async (statements = Object.values(rights), ...args) => {
    const person = userOf(id, 'ann', statements as Parameters<typeof userOf>[2]);
    const [name = '2022-core', ...more] = args;
    const line = ['explain', name, '--region', region, ...more];
    const { exitCode, stdout, stderr } = await atInstant(clock.now(), () =>
      account.as(person, () => runInColumns(80, ...line)),
    );
    // An error is one line, as grep takes it.
    expect(stdout.split('\n').filter((one) => one.length > 80)).toEqual([]);
    return { exitCode, out: stdout, err: stderr };
  };
  return { world, rights, bucket, explain };
}

test('it shows what the function decided, what the registry shows now, and keeps nothing', async () => {
  await atPipeline({ ...SHOWN, servercore: 4405 }, async ({ bucket, explain, world }) => {
    const kept = () =>
      JSON.stringify([
        world.account.parameters.below('/winbake'),
        ...['bakes/last-decision.json', 'bakes/current.json', 'catalog/2022.json', 'notices.json'].map(
          (key) => world.account.readDocument(bucket, key),
        ),
      ]);
    const before = kept();
    const { out, ...end } = await explain();
    expect(end).toEqual({ exitCode: 0, err: '' });
    const decided = JSON.parse(world.account.readDocument(bucket, 'bakes/last-decision.json') ?? '') as {
      readonly at: string;
      readonly decision: string;
    };
    expect(out).toContain(`2022-core (SERVER_2022_CORE) at ${decided.at.slice(0, 16)}Z, `);
    expect(out.split('\n')[0]).toContain(`ago: ${decided.decision}`);
    expect(out).toMatch(/\nservercore +10\.0\.20348\.4405 +\S+ +10\.0\.20348\.4405\n/);
    expect(out).toMatch(/\niis +10\.0\.20348\.4294 +\S+ +behind +10\.0\.20348\.4294\n/);
    expect(out).toContain('\nOf that the gate would decide: wait\nWaiting for nanoserver, iis, aspnet');
    expect(out).toContain(`Latest publication: ${world.latest!.id}, 10.0.20348.4294, `);
    expect(kept()).toBe(before);
  });
});

test('without the right to read the function it shows what was seen last, and why', async () => {
  await atPipeline(SHOWN, async ({ explain, rights }) => {
    const { exitCode, out } = await explain([rights.read]);
    expect(exitCode).toBe(0);
    expect(out.replaceAll(/\s+/g, ' ')).toMatch(
      /What the registry shows now is not known: .*lambda:GetFunctionConfiguration.* It was seen last: FAMILY SHOWED SINCE /,
    );
    expect(out).toMatch(/\nservercore +10\.0\.20348\.4294 +2025-10-20T\S+\n/);
  });
});

test('what is not there, may not be read or was written by another Winbake is one sentence', async () => {
  await atPipeline(SHOWN, async ({ bucket, explain, rights, world }) => {
    const { account } = world;
    const sentence = async (...args: Parameters<Explained['explain']>) => {
      const { err, exitCode, out } = await explain(...args);
      expect({ exitCode, out }).toEqual({ exitCode: 1, out: '' });
      return err.replaceAll(/\s+/g, ' ').trim();
    };
    const all = Object.values(rights);
    expect(await sentence(all, '2022-full')).toContain(
      'There is no pipeline 2022-full below /winbake in account 123456789012, us-east-1; there are: 2022-core.',
    );
    expect(await sentence([])).toContain('these credentials may not: ');
    expect(await sentence([])).toContain(`ssm:GetParameter`);
    const documents = [
      ['catalog/2022.json', 'winbake.catalog', 0, 'An older Winbake wrote it'],
      ['bakes/last-decision.json', 'winbake.last-decision', 2, 'A newer Winbake wrote it'],
    ] as const;
    for (const [key, schema, number, why] of documents) {
      const text = account.readDocument(bucket, key)!;
      const put = (Body: string) =>
        account.as(account.administrator, () =>
          new S3Client().send(new PutObjectCommand({ Bucket: bucket, Key: key, Body })),
        );
      await put(text.replace(`"${schema}/1"`, `"${schema}/${number}"`));
      expect(await sentence()).toContain(`got: "${schema}/${number}". ${why}`);
      await put(text);
    }
    const description = account.parameters.read(`${PATH}/pipeline`)!;
    account.world.ssm.publish(
      account.environment,
      `${PATH}/pipeline`,
      description.replace(/"winbake\.pipeline\/\d+"/, '"winbake.pipeline/0"'),
      world.clock.now(),
    );
    expect(await sentence()).toContain('got: "winbake.pipeline/0". An older Winbake wrote it');
  });
});
