import { join } from 'node:path';
import type { Catalog } from '../../lib/contract/documents/catalog';
import { emptyCatalog, withObservations } from '../../lib/core/catalog/catalog';
import { observationsOf, observeFamilies } from '../../lib/core/gate/observe';
import type { ImageFamily } from '../../lib/core/images/family';
import { rememberingRegistry } from '../../lib/core/images/read-images';
import { resolveImages, type Resolution } from '../../lib/core/images/resolve-images';
import { formatOsVersion, type OsVersion } from '../../lib/contract/values/os-version';
import type { Release } from '../../lib/contract/values/release';
import type { Registry } from '../../lib/core/oci/registry';
import { createRegistryClient } from '../../lib/registry/registry-client';
import { BenchError } from './bench-error';
import { runProgram } from './run-program';
import type { Versions } from './skopeo-polls';

/** The polls of this project, each with connections of its own. */
export class WinbakePolls {
  constructor(
    private readonly root: string,
    private readonly registryUrl: string,
    private readonly release: Release,
    private readonly signal: AbortSignal,
  ) {}

  /** `winbake resolve` as a process: the bundled command line on this Node. */
  async commandLine(host?: OsVersion): Promise<Versions> {
    const args = [
      join(this.root, 'dist', 'cli', 'winbake.cjs'),
      'resolve',
      '--json',
      // The other program looks for the families alone.
      ...['--previous-revisions', '0'],
      ...['--release', this.release.name, '--registry', this.registryUrl],
      ...(host === undefined ? [] : ['--host-version', formatOsVersion(host)]),
    ];
    const run = await runProgram(process.execPath, args, this.signal);
    if (!run.ok) {
      throw new BenchError(`winbake resolve failed: ${run.stderr.trim()}`);
    }
    return versionsOf(JSON.parse(run.stdout) as Resolution);
  }

  /** What `winbake resolve` does, in this process. */
  async inProcess(families: readonly ImageFamily[], host?: OsVersion): Promise<Versions> {
    return this.withRegistry(async (registry) =>
      versionsOf(await resolveImages(registry, this.release, families, host?.revision)),
    );
  }

  /** The gate's look at the floating tags, with what a catalog knows; gives the catalog after it. */
  async gate(families: readonly ImageFamily[], catalog = emptyCatalog(this.release)): Promise<Catalog> {
    return this.withRegistry(async (registry) =>
      withObservations(
        catalog,
        observationsOf(await observeFamilies(registry, families, catalog), new Date()),
      ),
    );
  }

  private async withRegistry<T>(poll: (registry: Registry) => Promise<T>): Promise<T> {
    const client = createRegistryClient({ url: this.registryUrl, signal: this.signal });
    try {
      return await poll(rememberingRegistry(client));
    } finally {
      await client.close();
    }
  }
}

/** The versions that a catalog last saw. */
export function versionsIn({ observations }: Catalog, families: readonly ImageFamily[]): Versions {
  return Object.fromEntries(
    families.map(({ name, repository }) => [
      name,
      observations.findLast((one) => one.repository === repository)?.osVersion ?? '',
    ]),
  );
}

function versionsOf({ images }: Resolution): Versions {
  return Object.fromEntries(images.map(({ family, osVersion }) => [family, osVersion]));
}
