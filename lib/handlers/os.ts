import { parseRelease, type Release } from '../core/windows/release';

/** Release and edition in the name of an os, such as `SERVER_2022_CORE`. */
export function osOf(name: string): { readonly name: string; readonly release: Release } {
  const [, release = ''] = /^SERVER_(\d{4})_(?:CORE|FULL)$/.exec(name) ?? [];
  return { name, release: parseRelease(release) };
}
