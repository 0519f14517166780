import { textAt } from '../../contract/values/json';
import { parseJsonObject } from './parse-json';
import type { Platform } from './platform';

/**
 * The platform that an image's config blob states; for single manifests the only place that does.
 * Throws a `RegistryError` where the blob is no JSON object.
 * @see https://github.com/opencontainers/image-spec/blob/main/config.md
 */
export function parseImageConfig(body: string, subject: string): Platform {
  const config = parseJsonObject(body, subject);
  return {
    os: textAt(config, 'os') ?? '',
    architecture: textAt(config, 'architecture') ?? '',
    osVersion: textAt(config, 'os.version'),
  };
}
