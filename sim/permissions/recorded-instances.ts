import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { catalogSchema } from '../../lib/contract/documents/catalog';
import { parseDocument } from '../../lib/contract/documents/document';
import {
  requiredChecks,
  type Failure,
  type ImageManifest,
  type Verification,
} from '../../lib/contract/documents/evidence';
import { orderSchema } from '../../lib/contract/documents/order';
import { modeOfImage } from '../../lib/contract/values/mode';
import { readOsVersion } from '../../lib/contract/values/os-version';
import { runBake } from '../aws/image-builder/run-bake';
import { instanceAccess } from '../rehearsal/instance-access';
import type { SimulatedAccount } from '../rehearsal/simulated-account';
import type { PowerShell, PowerShellRun } from '../windows/powershell/powershell-session';

/** How a bake fails: with a document in which the instance says why, without a word, or on the test instance. */
export type BakeFailure = 'silent' | 'tested' | Pick<Failure, 'code' | 'message'>;

/** What a script of ours prints and how it ends; one that is not listed prints nothing and ends well. */
type Recorded = (run: RecordedRun) => { readonly stdout?: string; readonly exitCode?: number };

interface RecordedRun {
  /** The path on this computer of a file in Winbake's folder on the instance. */
  readonly pathOf: (name: string) => string;
  readonly instanceId: string;
  readonly now: Date;
}

/**
 * Lets bakes of an account run on instances whose scripts do what is recorded of them: the steps of the components, their
 * downloads and uploads by the role of the instance, are those of the template. Gives what removes them.
 */
export function recordInstances(
  account: SimulatedAccount,
  begin: () => Promise<BakeFailure | undefined>,
): () => void {
  const folder = mkdtempSync(join(tmpdir(), 'winbake-recorded-'));
  let bakes = 0;
  account.bake = async (recipe, imageArn) => {
    bakes += 1;
    const options = {
      shell: recordedShell(account.clock.now(), await begin()),
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

function recordedShell(now: Date, fails: BakeFailure | undefined): PowerShell {
  return {
    run: (run) => {
      const script = /\\(\w+-\w+)\.ps1'/.exec(readFileSync(run.scriptFile, 'utf8'))?.[1] ?? '';
      const failing = fails === 'tested' ? 'Test-Image' : 'Save-Image';
      const recorded = fails !== undefined && script === failing ? failureOf(fails) : RECORDED[script];
      const own = { ...recordedRun(run), now };
      const { exitCode = 0, stdout = '' } = recorded?.(own) ?? {};
      return Promise.resolve({ exitCode, stdout, stderr: '', timedOut: false });
    },
  };
}

function recordedRun({ simulatedHost = '' }: PowerShellRun): Omit<RecordedRun, 'now'> {
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
  'Write-ImageManifest': ({ now, pathOf }) => {
    const { order, set } = orderedSet(pathOf);
    const host = readOsVersion(set.target) ?? { build: 0, revision: 0 };
    const manifest: ImageManifest = {
      schema: 'winbake.image-manifest/1',
      order: order.id,
      os: 'SERVER_2022_CORE',
      host: { osVersion: set.target },
      images: set.images.map(({ aliases, digest, family, late, osVersion, repository, tag }) => ({
        ...{ family, repository, tag, aliases, digest, imageId: digest, osVersion },
        mode: modeOfImage(host, osVersion, late),
        ...NO_BYTES,
      })),
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
    const families = set.images.map(({ family }) => family);
    const verification: Verification = {
      schema: 'winbake.verification/1',
      order: order.id,
      host: { osVersion: set.target },
      images: set.images.map(({ digest, family }) => ({
        ...{ family, present: true, digest, firstStartSeconds: 6, secondStartSeconds: 2 },
      })),
      checks: requiredChecks(families).map((name) => ({ name, ok: true, detail: '' })),
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
