import { PIPELINE_TAG, PUBLICATION_TAG } from '../../../lib/contract/names/resources';
import type {
  PipelineDescription,
  PublicationTarget,
} from '../../../lib/contract/documents/pipeline-description';
import { amisNamedBy, type AmiInventory } from '../../../lib/core/ports/amis';
import { digitsOf } from '../cloudformation/physical-names';
import { unmodelled } from '../cloudformation/environment';
import type { VirtualClock } from '../../clock/virtual-clock';
import type { SimulatedFleet } from '../fleet/simulated-fleet';
import type { Caller } from '../iam/role-policies';
import type { Amis } from './amis';
import { parameterArn, type Parameters } from './stores';

/** Where the AMIs of a pipeline are, and what may use them. */
export interface InventoryOptions {
  readonly amis: Amis;
  readonly parameters: Parameters;
  readonly fleets: readonly SimulatedFleet[];
  readonly clock: VirtualClock;
  readonly pipeline: PipelineDescription;
}

/** The calls by which uses are found; none of them can be limited to resources. */
const READS = [
  'ec2:DescribeInstances',
  'ec2:DescribeLaunchTemplateVersions',
  'autoscaling:DescribeAutoScalingGroups',
] as const;

/**
 * The AMIs of a pipeline in the simulated region as a caller may handle them. Other regions of its account have none, and
 * other accounts let nobody in.
 * @see https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonec2.html
 */
export function simulatedInventory(
  { amis, clock, fleets, parameters, pipeline }: InventoryOptions,
  caller: Caller,
): AmiInventory {
  const isHome = (region: string) => region === pipeline.region;
  const below = (path: string) => {
    caller.require('ssm:GetParametersByPath', parameterArn(path, pipeline));
    return Object.entries(parameters.below(path));
  };
  return {
    amisIn: (region) => {
      caller.require('ec2:DescribeImages', '*');
      caller.require('ec2:DescribeImageAttribute', '*');
      const own = amis.all.filter(
        ({ createdAt, removedAt, tags }) =>
          tags[PIPELINE_TAG] === pipeline.pipeline && removedAt === undefined && createdAt <= clock.now(),
      );
      return Promise.resolve(
        (isHome(region) ? own : []).map(({ createdAt, deprecatedAt, id, tags }) => ({
          region,
          amiId: id,
          publication: tags[PUBLICATION_TAG],
          createdAt,
          deprecatedAt,
          lastLaunchedAt: lastLaunch(fleets, id),
          sharedWith: pipeline.accounts,
        })),
      );
    },
    usesIn: ({ account, region }) => {
      requireOwn(pipeline, account);
      READS.forEach((action) => {
        caller.require(action, '*');
      });
      const named = below(pipeline.parameterPrefix).flatMap(([name, value]) =>
        amisNamedBy(pipeline.parameterPrefix, name, value).map((id) => [id, `parameter ${name}`] as const),
      );
      const uses = [...fleets.flatMap((fleet) => fleet.uses), ...named];
      return Promise.resolve((isHome(region) ? uses : []).map(([amiId, by]) => ({ region, amiId, by })));
    },
    forget: ({ account, region }, amiId) => {
      requireOwn(pipeline, account);
      for (const [name, value] of below(`${pipeline.parameterPrefix}/${pipeline.pipeline}/by-revision`)) {
        if (isHome(region) && (value === amiId || value.includes(`"${amiId}"`))) {
          caller.require('ssm:DeleteParameter', parameterArn(name, pipeline));
          parameters.delete(name);
        }
      }
      return Promise.resolve();
    },
    deprecate: (_region, amiId, at) => {
      caller.require('ec2:EnableImageDeprecation', amis.arn(amiId), amis.contextOf(amiId));
      amis.note(amiId, { deprecatedAt: at });
      return Promise.resolve();
    },
    remove: (region, amiId) => {
      const snapshot = `arn:aws:ec2:${region}::snapshot/snap-${digitsOf(amiId, 17)}`;
      caller.require('ec2:DeregisterImage', amis.arn(amiId), amis.contextOf(amiId));
      caller.require('ec2:DeleteSnapshot', snapshot, { 'aws:ResourceTag/CreatedBy': 'EC2 Image Builder' });
      amis.note(amiId, { removedAt: clock.now() });
      return Promise.resolve();
    },
  };
}

function requireOwn(pipeline: PipelineDescription, account: PublicationTarget['account']): void {
  if (account !== pipeline.account) {
    throw unmodelled(`the account ${account}`);
  }
}

function lastLaunch(fleets: readonly SimulatedFleet[], amiId: string): Date | undefined {
  const times = fleets.flatMap((fleet) => fleet.group.launchesOf(amiId));
  return times.length === 0 ? undefined : new Date(Math.max(...times));
}
