import type { ImageSet, SetImage } from '../../contract/documents/catalog';
import type { Order } from '../../contract/documents/order';
import { compatibility } from './compatibility';
import { readOsVersion, type OsVersion } from '../../contract/values/os-version';
import { fits } from './choose-image';
import { isExtra } from './image-extra';
import { modeOfImage, worstMode, type Mode } from '../../contract/values/mode';

/** The set that a host takes, with the mode of each image and of the whole; or why it takes none. */
export type ImageSetChoice =
  | { readonly set: ImageSet; readonly modes: Readonly<Record<string, Mode>>; readonly mode: Mode }
  | { readonly error: 'HOST_BEHIND_TARGET' | 'HOST_WITHOUT_IMAGE' };

/**
 * The rule by which a build instance chooses: of the accepted sets, newest first, the first whose target and images it may
 * all run; a host that stayed below the order's target takes none. `Select-ImageSet` of the instance scripts is the same rule
 * in PowerShell, and one table of cases tests both.
 */
export function chooseImageSet(
  sets: readonly ImageSet[],
  host: OsVersion,
  order: OrderedSet & Pick<Order, 'targetRevision'>,
): ImageSetChoice {
  if (order.targetRevision > host.revision) {
    return { error: 'HOST_BEHIND_TARGET' };
  }
  const set = newestFirst(sets, order).find((one) => isRunnable(one, host));
  if (set === undefined) {
    return { error: 'HOST_WITHOUT_IMAGE' };
  }
  const modes = set.images.map(({ family, late, osVersion }): [string, Mode] => [
    family,
    modeOfImage(host, osVersion, late),
  ]);
  return { set, modes: Object.fromEntries(modes), mode: setModeOf(modes) };
}

/** The set of an order, and when that was made. */
interface OrderedSet {
  readonly set: string;
  readonly at: Date;
}

/** Sets as they were accepted, newest first; the set of an order counts from then on, since one that comes back keeps its first instant. */
export function newestFirst(sets: readonly ImageSet[], order: OrderedSet | undefined): readonly ImageSet[] {
  const since = ({ at, id }: ImageSet) =>
    Math.max(Date.parse(at), order?.set === id ? order.at.getTime() : 0);
  return [...sets].sort((one, other) => since(other) - since(one));
}

/** What is cached beside the families does not make a set worse. */
function setModeOf(modes: readonly [string, Mode][]): Mode {
  return worstMode(modes.flatMap(([family, mode]) => (isExtra(family) ? [] : mode)));
}

function isRunnable(set: ImageSet, host: OsVersion): boolean {
  const target = readOsVersion(set.target);
  return (
    target?.build === host.build &&
    target.revision <= host.revision &&
    set.images.every((image) => fitsHost(image, host))
  );
}

/** Whether a host may run the image of a set or manifest: R1, save that an extra of 2022 also runs on 2025. */
export function fitsHost(
  { family, osVersion }: Pick<SetImage, 'family' | 'osVersion'>,
  host: OsVersion,
): boolean {
  const version = readOsVersion(osVersion);
  if (version === undefined) {
    return false;
  }
  return (isExtra(family) && isGuest(host, version)) || fits(host, version);
}

function isGuest(host: OsVersion, image: OsVersion): boolean {
  return image.build !== host.build && compatibility(host, image).compatible;
}
