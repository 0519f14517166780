import { formatBytes } from '../../lib/contract/values/printable';
import { formatTable } from '../shared/table';

/** An image of running tasks, and what a host of one publication had to pull for it. */
export interface PulledImage {
  /** What the hosts run; null where that is no publication that the fleet knows. */
  readonly publication: string | null;
  readonly image: string;
  readonly digest: string | null;
  /** How many containers run it there. */
  readonly containers: number;
  /** Compressed bytes of the layers that the AMI has not; null where they are not known. */
  readonly pulledBytes: number | null;
  /** Of these, those of layers that Microsoft's images have had. */
  readonly baseBytes: number | null;
  readonly code: string | null;
  readonly message: string | null;
}

/** What hosts had to pull, for people, and why something is not known. */
export function pulledTable(images: readonly PulledImage[], width?: number): string {
  if (images.length === 0) {
    return '\nNo task runs on its instances.\n';
  }
  const size = (bytes: number | null) => (bytes === null ? 'unknown' : formatBytes(bytes));
  const messages = new Set(images.flatMap(({ message }) => message ?? []));
  return (
    '\nWhat a new host pulls of the images that run, by the layers of its AMI\n' +
    formatTable(
      [
        { title: 'publication' },
        { title: 'image' },
        { title: 'containers', align: 'right' },
        { title: 'pulled', align: 'right' },
        { title: 'of base layers', align: 'right' },
      ],
      images.map(({ baseBytes, containers, image, publication, pulledBytes }) => [
        publication ?? 'unknown',
        image,
        String(containers),
        size(pulledBytes),
        size(baseBytes),
      ]),
      width,
    ) +
    [...messages].map((message) => `${message}\n`).join('')
  );
}
