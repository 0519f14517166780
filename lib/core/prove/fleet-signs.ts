import type { Fact, ProofFacts, SeenActivity, SeenFleet, SeenGroup, SeenHost, SeenRefresh } from './facts';
import { decided, inEach, ofFleets, within, type ClaimSigns, type Sign } from './sign';

const NO_ROLLOUT = 'No rollout of a fleet of the pipeline has ended so yet.';
const NO_HOST = 'No host has joined with its attributes yet: publish, and wait for a rollout.';

/** What the groups, refreshes and hosts of fleets say. */
export const FLEET_SIGNS: Readonly<Record<string, ClaimSigns>> = {
  'versions-equal-their-source': ofFleets(NO_ROLLOUT, ({ fleet, versions }) =>
    within(versions, (all) => {
      const made = all.filter(({ amiId }) => amiId !== '');
      // Each was made from another one; with two rollouts they are three.
      const odd = made.filter((one) => all.every((other) => other === one || other.rest !== one.rest));
      return odd.length > 0
        ? odd.map(({ number }) => ({
            against: `${fleet}: version ${number} equals no other but for its AMI`,
          }))
        : made.length < 3
          ? undefined
          : {
              for: `${fleet}: versions ${made.map(({ number }) => number).join(', ')} differ in their AMI alone`,
            };
    }),
  ),
  'refresh-reason-holds-the-code': ofRefreshes(
    'No refresh has lacked capacity yet.',
    ({ activities, fleet }, refresh) =>
      !/Failed|Rollback/.test(refresh.status) || refresh.percentage > 0
        ? undefined
        : within(activities, (all) => {
            const codes = during(all, refresh).flatMap(({ kind, message }) =>
              kind === 'launch' ? (CAPACITY_CODE.exec(message)?.[0] ?? []) : [],
            );
            const [code] = codes;
            return code === undefined
              ? undefined
              : decided(
                  refresh.reason.includes(code) || /could not (?:be )?launch/i.test(refresh.reason),
                  `${fleet}: ${code} in an activity, the refresh says: ${refresh.reason || 'nothing'}`,
                );
          }),
  ),
  'refresh-takes-protected-instances': ofRefreshes(NO_ROLLOUT, ({ fleet, group }, refresh) =>
    within(group, ({ protectsInstances }) =>
      !protectsInstances || !refresh.takesProtected
        ? undefined
        : /protected/i.test(refresh.reason)
          ? { against: `${fleet}: ${refresh.status}: ${refresh.reason}` }
          : refresh.status === 'Successful' && refresh.checkpoints.length === 0
            ? { for: `${fleet}: ${refresh.id} of a protected group is ${refresh.status}` }
            : undefined,
    ),
  ),
  'lone-checkpoint-ends-successful': ofRefreshes(
    'No refresh has ended at its only checkpoint yet.',
    ({ fleet }, { checkpoints, id, percentage, status }) =>
      checkpoints.length !== 1 || (checkpoints[0] ?? 100) >= 100 || status !== 'Successful'
        ? undefined
        : decided(
            percentage < 100,
            `${fleet}: ${id} with checkpoint ${checkpoints[0] ?? 0} ended at ${percentage} %`,
          ),
  ),
  'mixed-policy-goes-back-whole': ofRefreshes(
    'No fleet with a Spot share was rolled yet.',
    ({ fleet, group }, refresh) =>
      within(group, ({ mixed }) =>
        mixed === null || refresh.status !== 'Successful'
          ? undefined
          : decided(
              refresh.mixed === mixed,
              `${fleet}: ${refresh.id} brought ${refresh.mixed === mixed ? "the group's" : 'another'} policy of mixed instances`,
            ),
      ),
  ),
  'launches-first-at-maximum': ofRefreshes(
    'No group was rolled at its maximum yet.',
    ({ activities, fleet, group }, refresh) =>
      within(group, ({ desired, max }) =>
        desired !== max ||
        desired === 0 ||
        refresh.maxHealthyPercentage <= 100 ||
        refresh.status !== 'Successful'
          ? undefined
          : within(activities, (all) => {
              const [first] = during(all, refresh).filter(({ kind }) => kind !== 'other');
              return first === undefined
                ? undefined
                : decided(first.kind === 'launch', `${fleet}: ${refresh.id} began with a ${first.kind}`);
            }),
      ),
  ),
  'second-refresh-skips-the-new': ofFleets(NO_ROLLOUT, (fleet) =>
    within(fleet.refreshes, (all) =>
      all.flatMap((second, index) => {
        const first = all[index + 1];
        return second.status === 'Successful' &&
          first?.status === 'Cancelled' &&
          first.version === second.version
          ? countedLaunches(fleet, { ...second, startedAt: first.startedAt })
          : [];
      }),
    ),
  ),
  'agent-takes-the-switches': { ifNone: NO_HOST, signs: (facts) => joined(facts, () => true) },
  'ec2launch-v2-is-ready-again': {
    ifNone: NO_HOST,
    signs: (facts) => (/20(22|25)/.test(facts.os) ? joined(facts, isBaked) : []),
  },
  'ec2launch-v1-is-ready-again': {
    ifNone: NO_HOST,
    signs: (facts) => (/20(16|19)/.test(facts.os) ? joined(facts, isBaked) : []),
  },
  'ecs-policy-is-enough': ofFleets('No host runs a task yet.', ({ hosts }) =>
    inEach(hosts, ({ instanceId, isConnected, tasks }) => [
      ...tasks.flatMap(({ reasons }) =>
        reasons
          .filter((reason) => /not authorized to perform: (?:ecs|logs):/.test(reason))
          .map((reason) => ({ against: `${instanceId}: ${reason}` })),
      ),
      ...(isConnected && tasks.some(({ status }) => status === 'RUNNING')
        ? [{ for: `${instanceId} is connected and runs a task` }]
        : []),
    ]),
  ),
  'pool-registers-in-service-only': ofFleets(
    'No fleet has a warm pool with instances yet.',
    ({ fleet, pool }) =>
      within(pool, (seen) =>
        seen === null || seen.ids.length === 0
          ? undefined
          : decided(
              seen.registered.length === 0,
              `${fleet}: ${seen.ids.length} instances in the pool, ${seen.registered.length} of them registered`,
            ),
      ),
  ),
  'pool-is-described': ofFleets(
    'No fleet with a warm pool was rolled yet.',
    ({ fleet, group, pool, refreshes }) =>
      within(pool, (seen) =>
        seen === null
          ? undefined
          : within(group, ({ hasPoolConfiguration }) =>
              hasPoolConfiguration
                ? inEach(refreshes, ({ hasPoolProgress, id }) =>
                    hasPoolProgress
                      ? { for: `${fleet}: the group shows its pool, and ${id} its progress` }
                      : undefined,
                  )
                : { against: `${fleet}: it has a warm pool, and the description of its group none` },
            ),
      ),
  ),
};

