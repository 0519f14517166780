/**
 * Bytes on disk for each compressed byte of a layer. SYNTHETIC: one figure for all layers, about what Server Core and Nano
 * Server show in `docker images` against their compressed sizes; nothing here was measured.
 */
const UNPACKED_PER_COMPRESSED = 2.6;

/** The bytes that a layer takes once unpacked; synthetic. */
export function unpackedBytes(compressedBytes: number): number {
  return Math.round(compressedBytes * UNPACKED_PER_COMPRESSED);
}

/** The bytes that layers take on disk together; synthetic. */
export function sizeOnDisk(layers: readonly { readonly compressedBytes: number }[]): number {
  return layers.reduce((sum, layer) => sum + unpackedBytes(layer.compressedBytes), 0);
}

const FULL = 'There is not enough space on the disk.';

/**
 * Docker's words where missing layers do not fit into the free bytes, or undefined where they do. All of them are
 * downloaded to temporary files, which takes less time than unpacking; then each is unpacked and its file deleted.
 *
 * Source: moby v25.0.6 `distribution/pull_v2.go` (Download: io.Copy to a file GetImageBlob...) and
 * `distribution/xfer/download.go` (makeDownloadFunc: registers one layer after its parent).
 * @see https://github.com/StefanScherer/windows-docker-machine/issues/48
 */
export function spaceShortage(
  freeBytes: number,
  layers: readonly { readonly compressedBytes: number }[],
): string | undefined {
  let used = layers.reduce((sum, layer) => sum + layer.compressedBytes, 0);
  if (used > freeBytes) {
    return `write C:\\ProgramData\\docker\\tmp\\GetImageBlob123456789: ${FULL}`;
  }
  for (const { compressedBytes } of layers) {
    used += unpackedBytes(compressedBytes);
    if (used > freeBytes) {
      const importLayer = `hcsshim::ImportLayer failed in Win32: ${FULL} (0x70)`;
      return `failed to register layer: re-exec error: exit status 1: output: ${importLayer}`;
    }
    used -= compressedBytes;
  }
  return undefined;
}
