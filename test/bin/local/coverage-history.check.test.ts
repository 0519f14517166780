import { withCoveredHosts } from '../../../bin/local/covered-hosts';
import { readByName } from '../../../bin/shared/registries';
import { coverageOn } from '../../../lib/core/coverage/coverage';
import { familyOf } from '../../../lib/core/images/family';
import { parseDockerImageName } from '../../../lib/core/oci/image-reference';
import { parseRelease } from '../../../lib/contract/values/release';
import { startEmbeddedRegistry } from '../../../sim/registry/embedded-registry';
import { readHistory } from '../../../sim/registry/history/read-history';

const MONTHS = ['2025-06', '2025-08', '2025-09', '2025-11', '2025-12', '2026-02', '2026-04'];
const FAMILIES = ['servercore', 'iis', 'aspnet'];
const CACHED = ['servercore', 'nanoserver', 'iis', 'aspnet'];
const history = readHistory();

interface Manifest {
  readonly manifests?: readonly {
    readonly digest: string;
    readonly platform: { readonly architecture: string };
  }[];
  readonly layers: readonly { readonly digest: string; readonly size: number }[];
}

/** The layers of a tag as a registry serves them, read without any code of Winbake. */
async function layersOf(url: string, repository: string, reference: string): Promise<Manifest['layers']> {
  const get = async (wanted: string) => {
    const response = await fetch(`${url}/v2/${repository}/manifests/${wanted}`);
    expect(response.status).toBe(200);
    return (await response.json()) as Manifest;
  };
  const manifest = await get(reference);
  const entry = manifest.manifests?.find(({ platform }) => platform.architecture === 'amd64');
  return entry === undefined ? manifest.layers : (await get(entry.digest)).layers;
}

const TIMES = ['2019', '2022', '2025'].flatMap((name) => MONTHS.map((month) => [name, month] as const));

// Three images at 21 moments: those of the very month, or of one to three months before.
test.each(TIMES)(
  'coverage on Windows Server %s in %s is an independent sum over the layers',
  async (name, month) => {
    const release = parseRelease(name);
    const asOf = `${month}-26T12:00:00Z`;
    const at = new Date(asOf);
    const tagOf = (family: string) => {
      const { floatingTags, repository } = familyOf(family, release, undefined, at);
      return {
        repository,
        tag: floatingTags.find((tag) => history.pointsAt(repository, tag, at) !== undefined)!,
      };
    };
    const now = await startEmbeddedRegistry({ history, asOf: at });
    const before = new Date(at);
    before.setUTCMonth(before.getUTCMonth() - (MONTHS.indexOf(month) % 4));
    const then = await startEmbeddedRegistry({ history, asOf: before });
    const cached = new Set<string>();
    for (const { repository, tag } of CACHED.map(tagOf)) {
      (await layersOf(now.url, repository, tag)).forEach(({ digest }) => cached.add(digest));
    }
    await withCoveredHosts(
      { prefix: '/winbake', timeout: 30, release: name, asOf, previousRevisions: 0 },
      async ({ hosts, registries }) => {
        for (const family of FAMILIES) {
          const { repository, tag } = tagOf(family);
          const layers = await layersOf(then.url, repository, tag);
          const missing = layers
            .filter(({ digest }) => !cached.has(digest))
            .reduce((sum, { size }) => sum + size, 0);
          const reference = parseDockerImageName(`${new URL(then.url).host}/${repository}:${tag}`);
          const reading = await readByName(registries, family, reference, undefined);
          expect(reading.code).toBeUndefined();
          const { image } = reading as Extract<typeof reading, { image: unknown }>;
          const [current] = hosts;
          expect({ family, missing: coverageOn(current!, image).missingBytes }).toEqual({ family, missing });
        }
      },
    );
    await Promise.all([now.close(), then.close()]);
  },
);
