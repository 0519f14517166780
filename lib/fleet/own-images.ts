import { Duration } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';
import type { WindowsAmi } from '../ami/windows-ami';
import { OWN_IMAGE_SCRIPT, WORK_FOLDER } from '../core/image-builder/component-steps';
import { checkMinutes } from '../internal/validate';

/** Where a bake leaves the script by which hosts fetch what has moved. */
const SCRIPT = `${WORK_FOLDER}\\${OWN_IMAGE_SCRIPT}`;

/** What boot, Docker and the agent may take of the time for a launch, in minutes. */
const BOOT_MINUTES = 30;

/** How long a host takes at most to fetch what has moved, unless something else is said, in minutes. */
const FETCH_MINUTES = 10;

/** What decides whether hosts fetch own images. */
interface FetchedImages {
  readonly ami: WindowsAmi;
  readonly ownImageTimeout?: Duration | undefined;
}

/**
 * The commands of user data by which a host fetches, before it joins its cluster, what the tags of own images have moved to since its AMI was
 * baked; none where no time is given to it. Ends synthesis where it would take what a launch needs.
 */
export function fetchOwnImages(
  scope: IConstruct,
  { ami, ownImageTimeout }: FetchedImages,
  launchTimeout: Duration,
): readonly string[] {
  const most = launchTimeout.isUnresolved()
    ? FETCH_MINUTES
    : launchTimeout.toMinutes({ integral: false }) - BOOT_MINUTES;
  const limit =
    ownImageTimeout ?? Duration.minutes(ami._hasOwnImages === true ? Math.min(FETCH_MINUTES, most) : 0);
  if (ownImageTimeout !== undefined) {
    checkMinutes(scope, 'ownImageTimeout', ownImageTimeout, {
      least: 0,
      most,
      wayOut: `Booting and joining may take ${BOOT_MINUTES} minutes of "launchTimeout"; raise that, or fetch for less long.`,
    });
  }
  if (limit.toSeconds() === 0) {
    return [];
  }
  // Only an AMI with own images has it.
  return [
    `try { if (Test-Path -LiteralPath '${SCRIPT}') { & '${SCRIPT}' -Seconds ${limit.toSeconds()} } } catch { Write-Host "Winbake: $_" }`,
  ];
}
