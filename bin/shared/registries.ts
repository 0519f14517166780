import { WinbakeError } from '../../lib/contract/values/errors';
import type { OsVersion } from '../../lib/contract/values/os-version';
import { type ImageReading, readLayeredImage } from '../../lib/core/coverage/layered-image';
import { ecrRegion } from '../../lib/core/images/own-image';
import { rememberingRegistry } from '../../lib/core/images/read-images';
import { type ImageReference, parseDockerImageName } from '../../lib/core/oci/image-reference';
import { type Registry, RegistryError } from '../../lib/core/oci/registry';
import { dockerLogin, dockerOnThisComputer } from '../../lib/registry/docker-login';
import { openRegistries as openByHost, type Registries } from '../../lib/registry/registries';
import { createRegistryClient, type RegistryClient } from '../../lib/registry/registry-client';
import type { RegistryLogin } from '../../lib/registry/registry-access';

/** The registry of Microsoft's base images. */
export const MICROSOFT = 'mcr.microsoft.com';

/** How registries are opened. */
export interface RegistriesOptions {
  /** Stands for Microsoft's: a mirror's address, or recorded history. */
  readonly microsoft?: string | Registry | undefined;
  readonly deadlineSeconds: number;
}

/** Opens registries by their hosts when they are first read; a private one is read as docker on this computer would, or in ECR by the caller's identity. */
export function openRegistries({ deadlineSeconds, microsoft }: RegistriesOptions): Registries {
  const through = (registry: Registry) => rememberingRegistry(registry, { tags: true });
  const registries = openByHost({ deadlineSeconds, login: loginTo, through });
  const own = typeof microsoft === 'string' ? openMicrosoft(microsoft, deadlineSeconds) : undefined;
  const ofMicrosoft = typeof microsoft === 'string' ? own && through(own) : microsoft;
  return {
    of: (reference) =>
      reference.registry === MICROSOFT && ofMicrosoft !== undefined ? ofMicrosoft : registries.of(reference),
    close: async () => {
      await Promise.all([registries.close(), own?.close()]);
    },
  };
}

function openMicrosoft(url: string, deadlineSeconds: number): RegistryClient {
  return createRegistryClient({ url, deadlineSeconds, login: () => loginTo(hostOf(url)) });
}

function hostOf(url: string): string {
  return URL.canParse(url) ? new URL(url).host : url;
}

/** For ECR the caller's identity; docker's own login where there are no credentials, and for all other registries. */
async function loginTo(host: string): Promise<RegistryLogin | undefined> {
  const { ecrLogin } = await import('../../lib/aws/registry-logins');
  const region = ecrRegion(host);
  const ofDocker = () => dockerLogin(host, dockerOnThisComputer());
  if (region === undefined) {
    return ofDocker();
  }
  try {
    return await ecrLogin(region);
  } catch (error) {
    const login = await ofDocker();
    if (login === undefined) {
      throw error;
    }
    return login;
  }
}

/** Reads the image that a host takes of a name. Throws a `WinbakeError` that says what to do where nobody is let in without a login. */
export async function readByName(
  registries: Registries,
  name: string,
  reference: ImageReference,
  host: OsVersion | undefined,
): Promise<ImageReading> {
  if (reference.registry === 'docker.io' && reference.repository === 'library/scratch') {
    const message = `${name} is no image of any registry, but docker's word for an empty one; Windows hosts run none that begins so.`;
    return { code: 'NO_WINDOWS_IMAGE', message };
  }
  const place = {
    name,
    registry: registries.of(reference),
    repository: reference.repository,
    reference: reference.digest ?? reference.tag ?? 'latest',
  };
  try {
    return await readLayeredImage(place, host);
  } catch (error) {
    if (error instanceof RegistryError && (error.status === 401 || error.status === 403)) {
      const { registry } = reference;
      throw new WinbakeError(
        'LOGIN_NEEDED',
        `${name} is read with a login only (${error.status}), and there is none that ${registry} takes; run docker login ${registry}.`,
        { cause: error },
      );
    }
    throw error;
  }
}

/**
 * The OS version of an image by its name, or why no Windows host could run it. Throws a `WinbakeError` where it cannot be read.
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
