import { parseDocument } from '../contracts/parse-document';
import { channelSchema } from '../contracts/publication';
import { WinbakeError } from '../errors/winbake-error';
import type { FleetControl } from '../ports/fleet-control';
import type { ParameterStore } from '../ports/parameter-store';
import { readFleetState } from './fleet-state-keeper';
import { isUnderWay } from './fleet-world';

/** What a deployment needs of a fleet. */
export interface DeploymentPorts {
  /** The fleet's group and launch template. */
  readonly control: Pick<FleetControl, 'newestRefresh' | 'cancelRefresh' | 'createLaunchTemplateVersion'>;
  /** The AMI that the group starts new instances from; undefined where there is no group yet. */
  readonly liveAmi: () => Promise<string | undefined>;
  readonly parameters: ParameterStore;
  readonly sleep: (seconds: number) => Promise<void>;
}

/** Which version a deployment has made, and where the fleet's channel and state are. */
export interface DeploymentRequest {
  readonly fleet: string;
  /** The version of the launch template that CloudFormation made, without an AMI. */
  readonly baseVersion: string;
  readonly channel: string;
  readonly state: string;
}

/** A custom resource has a quarter of an hour. */
const LONGEST_WAIT_SECONDS = 10 * 60;
const POLL_SECONDS = 10;

/**
 * Clones the version of a deployment with the AMI that the fleet runs, and gives the clone's number for the group: what
 * rollouts did is kept. A refresh that is under way is stopped, since Auto Scaling takes no other version meanwhile; the
 * fleet's next look goes on with it, from the new version. Throws a `WinbakeError` where it does not stop in time.
 * @see https://docs.aws.amazon.com/autoscaling/ec2/userguide/instance-refresh-overview.html#instance-refresh-limitations
 */
export async function cloneWithLiveAmi(
  ports: DeploymentPorts,
  request: DeploymentRequest,
): Promise<{ readonly version: string; readonly amiId: string }> {
  const live = await ports.liveAmi();
  if (live !== undefined) {
    await stopRefresh(ports, request.fleet);
  }
  // A refresh that ended meanwhile has changed the group.
  const amiId = (live === undefined ? undefined : await ports.liveAmi()) ?? (await firstAmi(ports, request));
  const description = `Winbake deployment of ${request.fleet}`;
  return {
    version: await ports.control.createLaunchTemplateVersion(request.baseVersion, amiId, description),
    amiId,
  };
}

async function stopRefresh({ control, sleep }: DeploymentPorts, fleet: string): Promise<void> {
  for (let waited = 0; ; waited += POLL_SECONDS) {
    const refresh = await control.newestRefresh();
    if (!isUnderWay(refresh)) {
      return;
    }
    if (waited >= LONGEST_WAIT_SECONDS) {
      throw new WinbakeError(
        'ROLLOUT_UNDER_WAY',
        `The fleet ${fleet} is being rolled out, and its instance refresh did not stop in time; got: '${refresh.status}'. ` +
          'Deploy again when its instances have drained.',
      );
    }
    if (refresh.status !== 'Cancelling') {
      await control.cancelRefresh();
    }
    await sleep(POLL_SECONDS);
  }
}

/** A fleet that has no group starts from its channel, unless that is bad for it. */
async function firstAmi({ parameters }: DeploymentPorts, request: DeploymentRequest): Promise<string> {
  const text = await parameters.get(request.channel);
  if (text === undefined) {
    throw new WinbakeError(
      'DOCUMENT_INVALID',
      `The parameter ${request.channel} does not exist; deploy the pipeline first, and in another account its WindowsAmiAccount.`,
    );
  }
  const channel = parseDocument(channelSchema, text, request.channel);
  const state = await readFleetState(parameters, request);
  const isBad = state?.bad.some(({ publication }) => publication === channel.id) === true;
  return isBad ? state.amiId : channel.amiId;
}
