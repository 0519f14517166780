import { pipelinePath } from '../../contract/documents/pipeline-description';
import { HOST_SERVICES } from '../../contract/values/host-services';
import { readChannel } from '../publish/move-channel';
import { fine, unsure, wrong, type Check, type CheckResult } from './pipeline-inspector';

/** Whether the hosts of each fleet of the region reach what they call, by routes and endpoints of their subnets. */
export const checkFleetEgress: Check = async ({ inspector }) => {
  const fleets = await inspector.fleetSubnets();
  return Promise.all(
    fleets.map(async ({ group, subnetIds }): Promise<CheckResult> => {
      const check = `egress of ${group}, by routes`;
      const networks = await Promise.all(subnetIds.map((id) => inspector.networkOf(id)));
      const closed = networks
        .filter((one) => one !== undefined)
        .filter(({ defaultRoute }) => defaultRoute === undefined);
      const lacking = closed.flatMap(({ endpoints, subnetId }) => {
        const missing = HOST_SERVICES.filter(
          (service) => !endpoints.some((one) => one.endsWith(`.${service}`)),
        );
        return missing.length === 0 ? [] : [`${subnetId} has no endpoint of ${missing.join(', ')}`];
      });
      if (lacking.length > 0) {
        const wayOut = 'Give it a NAT gateway, or the endpoints; without them no launch is completed.';
        return wrong(check, `${lacking.join('; ')}, and no default route`, wayOut);
      }
      return closed.length === 0
        ? fine(check, 'its subnets have a default route; not tried from inside')
        : unsure(
            check,
            'endpoints only',
            'Images must come from ECR or the cache of the AMI; start a task to see that they do.',
          );
    }),
  );
};

const SERVICES = [
  ['AWSServiceRoleForECS', 'ecs.amazonaws.com'],
  ['AWSServiceRoleForAutoScaling', 'autoscaling.amazonaws.com'],
] as const;

/**
 * Whether the account has the service-linked roles without which the first deployment of a fleet fails.
 *
 * @see https://docs.aws.amazon.com/AmazonECS/latest/developerguide/using-service-linked-roles-for-clusters.html
 */
export const checkServiceLinkedRoles: Check = async ({ inspector }) => {
  const fleets = await inspector.fleetSubnets();
  return Promise.all(
    SERVICES.map(async ([role, service]): Promise<CheckResult> => {
      const create = `aws iam create-service-linked-role --aws-service-name ${service}`;
      if ((await inspector.trustOf(role)) !== undefined) {
        return fine(role, 'it exists');
      }
      return fleets.length === 0
        ? fine(role, `it does not exist, and no fleet is here; before the first: ${create}`)
        : wrong(role, 'it does not exist, though the region has fleets', `Create it: ${create}.`);
    }),
  );
};

/**
 * Whether EC2 keeps snapshots ready of the current AMI, and which fleets cannot start from them; nothing where it has no Fast Launch.
 *
 * @see https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/win-fast-launch-monitor.html
 * @see https://github.com/aws/karpenter-provider-aws/issues/9014
 */
export const checkFastLaunch: Check = async ({ inspector, stores }, description) => {
  const { account, region } = description;
  const home = await stores.of({ account, region });
  // A damaged one is a line of its own.
  const current = await readChannel(home, pipelinePath(description), 'current').catch(() => undefined);
  const found = current && (await inspector.fastLaunchOf(region, current.amiId));
  if (current === undefined || found === undefined) {
    return [];
  }
  const check = `Fast Launch of ${current.id}`;
  const groups = await inspector.fleetsWithRootDevice();
  return [
    found.state === 'enabled'
      ? fine(check, 'enabled')
      : found.state === 'enabling'
        ? unsure(check, 'EC2 is preparing the first snapshots', 'Look again in half an hour.')
        : wrong(
            check,
            `${found.state}: ${found.reason}`,
            'EC2 names the cause: most often the VPC or metadata that a policy asks for. Name a "fastLaunch.launchTemplate" of the pipeline.',
          ),
    ...groups.map((group) =>
      unsure(
        `Fast Launch on ${group}`,
        'its launch template names a root device, so that it starts from no such snapshot',
        'Where it follows this pipeline say "fastLaunch" of the fleet, or leave it out of the pipeline.',
      ),
    ),
  ];
};
