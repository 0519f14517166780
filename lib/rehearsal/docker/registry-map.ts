import { isJsonObject } from '../../contract/values/json';
import { brokenHost } from './docker-failure';

/**
 * The registries that the pretended host reaches, from the text of `WINBAKE_PRETENDED_REGISTRY`: a JSON object whose
 * names are those before the first slash of an image reference and whose values are base addresses.
 */
export function parseRegistryMap(text: string | undefined): ReadonlyMap<string, string> {
  const value = parse(text ?? '');
  if (!isJsonObject(value) || !Object.values(value).every((url) => typeof url === 'string')) {
    throw brokenHost(
      'WINBAKE_PRETENDED_REGISTRY is a JSON object such as {"mcr.microsoft.com": "http://127.0.0.1:5000"}; ' +
        `got: '${text ?? ''}'.`,
    );
  }
  return new Map(Object.entries(value) as [string, string][]);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
