import { lastPatchTuesday } from '../../lib/core/calendar/patch-tuesday';
import { GOOD_AMI } from '../aws/fleet/ami-behaviour';
import type { BacktestBake } from '../rehearsal/backtest/backtest-report';
import { ACCOUNTS, Installation, publicationOf, type FleetPlan } from './installation';

const HOUR = 3_600_000;

/** What fleets in rings are measured with. */
export interface RingOptions {
  /** Of a backtest, in their order. */
  readonly bakes: readonly BacktestBake[];
  /** From the order to the publication, with which the channel moves. */
  readonly bakeHours: number;
  readonly fleets: number;
  readonly rings: number;
}

/** How long a ring took to the last instance of its last fleet. */
export interface RingHours {
  readonly ring: number;
  /** From 10:00 Pacific of the Patch Tuesday, for each publication of a newer revision; null where the next one came first. */
  readonly fromRelease: readonly (number | null)[];
  readonly fromPublication: readonly (number | null)[];
}

/** Rolls fleets of one to twenty instances, in rings over three accounts, to what a backtest baked. */
export async function measureRings({
  bakes,
  bakeHours,
  fleets,
  rings,
}: RingOptions): Promise<readonly RingHours[]> {
  const moves = bakes
    .filter(({ host, mode }, index) => host !== bakes[index - 1]?.host || mode !== bakes[index - 1]?.mode)
    .map(({ at, host, mode }, index) => {
      const movedAt = Date.parse(at) + bakeHours * HOUR;
      return {
        movedAt,
        host,
        released: lastPatchTuesday(new Date(at)).getTime(),
        publication: publicationOf(host, index + 1, new Date(movedAt), mode),
      };
    });
  const [first, ...others] = moves;
  if (first === undefined) {
    return [];
  }
  const installation = new Installation({
    start: new Date(first.movedAt),
    first: first.publication,
    fleets: Array.from({ length: fleets }, (_, index) => planOf(index, rings)),
    behaviourOf: () => GOOD_AMI,
  });
  const measured = Array.from({ length: rings }, (_, ring) => ({
    ring,
    fromRelease: [] as (number | null)[],
    fromPublication: [] as (number | null)[],
  }));
  for (const [index, { host, movedAt, publication, released }] of others.entries()) {
    await installation.passUntil(movedAt);
    installation.publish(publication);
    const until = others[index + 1]?.movedAt ?? movedAt + 14 * 24 * HOUR;
    const ends = await lastInstances(installation, publication.amiId, rings, until);
    if (host !== moves[index]?.host) {
      measured.forEach(({ fromPublication, fromRelease, ring }) => {
        const end = ends.get(ring);
        fromPublication.push(end === undefined ? null : (end - movedAt) / HOUR);
        fromRelease.push(end === undefined ? null : (end - released) / HOUR);
      });
    }
  }
  return measured;
}

/** When the last instance of each ring ran an AMI, to the quarter of an hour. */
async function lastInstances(
  { clock, fleets, passUntil }: Installation,
  amiId: string,
  rings: number,
  until: number,
): Promise<ReadonlyMap<number, number>> {
  const ends = new Map<number, number>();
  while (ends.size < rings && clock.now().getTime() < until) {
    await passUntil(Math.min(until, clock.now().getTime() + HOUR / 4));
    for (let ring = 0; ring < rings; ring += 1) {
      const isThere = fleets
        .filter(({ policy }) => policy.ring === ring)
        .every(({ simulated }) => simulated.instances.every((one) => one.amiId === amiId));
      if (isThere && !ends.has(ring)) {
        ends.set(ring, clock.now().getTime());
      }
    }
  }
  return ends;
}

function planOf(index: number, rings: number): FleetPlan {
  return {
    name: `fleet-${index}`,
    account: ACCOUNTS[index % ACCOUNTS.length] ?? '',
    instances: 1 + ((index * 7) % 20),
    policy: { ring: index % rings },
  };
}
