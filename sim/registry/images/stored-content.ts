import { createHash } from 'node:crypto';
import type { Digest } from '../../../lib/contract/values/digest';
import type { Evidence } from '../../../lib/core/history/history-event';

/** The digest of a text's UTF-8 bytes. */
export function sha256(text: string): Digest {
  return `sha256:${createHash('sha256').update(text).digest('hex')}`;
}

/** A manifest or list as it is served. */
export interface ManifestContent {
  readonly kind: 'manifest';
  readonly digest: Digest;
  readonly mediaType: string;
  readonly body: string;
}

/** A config blob as it is served. */
interface ConfigContent {
  readonly kind: 'config';
  readonly digest: Digest;
  readonly body: string;
}

/** A layer, of which only the size is served. */
interface LayerContent {
  readonly kind: 'layer';
  readonly digest: Digest;
  readonly size: number;
}

/** Anything that has a digest in the embedded registry. */
export type Content = ManifestContent | ConfigContent | LayerContent;

/** What was recorded of the image behind one of the embedded registry's digests. */
export interface RecordedImage {
  /** The digest that the real registry had; null where it was never recorded. */
  readonly recordedDigest: Digest | null;
  readonly evidence: Evidence;
  /** Whether the layers' digests and sizes were recorded or are declared by formula. */
  readonly layers: 'recorded' | 'declared';
}

/** The image of one platform: manifest, config and layers. */
export interface PlatformImage {
  readonly manifest: ManifestContent;
  readonly config: ConfigContent;
  readonly layers: readonly LayerContent[];
  /** Config and layers, what a pull carries. */
  readonly compressedBytes: number;
}

/** What an event makes a tag resolve to. */
export interface StoredImage {
  /** What the tag resolves to: the list where there is one, else the manifest for windows/amd64. */
  readonly resolved: ManifestContent;
  /** The image for windows/amd64. */
  readonly platform: PlatformImage;
  /** That and, for Windows Server 2025's base images, the one for windows/arm64. */
  readonly platforms: readonly PlatformImage[];
  readonly osVersion: string | null;
  readonly recorded: RecordedImage;
}
