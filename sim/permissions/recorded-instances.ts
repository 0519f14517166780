import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { catalogSchema, type Catalog, type SetImage } from '../../lib/contract/documents/catalog';
import { parseDocument } from '../../lib/contract/documents/document';
import {
  requiredChecks,
  type Failure,
  type ImageManifest,
  type Verification,
} from '../../lib/contract/documents/evidence';
import { orderSchema } from '../../lib/contract/documents/order';
import { modeOfImage } from '../../lib/contract/values/mode';
import { ecrRegion, isOwnImage, ownRegistryOf } from '../../lib/core/images/own-image';
import { parseImageManifest } from '../../lib/core/oci/manifests';
import { createRegistryClient } from '../../lib/registry/registry-client';
import { readOsVersion } from '../../lib/contract/values/os-version';
import { runBake } from '../aws/image-builder/run-bake';
import { instanceAccess } from '../rehearsal/instance-access';
import type { OwnRegistries } from '../rehearsal/own-registries';
import type { SimulatedAccount } from '../rehearsal/simulated-account';
import type { PowerShell, PowerShellRun } from '../windows/powershell/powershell-session';

/** How a bake fails: with a document in which the instance says why, without a word, or on the test instance. */
export type BakeFailure = 'silent' | 'tested' | Pick<Failure, 'code' | 'message'>;

/** What a script of ours prints and how it ends; one that is not listed prints nothing and ends well. */
type Recorded = (
  run: RecordedRun,
) => { readonly stdout?: string; readonly exitCode?: number } | Promise<{ readonly exitCode?: number }>;

interface RecordedRun {
  /** The path on this computer of a file in Winbake's folder on the instance. */
  readonly pathOf: (name: string) => string;
  readonly instanceId: string;
  readonly now: Date;
  /** Pulls an own image by a login; throws where it is not let in. */
  readonly pull: (image: SetImage) => Promise<void>;
}

/**
 * Lets bakes of an account run on instances whose scripts do what is recorded of them: the steps of the components, their
 * downloads and uploads by the role of the instance, are those of the template. Gives what removes them.
 */
export function recordInstances(
  account: SimulatedAccount,
  registries: OwnRegistries,
  begin: () => Promise<BakeFailure | undefined>,
): () => void {
  const folder = mkdtempSync(join(tmpdir(), 'winbake-recorded-'));
  let bakes = 0;
  account.bake = async (recipe, imageArn) => {
    bakes += 1;
    const options = {
      shell: recordedShell(account.clock.now(), await begin(), registries),
      folder: join(folder, String(bakes)),
      dockerFolder: folder,
      registries: {},
      baseHost: (instanceId: string) => ({ offeredRevision: 4294, facts: { ...FACTS, instanceId } }),
      onStep: () => undefined,
    };
    return runBake(options, recipe, imageArn, (instanceId) => instanceAccess(account, recipe, instanceId));
  };
  return () => {
    rmSync(folder, { recursive: true, force: true });
  };
}

const FACTS = {
  currentBuild: '20348',
  ubr: 4294,
  productName: 'Windows Server 2022 Datacenter',
  installationType: 'Server Core',
  pendingReboot: false,
  services: { docker: 'Running' },
};

function recordedShell(now: Date, fails: BakeFailure | undefined, registries: OwnRegistries): PowerShell {
  return {
    run: async (run) => {
      const text = readFileSync(run.scriptFile, 'utf8');
      const script = /\\(\w+-\w+)\.ps1'/.exec(text)?.[1] ?? '';
      const pairs = /-Secrets '([^']*)'/.exec(text)?.[1]?.split(',') ?? [];
      const failing = fails === 'tested' ? 'Test-Image' : 'Save-Image';
      const recorded = fails !== undefined && script === failing ? failureOf(fails) : RECORDED[script];
      const aws = run.env?.['AWS_EC2_METADATA_SERVICE_ENDPOINT'] ?? '';
      const secrets = new Map(pairs.map((pair) => pair.split('=') as [string, string]));
      const pull = (image: SetImage) => pullOwn({ registries, aws, secrets }, image);
      const own = { ...recordedRun(run), now, pull };
      const { exitCode = 0, stdout = '' }: { exitCode?: number; stdout?: string } =
        (await recorded?.(own)) ?? {};
      return { exitCode, stdout, stderr: '', timedOut: false };
    },
  };
}

function recordedRun({ simulatedHost = '' }: PowerShellRun): Omit<RecordedRun, 'now' | 'pull'> {
  const { instanceId } = JSON.parse(readFileSync(join(simulatedHost, 'host.json'), 'utf8')) as {
    readonly instanceId: string;
  };
  const folder = join(simulatedHost, 'c', 'ProgramData', 'Winbake');
  mkdirSync(folder, { recursive: true });
  const pathOf = (name: string) => join(folder, name);
  return { instanceId, pathOf };
}

const NO_BYTES = { bytesOnDisk: 1, pullSeconds: 1 };