const CAPACITY_CODE =
  /InsufficientInstanceCapacity|VcpuLimitExceeded|InsufficientFreeAddressesInSubnet|\w+LimitExceeded/;
/** What Auto Scaling writes where a person, a policy or a schedule changed the capacity. */
const SCALED = /capacity from \d+ to|monitor alarm|user request|scheduled action|increasing the capacity/i;
const ABANDONED = /abandon/i;

function ofRefreshes(
  ifNone: string,
  find: (fleet: SeenFleet, refresh: SeenRefresh) => Sign | readonly Sign[] | undefined,
): ClaimSigns {
  return ofFleets(ifNone, (fleet) => inEach(fleet.refreshes, (refresh) => find(fleet, refresh)));
}

/** The activities of a refresh that has ended, oldest first. */
function during(
  activities: readonly SeenActivity[],
  { endedAt, startedAt }: SeenRefresh,
): readonly SeenActivity[] {
  return activities
    .filter((one) => one.startedAt >= startedAt && (endedAt === null || one.startedAt <= endedAt))
    .sort((one, other) => (one.startedAt < other.startedAt ? -1 : 1));
}

/** A canary that the second refresh had replaced again would make more launches than instances. */
function countedLaunches({ activities, fleet, group }: SeenFleet, refresh: SeenRefresh): readonly Sign[] {
  return within(group, ({ desired }) =>
    within(activities, (all) => {
      const own = during(all, refresh);
      const launches = own.filter(({ kind, status }) => kind === 'launch' && status === 'Successful').length;
      return own.some(({ cause }) => SCALED.test(cause))
        ? { hidden: `${fleet} was scaled during its rollout, so that launches do not count.` }
        : launches === 0
          ? undefined
          : decided(launches <= desired, `${fleet}: ${launches} launches for ${desired} instances`);
    }),
  );
}

type Instance = SeenGroup['instances'][number];

/** Hosts that joined. Where none did and Auto Scaling abandoned launches, user data did not do its work. */
function joined(
  { fleets, latest }: ProofFacts,
  isMeant: (instance: Instance, latest: ProofFacts['latest']) => Fact<boolean> | boolean,
): readonly Sign[] {
  return inEach(fleets, ({ activities, fleet, group, hosts }) =>
    within(group, ({ instances }) =>
      within(hosts, (all) => {
        const connected = all.filter(({ isConnected }) => isConnected);
        const signs = instances.flatMap((instance) =>
          joinedSign(instance, connected, isMeant(instance, latest)),
        );
        return signs.length > 0 || connected.length > 0
          ? signs
          : inEach(activities, ({ kind, message }) =>
              kind === 'launch' && ABANDONED.test(message)
                ? { against: `${fleet}: no host has joined; ${message}` }
                : undefined,
            );
      }),
    ),
  );
}

function joinedSign(
  instance: Instance,
  hosts: readonly SeenHost[],
  isMeant: Fact<boolean> | boolean,
): readonly Sign[] {
  const host = hosts.find(({ instanceId }) => instanceId === instance.id);
  const meant = typeof isMeant === 'boolean' ? { seen: isMeant } : isMeant;
  return host === undefined
    ? []
    : within(meant, (isSo) =>
        isSo && host.attributes.includes('winbake.revision')
          ? { for: `${instance.id} from ${instance.amiId} joined ${host.registeredAt} with its attributes` }
          : undefined,
      );
}

/** Whether an instance runs what the pipeline published last, and no plain base AMI. */
function isBaked({ amiId }: Instance, latest: ProofFacts['latest']): Fact<boolean> {
  return 'seen' in latest
    ? {
        seen:
          latest.seen !== null && latest.seen.imageBuildVersionArn !== null && latest.seen.amiId === amiId,
      }
    : latest;
}
