import { percentile } from '../../contract/values/percentile';
import { NO_LAUNCH } from '../fleet/between-refreshes';
import type { Fact, ProofFacts, SeenActivity, SeenFleet, SeenGroup, SeenHost, SeenRefresh } from './facts';
import { decided, inEach, ofFleets, within, type ClaimSigns, type Sign, type Signs } from './sign';

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
  'refresh-reason-holds-the-code': ofNewestRefresh(
    'The newest refresh of no fleet has been without capacity.',
    (fleet, refresh) =>
      !/Failed|Rollback/.test(refresh.status) || refresh.percentage > 0
        ? undefined
        : during(fleet, refresh, (own) => {
            const [code] = own.flatMap(({ kind, message }) =>
              kind === 'launch' ? (NO_LAUNCH.exec(message)?.[0] ?? []) : [],
            );
            return code === undefined
              ? undefined
              : decided(
                  NO_LAUNCH.test(refresh.reason),
                  `${fleet.fleet}: ${code} in an activity, the refresh says: ${refresh.reason || 'nothing'}`,
                );
          }),
  ),
  'refresh-takes-protected-instances': ofNewestRefresh(NO_ROLLOUT, (fleet, refresh) =>
    within(fleet.group, ({ protectsInstances }) =>
      !protectsInstances || !refresh.takesProtected
        ? undefined
        : /protected/i.test(refresh.reason)
          ? { against: `${fleet.fleet}: ${refresh.status}: ${refresh.reason}` }
          : refresh.status !== 'Successful' || refresh.checkpoints.length > 0
            ? undefined
            : during(fleet, refresh, (own) => {
                const gone = own.filter(
                  ({ kind, status }) => kind === 'terminate' && status === 'Successful',
                );
                return gone.length === 0
                  ? undefined
                  : { for: `${fleet.fleet}: ${refresh.id} terminated ${gone.length} of a protected group` };
              }),
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
  'small-group-pauses-at-one': ofRefreshes(
    'No canary of one instance has ended in a larger group yet.',
    (fleet, refresh) =>
      within(fleet.group, ({ desired }) => {
        const [checkpoint = 100, ...others] = refresh.checkpoints;
        const isOne = desired > 1 && Math.ceil((desired * checkpoint) / 100) === 1;
        return !isOne || others.length > 0 || !['Successful', 'Cancelled'].includes(refresh.status)
          ? undefined
          : unscaledSince(fleet, refresh, (own) => {
              const launches = own.filter(({ kind, status }) => kind === 'launch' && status === 'Successful');
              return launches.length === 0
                ? undefined
                : decided(
                    launches.length === 1,
                    `${fleet.fleet}: ${refresh.id} launched ${launches.length} of ${desired} before its checkpoint of ${checkpoint} %`,
                  );
            });
      }),
  ),
  'instance-takes-what-rehearsals-say': ofFleets('No start of an instance was measured yet.', (fleet) =>
    within(fleet.starts, (all) => {
      const registered = all.filter(({ again }) => !again).map((one) => one.registered);
      const median = percentile(registered, 50);
      return registered.length === 0
        ? undefined
        : decided(
            median >= 300 && median <= 1200,
            `${fleet.fleet}: ${registered.length} instances registered after ${(median / 60).toFixed(1)} min in the median`,
          );
    }),
  ),
  'mixed-policy-goes-back-whole': ofNewestRefresh(
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
  'launches-first-at-maximum': ofNewestRefresh('No group was rolled at its maximum yet.', (fleet, refresh) =>
    within(fleet.group, ({ desired, max }) =>
      desired !== max ||
      desired === 0 ||
      refresh.maxHealthyPercentage <= 100 ||
      refresh.status !== 'Successful'
        ? undefined
        : unscaledSince(fleet, refresh, (own) => {
            const [first] = own.filter(({ kind }) => kind !== 'other');
            return first === undefined
              ? undefined
              : decided(first.kind === 'launch', `${fleet.fleet}: ${refresh.id} began with a ${first.kind}`);
          }),
    ),
  ),
  'second-refresh-skips-the-new': ofFleets(NO_ROLLOUT, (fleet) =>
    within(fleet.refreshes, ([second, first]) =>
      second?.status === 'Successful' && first?.status === 'Cancelled' && first.version === second.version
        ? countedLaunches(fleet, { ...second, startedAt: first.startedAt })
        : undefined,
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

/** What Auto Scaling writes where a person, a policy or a schedule changed the capacity. */
const SCALED = /capacity from \d+ to|monitor alarm|user request|scheduled action|increasing the capacity/i;
const ABANDONED = /abandon/i;

function ofRefreshes(ifNone: string, find: (fleet: SeenFleet, refresh: SeenRefresh) => Signs): ClaimSigns {
  return ofFleets(ifNone, (fleet) => inEach(fleet.refreshes, (refresh) => find(fleet, refresh)));
}

/** Of the newest refresh of each fleet alone: before an older one its group may have been another. */
function ofNewestRefresh(
  ifNone: string,
  find: (fleet: SeenFleet, refresh: SeenRefresh) => Signs,
): ClaimSigns {
  return ofFleets(ifNone, (fleet) =>
    within(fleet.refreshes, ([newest]) => (newest === undefined ? undefined : find(fleet, newest))),
  );
}

/** Finds in all activities since a refresh began, oldest first: one of before shows that the list reaches back so far. */
function since(
  { activities, fleet }: SeenFleet,
  { id, startedAt }: SeenRefresh,
  find: (activities: readonly SeenActivity[]) => Signs,
): readonly Sign[] {
  return within(activities, (all) =>
    all.some((one) => one.startedAt !== '' && one.startedAt < startedAt)
      ? find(
          all
            .filter((one) => one.startedAt >= startedAt)
            .sort((one, other) => (one.startedAt < other.startedAt ? -1 : 1)),
        )
      : { hidden: `The activities of ${fleet} that were read do not reach back to before ${id}.` },
  );
}

/** Finds in the activities of a refresh, oldest first. */
function during(
  fleet: SeenFleet,
  refresh: SeenRefresh,
  find: (activities: readonly SeenActivity[]) => Signs,
): readonly Sign[] {
  const { endedAt } = refresh;
  return since(fleet, refresh, (all) =>
    find(all.filter(({ startedAt }) => endedAt === null || startedAt <= endedAt)),
  );
}

/** The same, where the group still has the capacity that it had then. */
function unscaledSince(
  fleet: SeenFleet,
  refresh: SeenRefresh,
  find: (activities: readonly SeenActivity[]) => Signs,
): readonly Sign[] {
  return since(fleet, refresh, (all) =>
    all.some(({ cause }) => SCALED.test(cause))
      ? {
          hidden: `${fleet.fleet} was scaled since its rollout began, so that its capacity then is not known.`,
        }
      : during(fleet, refresh, find),
  );
}

/** A canary that the second refresh had replaced again would make more launches than instances. */
function countedLaunches(fleet: SeenFleet, refresh: SeenRefresh): readonly Sign[] {
  return within(fleet.group, ({ desired }) =>
    unscaledSince(fleet, refresh, (own) => {
      const launches = own.filter(({ kind, status }) => kind === 'launch' && status === 'Successful').length;
      return launches === 0
        ? undefined
        : decided(launches <= desired, `${fleet.fleet}: ${launches} launches for ${desired} instances`);
    }),
  );
}

type Instance = SeenGroup['instances'][number];

/** Hosts that joined. Where none did and Auto Scaling abandoned launches of a baked AMI, user data did not do its work. */
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
          : within(latest, (publication) =>
              publication === null || publication.imageBuildVersionArn === null
                ? undefined
                : inEach(activities, ({ kind, message, startedAt }) =>
                    kind === 'launch' &&
                    ABANDONED.test(message) &&
                    Date.parse(startedAt) >= Date.parse(publication.at)
                      ? { against: `${fleet}: no host has joined; ${message}` }
                      : undefined,
                  ),
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
