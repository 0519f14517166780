import { Annotations, Stack } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';
import type { IWindowsAmiPipeline } from '../ami/i-windows-ami-pipeline';
import type { WindowsAmi } from '../ami/windows-ami';
import { onceWhole } from '../internal/validate';
import type { WindowsCapacityProviderProps } from './windows-capacity-provider-props';

/** What of a fleet its pipeline has to fit. */
type FleetOfPipeline = Pick<WindowsCapacityProviderProps, 'ami' | 'fastLaunch' | 'ownImageCredentials'>;

/**
 * Warns where a fleet and the pipeline of its AMI do not fit together, if that is of the app: given directly, or known by the parameters
 * of the channel.
 */
export function warnOfPipeline(scope: IConstruct, fleet: FleetOfPipeline): void {
  onceWhole(scope, () => {
    const { ami } = fleet;
    const pipeline = ami._pipelineFor(scope);
    if (pipeline === undefined) {
      return;
    }
    warnOfFastLaunch(scope, pipeline, fleet);
    warnOfUnused(scope, pipeline, Object.keys(fleet.ownImageCredentials ?? {}));
    if (!ami._isFromPipeline) {
      warnOfOtherOs(scope, pipeline, ami);
      if (Stack.of(pipeline) === Stack.of(scope)) {
        ami._warnOfSameStack(scope);
      }
    }
  });
}

/** The snapshots are of the account and region of the pipeline alone. */
function warnOfFastLaunch(
  scope: IConstruct,
  { _hasFastLaunch: hasFastLaunch, env, pipelineName }: IWindowsAmiPipeline,
  { ami, fastLaunch = false }: FleetOfPipeline,
): void {
  const isNamed = !ami._isFromPipeline;
  if (isNamed && (env.account !== Stack.of(scope).account || env.region !== Stack.of(scope).region)) {
    return;
  }
  if (hasFastLaunch !== undefined && hasFastLaunch !== fastLaunch) {
    Annotations.of(scope).addWarningV2(
      'winbake:fastLaunch',
      hasFastLaunch
        ? `The pipeline ${pipelineName} keeps snapshots of Fast Launch, which this fleet never uses, since its launch template names a root ` +
            'device. Say "fastLaunch" of the fleet, without "volume".'
        : `The pipeline ${pipelineName} has no Fast Launch, so that "fastLaunch" of the fleet only takes its volume from the AMI. Say ` +
            '"fastLaunch" of the pipeline too, or leave it out.',
    );
  }
}

/** Secrets by which nothing is fetched, where it is known what the AMI holds. */
function warnOfUnused(
  scope: IConstruct,
  { _ownImageHosts: hosts, pipelineName }: IWindowsAmiPipeline,
  registries: readonly string[],
): void {
  const unused = registries.filter((registry) => hosts?.includes(registry) === false);
  if (hosts !== undefined && unused.length > 0) {
    const cached =
      hosts.length === 0 ? 'none of a registry other than ECR' : `those of ${[...new Set(hosts)].join(', ')}`;
    Annotations.of(scope).addWarningV2(
      'winbake:ownImageCredentials',
      `"ownImageCredentials" names ${unused.join(', ')}, of which pipeline ${pipelineName} caches no image, but ${cached}: ` +
        'hosts read the secret for nothing. Leave it out, or cache an image by CachedImage.fromRegistry.',
    );
  }
}

/** Tasks are placed by what the hosts are, whatever the fleet says. */
function warnOfOtherOs(
  scope: IConstruct,
  { node, os, pipelineName }: IWindowsAmiPipeline,
  ami: WindowsAmi,
): void {
  if (os.name !== ami.os.name) {
    Annotations.of(scope).addWarningV2(
      'winbake:pipelineOs',
      `The AMI of pipeline ${pipelineName} is said to be of ${ami.os.name}, and ${node.path} bakes ${os.name}, so that no task of ` +
        `${ami.os.name} is ever placed; got: os ${ami.os.name}. Say the os of the pipeline, or name another one.`,
    );
  }
}
