import { parseDocument } from '../../contract/documents/document';
import { channelSchema } from '../../contract/documents/publication';
import { WinbakeError } from '../../contract/values/errors';
import type { FleetControl } from '../ports/fleets';
import type { ParameterStore } from '../ports/stores';
import { foreignAmi } from './ami-owner';
import { pauseForDeployment } from './deployment-pause';
import { readFleetState } from './fleet-state';
import { isUnderWay } from './fleet-world';

/** A version of the launch template, and its AMI. */
export interface LaunchVersion {
  readonly version: string;
  readonly amiId: string;
}

/** What a deployment needs of a fleet. */
export interface DeploymentPorts {
  /** The fleet's group and launch template. */
  readonly control: Pick<
    FleetControl,
    'newestRefresh' | 'cancelRefresh' | 'createLaunchTemplateVersion' | 'ownerOf'
  >;
  /** What the group starts new instances from; undefined where there is no group yet. */
  readonly live: () => Promise<LaunchVersion | undefined>;
  /** Whether CloudFormation takes a failed deployment back. */
  readonly isRollingBack: () => Promise<boolean>;
  readonly parameters: ParameterStore;
  readonly now: () => Date;
  readonly sleep: (seconds: number) => Promise<void>;
}

/** Which version a deployment has made, and where the fleet's channel, state and pause are. */
export interface DeploymentRequest {
  readonly fleet: string;
  /** The version of the launch template that CloudFormation made, without an AMI. */
  readonly baseVersion: string;
  readonly channel: string;
  /** The account whose AMIs the fleet takes; undefined takes any. */
  readonly amiOwner?: string | undefined;
  readonly state: string;
  /** The parameter that pauses the fleet's reconciler. */
  readonly deployment: string;
}

/** A custom resource has a quarter of an hour. */
const LONGEST_WAIT_SECONDS = 10 * 60;
const POLL_SECONDS = 5;

/** A reconciler that read the pause just before it was written has started its refresh by then. */
const SETTLE_SECONDS = 20;

/**
 * Clones the version of a deployment with the AMI that the fleet runs, and gives the clone's number for the group: what
 * rollouts did is kept. The fleet's reconciler is paused first and a refresh that is under way is stopped, since Auto Scaling
 * takes no other version meanwhile; the rollout goes on from the new version. A refresh that does not stop in time is thrown as
 * a `WinbakeError`, but in a rollback of CloudFormation, which must not fail: then the group keeps the version that it has. So is a first
 * AMI of a foreign account.
 * @see https://docs.aws.amazon.com/autoscaling/ec2/userguide/instance-refresh-overview.html#instance-refresh-limitations
 */
export async function cloneWithLiveAmi(
  ports: DeploymentPorts,
  request: DeploymentRequest,
): Promise<LaunchVersion> {
  const { control, live, now, parameters } = ports;
  const clone = async (amiId: string): Promise<LaunchVersion> => ({
    version: await control.createLaunchTemplateVersion(
      request.baseVersion,
      amiId,
      `Winbake deployment of ${request.fleet}`,
    ),
    amiId,
  });
  if ((await live()) === undefined) {
    return clone(await firstAmi(ports, request));
  }
  const at = now();
  const pauseUntilGroupHas = (version: string | null) =>
    pauseForDeployment(parameters, request.deployment, { at, now: now(), version });
  await pauseUntilGroupHas(null);
  const stuckAt = await stopRefresh(ports);
  // A refresh that ended meanwhile has changed the group.
  const group = await live();
  if (stuckAt !== undefined && group !== undefined) {
    await pauseUntilGroupHas(group.version);
    if (await ports.isRollingBack()) {
      return group;
    }
    throw new WinbakeError(
      'ROLLOUT_UNDER_WAY',
      `The fleet ${request.fleet} is being rolled out, and its instance refresh did not stop in ten minutes; got: '${stuckAt}'. ` +
        `Deploy again when it has ended; until then a hold keeps the next one from starting: winbake fleet hold ${request.fleet} --reason "..."`,
    );
  }
  const made = await clone(group?.amiId ?? (await firstAmi(ports, request)));
  await pauseUntilGroupHas(made.version);
  return made;
}

/**
 * Stops the refresh, and looks for one that starts at the same moment. Gives the status of one that does not stop in time. No
 * instance is waited for: Windows boots for minutes, and one that drains may do so for two days.
 * @see https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_CancelInstanceRefresh.html
 */
async function stopRefresh({ control, sleep }: DeploymentPorts): Promise<string | undefined> {
  for (let waited = 0; ; waited += POLL_SECONDS) {
    const refresh = await control.newestRefresh();
    const isBusy = isUnderWay(refresh);
    if (!isBusy && waited >= SETTLE_SECONDS) {
      return undefined;
    }
    if (isBusy && waited >= LONGEST_WAIT_SECONDS) {
      return refresh.status;
    }
    if (isBusy && refresh.status !== 'Cancelling') {
      await control.cancelRefresh({ waitsForInstances: false });
    }
    await sleep(POLL_SECONDS);
  }
}

/** A fleet that has no group starts from its channel, unless that is bad for it. */
async function firstAmi(
  { control, parameters }: DeploymentPorts,
  request: DeploymentRequest,
): Promise<string> {
  const text = await parameters.get(request.channel);
  if (text === undefined) {
    throw new WinbakeError(
      'DOCUMENT_INVALID',
      `The parameter ${request.channel} does not exist; deploy the pipeline first, and in another account its WindowsAmiAccount.`,
    );
  }
  const channel = parseDocument(channelSchema, text, request.channel);
  const state = await readFleetState(parameters, request);
  if (state?.bad.some(({ publication }) => publication === channel.id) === true) {
    return state.amiId;
  }
  const foreign = await foreignAmi(control, channel, request);
  if (foreign !== undefined) {
    throw new WinbakeError('PUBLICATION_REFUSED', `The fleet ${request.fleet} was not made: ${foreign}.`);
  }
  return channel.amiId;
}
