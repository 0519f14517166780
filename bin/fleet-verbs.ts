import { Option } from 'commander';
import { UsageError } from '../lib/contract/values/errors';
import type { FleetVerb, FleetWish } from '../lib/core/fleet/fleet-world';
import { readOsVersion } from '../lib/contract/values/os-version';
import { parseDuration } from './option-values';

/** A verb of the command line that changes what a fleet does. */
export interface FleetVerbCommand {
  readonly verb: FleetVerb;
  readonly summary: string;
  readonly description: string;
  readonly example: string;
  readonly argument?: readonly [name: string, description: string];
  /** How long it counts by itself; none where it ends nothing. */
  readonly lasts?: string;
  /** Whether a plan without changes is a no. */
  readonly mayRefuse: boolean;
  readonly wish: (until: { readonly until?: Date }, argument: string) => FleetWish;
}

/** The option that says how long a word counts. */
export function howLong(lasts: string): Option {
  return new Option(
    '--for <duration>',
    `how long, such as 12h or 3d, 60d at most (default: ${lasts})`,
  ).argParser(parseDuration);
}

/** The verbs that change what a fleet does, in the order of the help. */
export const FLEET_VERBS: readonly FleetVerbCommand[] = [
  {
    verb: 'hold',
    summary: 'keep a fleet where it is',
    description:
      'Keeps a fleet where it is: nothing new is rolled out, and a rollout stops where it stands. A way back goes on, and ' +
      'so does the time within which the fleet is to be patched.',
    example: 'winbake fleet hold shop --for 3d --reason "release week"',
    lasts: '14d',
    mayRefuse: false,
    wish: (until) => ({ verb: 'hold', ...until }),
  },
  {
    verb: 'unhold',
    summary: "end a fleet's hold",
    description: 'Ends the hold of a fleet, which goes on at its next look.',
    example: 'winbake fleet unhold shop --reason "release is out"',
    mayRefuse: false,
    wish: () => ({ verb: 'unhold' }),
  },
  {
    verb: 'floor',
    summary: 'never let a fleet go below an OS version',
    description:
      'Keeps a fleet from AMIs that are older than an OS version, rollbacks included; `none` lifts the floor.',
    example: 'winbake fleet floor shop 10.0.20348.4294 --reason "CVE-2025-59287"',
    argument: ['<os-version>', 'OS version of four parts, or none'],
    lasts: '60d',
    mayRefuse: false,
    wish: (until, osVersion) => {
      if (osVersion !== 'none' && readOsVersion(osVersion) === undefined) {
        throw new UsageError(
          `A floor is an OS version such as 10.0.20348.4294, or none; got: '${osVersion}'.`,
        );
      }
      return { verb: 'floor', osVersion: osVersion === 'none' ? null : osVersion, ...until };
    },
  },
  {
    verb: 'accept',
    summary: 'roll out a publication that failed on a fleet',
    description:
      'Forgives a publication that failed on a fleet: it is rolled out again, and its tasks are not judged.',
    example: 'winbake fleet accept shop 20348.4294-1 --reason "the registry was down"',
    argument: ['<publication>', 'id of the publication, such as 20348.4294-1'],
    lasts: '60d',
    mayRefuse: true,
    wish: (until, publication) => {
      if (!/^\d{1,6}\.\d{1,9}-\d+$/.test(publication)) {
        throw new UsageError(`A publication is such as 20348.4294-1; got: '${publication}'.`);
      }
      return { verb: 'accept', publication, ...until };
    },
  },
];
