import { WinbakeError } from '../../lib/contract/values/errors';
import type { OsVersion } from '../../lib/contract/values/os-version';
import { parseDockerImageName } from '../../lib/core/oci/image-reference';
import { openRegistries, readByName } from '../shared/registries';

/**
 * The OS version of an image by its name, or why no Windows host could run it. Apart from `compat`, which starts faster without
 * registries. Throws a `WinbakeError` where it cannot be read.
 */
export async function readImageVersion(
  name: string,
  host: OsVersion,
  { registry, timeout }: { readonly registry?: string | undefined; readonly timeout: number },
): Promise<{ readonly osVersion: OsVersion } | { readonly refusal: string }> {
  const reference = parseDockerImageName(name);
  const registries = openRegistries({ microsoft: registry, deadlineSeconds: timeout });
  try {
    const reading = await readByName(registries, name, reference, host);
    if (reading.code === undefined) {
      return { osVersion: reading.image.osVersion };
    }
    if (reading.code === 'NOT_FOUND') {
      throw new WinbakeError(reading.code, reading.message);
    }
    return { refusal: reading.message };
  } finally {
    await registries.close();
  }
}