const RECORDED: Readonly<Partial<Record<string, Recorded>>> = {
  'Get-DocumentKey': ({ instanceId }) => ({ stdout: instanceId }),
  'Select-ImageSet': ({ pathOf }) => {
    writeFileSync(pathOf('image-set.json'), JSON.stringify(orderedSet(pathOf)));
    return {};
  },
  'Save-Image': async ({ pathOf, pull }) => {
    const leftOut: ImageManifest['leftOut'] = [];
    for (const image of orderedSet(pathOf).set.images.filter((one) => isOwnImage(one))) {
      const { family, repository, tag } = image;
      await pull(image).catch((error: unknown) => {
        leftOut.push({ family, repository, tag, message: String(error) });
      });
    }
    writeFileSync(pathOf('left-out.json'), JSON.stringify(leftOut));
    return {};
  },
  'Write-ImageManifest': ({ now, pathOf }) => {
    const { order, set } = orderedSet(pathOf);
    const leftOut = leftOutIn(pathOf);
    const host = readOsVersion(set.target) ?? { build: 0, revision: 0 };
    const manifest: ImageManifest = {
      schema: 'winbake.image-manifest/1',
      order: order.id,
      os: 'SERVER_2022_CORE',
      host: { osVersion: set.target },
      images: savedOf(set, leftOut).map(({ aliases, digest, family, late, osVersion, repository, tag }) => ({
        ...{ family, repository, tag, aliases, digest, imageId: digest, osVersion },
        mode: modeOfImage(host, osVersion, late),
        ...NO_BYTES,
      })),
      leftOut,
      scripts: { sha256: order.scriptsSha256 },
      catalog: { sha256: order.scriptsSha256 },
      pulledBytes: 1,
      freeBytesLowest: 1,
      startedAt: now.toISOString(),
      finishedAt: now.toISOString(),
    };
    writeFileSync(pathOf('image-manifest.json'), JSON.stringify(manifest));
    return {};
  },
  'Test-Image': ({ pathOf }) => {
    const { order, set } = orderedSet(pathOf);
    const images = savedOf(set, leftOutIn(pathOf));
    const families = images.map(({ family }) => family);
    const own = images.filter((image) => isOwnImage(image)).map(({ family }) => family);
    const verification: Verification = {
      schema: 'winbake.verification/1',
      order: order.id,
      host: { osVersion: set.target },
      images: images.map(({ digest, family, repository }) => ({
        ...{ family, present: true, digest },
        ...(isOwnImage({ repository })
          ? { firstStartSeconds: null, secondStartSeconds: null }
          : { firstStartSeconds: 6, secondStartSeconds: 2 }),
      })),
      checks: requiredChecks(families, own).map((name) => ({ name, ok: true, detail: '' })),
    };
    writeFileSync(pathOf('verification.json'), JSON.stringify(verification));
    return {};
  },
};

/** A script that fails, after it has written why where it could. */
function failureOf(failure: BakeFailure): Recorded {
  return ({ now, pathOf }) => {
    if (typeof failure === 'object') {
      const schema = 'winbake.failure/1';
      const document: Failure = { schema, ...failure, step: 'Save-Image', at: now.toISOString() };
      writeFileSync(pathOf('failure.json'), JSON.stringify(document));
    }
    return { exitCode: 1 };
  };
}

/** What Save-Image could not pull, nothing where it failed; on the test instance too, which starts from the same disk. */
function leftOutIn(pathOf: RecordedRun['pathOf']): NonNullable<ImageManifest['leftOut']> {
  const file = pathOf('left-out.json');
  return existsSync(file)
    ? (JSON.parse(readFileSync(file, 'utf8')) as NonNullable<ImageManifest['leftOut']>)
    : [];
}

function savedOf(
  { images }: Catalog['sets'][number],
  leftOut: NonNullable<ImageManifest['leftOut']>,
): readonly SetImage[] {
  return images.filter(({ family }) => leftOut.every((one) => one.family !== family));
}

/** Where a recorded pull gets logins and layers: own registries, AWS as the instance reaches it, and the secrets by host. */
interface PullMeans {
  readonly registries: OwnRegistries;
  readonly aws: string;
  readonly secrets: ReadonlyMap<string, string>;
}

/** Reads of an own image what docker would, with the login that the instance gets of AWS. */
async function pullOwn(means: PullMeans, { platformDigest, repository }: SetImage): Promise<void> {
  const { path = '', registry = '' } = ownRegistryOf(repository) ?? {};
  const url = means.registries.urls[registry] ?? '';
  const login = await loginOf(means, registry);
  const client = createRegistryClient({ url, login: () => Promise.resolve(login) });
  try {
    const manifest = await client.manifest(path, platformDigest);
    const { config, layers } = parseImageManifest(manifest?.body ?? '', repository);
    await client.blob(path, config.digest);
    if (ecrRegion(registry) !== undefined) {
      const authorization = `Basic ${Buffer.from(`${login.user}:${login.password}`).toString('base64')}`;
      const layer = `${url}/v2/${path}/blobs/${layers.at(-1)?.digest ?? ''}`;
      const { ok, status } = await fetch(layer, { method: 'HEAD', headers: { authorization } });
      if (!ok) {
        throw new Error(`The layer was refused: ${status} DENIED`);
      }
    }
  } finally {
    await client.close();
  }
}

async function loginOf({ aws, secrets }: PullMeans, registry: string) {
  const region = ecrRegion(registry);
  const name = region ?? secrets.get(registry) ?? '';
  const kind = region === undefined ? 'secrets' : 'ecr';
  const response = await fetch(`${aws}/simulated-aws/${kind}/${encodeURIComponent(name)}`);
  const { error, value = '' } = (await response.json()) as {
    readonly value?: string;
    readonly error?: string;
  };
  if (error !== undefined) {
    throw new Error(error);
  }
  if (region !== undefined) {
    return { user: 'AWS', password: value };
  }
  const { password, username } = JSON.parse(value) as {
    readonly username: string;
    readonly password: string;
  };
  return { user: username, password };
}

/** The order that the instance has downloaded, with its image set. */
function orderedSet(pathOf: RecordedRun['pathOf']) {
  const read = (name: string) => readFileSync(pathOf(name), 'utf8');
  const order = parseDocument(orderSchema, read('order.json'), 'order.json');
  const catalog = parseDocument(catalogSchema, read('catalog.json'), 'catalog.json');
  const set = catalog.sets.find(({ id }) => id === order.set);
  if (set === undefined) {
    throw new Error(`The catalog has no image set ${order.set}.`);
  }
  return { order, set };
}
