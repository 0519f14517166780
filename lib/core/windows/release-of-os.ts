import { parseRelease, type Release } from './release';

/** The release in the name of an os, such as `SERVER_2022_CORE`. Throws a `UsageError` where it names none. */
export function releaseOfOs(os: string): Release {
  const [, release = ''] = /^SERVER_(\d{4})_(?:CORE|FULL)$/.exec(os) ?? [];
  return parseRelease(release);
}
