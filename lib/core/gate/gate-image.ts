import type { Digest } from '../../contract/values/digest';
import type { Finding } from '../../contract/values/finding';
import type { ImageFamily } from '../resolve/family';
import type { ImageExtra } from '../resolve/image-extra';
import type { OsVersion } from '../../contract/values/os-version';

/** An image under a floating tag, as a look or the catalog knows it. */
export interface GateImage {
  readonly tag: string;
  readonly digest: Digest;
  readonly platformDigest: Digest;
  readonly osVersion: OsVersion;
  /** Config and layers; null where it was not measured. */
  readonly compressedBytes: number | null;
  /** How surely it is known, where history tells. */
  readonly evidence?: string;
}

/** What one look shows of a family: the newest image under its floating tag, or why there is none. */
export interface FamilyLook {
  readonly family: ImageFamily;
  readonly image: GateImage | undefined;
  readonly findings: readonly Finding[];
}

/** What one look shows of an extra. */
export interface ExtraLook {
  readonly extra: ImageExtra;
  readonly look: FamilyLook;
}

/** What the gate goes by for a family, after its guards. */
export interface GuardedFamily {
  readonly family: ImageFamily;
  /** The image to bake; undefined where none was ever seen. */
  readonly image: GateImage | undefined;
}
