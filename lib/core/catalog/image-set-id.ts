import type { SetImage } from '../../contract/documents/catalog';
import type { OsVersion } from '../../contract/values/os-version';

/**
 * The id of an image set, `<build>.<revision>-<12 digits>`: the same images give the same id in whatever order they stand.
 * The digits are the exclusive or of the images' digests, which are evenly spread already.
 */
export function imageSetId(
  target: OsVersion,
  images: readonly Pick<SetImage, 'family' | 'digest' | 'late'>[],
): string {
  const mixed = images.reduce((sum, image) => sum ^ BigInt(`0x${image.digest.slice('sha256:'.length)}`), 0n);
  return `${target.build}.${target.revision}-${mixed.toString(16).padStart(64, '0').slice(0, 12)}`;
}
