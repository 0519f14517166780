import type { ImageManifest } from '../../contract/documents/evidence';
import type { Publication } from '../../contract/documents/publication';
import { shortDigest } from '../../contract/values/digest';

/** EC2 takes at most this many characters as the value of a tag. */
const LONGEST_VALUE = 256;

/**
 * The tags that let a person see in the console what an AMI holds.
 * @see https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/Using_Tags.html#tag-restrictions
 */
export function amiTags(
  pipeline: string,
  publication: Publication,
  manifest: ImageManifest,
): Readonly<Record<string, string>> {
  const images = manifest.images.map((image) => `${image.family}=sha256:${shortDigest(image.digest)}`);
  return {
    Name: `winbake-${pipeline}-${publication.id}`,
    'winbake:pipeline': pipeline,
    'winbake:publication': publication.id,
    'winbake:os-version': manifest.host.osVersion,
    'winbake:mode': publication.mode,
    'winbake:images': joinWithin(images, LONGEST_VALUE),
    'winbake:scripts': manifest.scripts.sha256,
  };
}

/** The tags of an AMI that came out equal to a publication: nothing points to it, and the scheduled prune removes it. */
export function discardedTags(pipeline: string, { id }: Publication): Readonly<Record<string, string>> {
  return {
    Name: `winbake-${pipeline}-equal-to-${id}`,
    'winbake:pipeline': pipeline,
    'winbake:equal-to': id,
  };
}

/** As many whole items as fit; the image manifest has them all. */
function joinWithin(items: readonly string[], length: number): string {
  return items.reduce((text, item) => {
    const longer = text === '' ? item : `${text},${item}`;
    return longer.length <= length ? longer : text;
  }, '');
}
