import { pipelinePath } from '../../contract/documents/pipeline-description';
import { HOST_SERVICES } from '../../contract/values/host-services';
import { isJsonObject, type JsonObject } from '../../contract/values/json';
import { readChannel } from '../publish/move-channel';
import {
  type Check,
  type CheckResult,
  fine,
  type FleetCheck,
  type FleetInspector,
  type InspectedDomainlessService,
  unsure,
  wrong,
} from './pipeline-inspector';

/** A fleet as its state and its group show it. */
export interface ExaminedFleet {
  readonly fleet: string;
  readonly autoScalingGroup: string;
  readonly isGroupThere: boolean;
  /** What it is to run; null before its first poll. */
  readonly wanted: { readonly id: string; readonly amiId: string } | null;
}

/** Whether this account may start what each fleet is to run, which another account may have to share first. */
export function checkFleetAmis(fleets: readonly ExaminedFleet[], region: string): FleetCheck {
  return ({ inspector }) =>
    Promise.all(
      fleets.map(async ({ autoScalingGroup, fleet, isGroupThere, wanted }): Promise<CheckResult> => {
        const check = `AMI of ${fleet}`;
        if (!isGroupThere) {
          const wayOut = `Where its stack was deleted: \`winbake fleet forget ${fleet}\`.`;
          return wrong(check, `its group ${autoScalingGroup} is gone`, wayOut);
        }
        if (wanted === null) {
          const wayOut =
            "Wait 15 minutes for its first poll; else see the log of its stack's rollout function.";
          return unsure(check, 'what it is to run is not known yet', wayOut);
        }
        const state = await inspector.amiState(region, wanted.amiId);
        const named = `${wanted.amiId} of ${wanted.id}`;
        return state === 'available'
          ? fine(check, `${named} is available`)
          : wrong(
              check,
              state === undefined
                ? `${named} is not here: not shared with this account, or gone`
                : `${named} is ${state}`,
              "`winbake pipeline doctor` in the pipeline's account has a line for this account.",
            );
      }),
    );
}

/** Whether the hosts of each fleet of the region reach what they call, by routes and endpoints of their subnets. */
export const checkFleetEgress: FleetCheck = async ({ inspector }) => {
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
export const checkServiceLinkedRoles: FleetCheck = async ({ inspector }) => {
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

const PAGE = 'https://docs.aws.amazon.com/AmazonECS/latest/developerguide/windows-gmsa.html';

/** What ECS's plugin for domainless gMSA is registered as; AWS's page asks for it in each credential spec. */
const PLUGIN = '{859E1386-BDB4-49E8-85C7-3070B13920E1}';

/** What the plugin reads of the user that a task joins its domain with. */
const USER_KEYS = ['username', 'password', 'domainName'] as const;

/**
 * Whether what domainless gMSA needs is there, for each service of a fleet whose tasks have such a credential spec: hosts that offer it,
 * the spec, the user that it names, and the rights to read both.
 *
 * @see https://docs.aws.amazon.com/AmazonECS/latest/developerguide/windows-gmsa.html#windows-gmsa-domainless
 */
export const checkGmsa: FleetCheck = async ({ inspector }) => {
  const services = await inspector.domainlessServices();
  const checked = services.map(async (one) => {
    const specs = await Promise.all(one.specs.map((spec) => checkSpec(inspector, one, spec)));
    return [checkHosts(one), ...specs.flat()];
  });
  return (await Promise.all(checked)).flat();
};

/** @see https://docs.aws.amazon.com/AmazonECS/latest/developerguide/tutorial-gmsa-windows.html */
function checkHosts({ hosts, service }: InspectedDomainlessService): CheckResult {
  const check = `gMSA of ${service}, hosts`;
  const lacking = hosts.filter(({ offersGmsa }) => !offersGmsa).map(({ group }) => group);
  const groups = hosts.map(({ group }) => group).join(', ');
  return lacking.length === 0
    ? fine(check, `the agent of ${groups} starts with ECS_GMSA_SUPPORTED`)
    : wrong(
        check,
        `the agent of ${lacking.join(', ')} starts without ECS_GMSA_SUPPORTED, so that ECS places none of its tasks there`,
        'Say "gmsa: true" of the fleet.',
      );
}

async function checkSpec(
  inspector: FleetInspector,
  service: InspectedDomainlessService,
  spec: string,
): Promise<readonly CheckResult[]> {
  const check = `gMSA of ${service.service}, credential spec`;
  return reading(check, spec, async () => {
    const found = await inspector.textAt(spec);
    if (found === undefined) {
      return [wrong(check, `${spec} does not exist`, `Keep the spec there: ${PAGE}.`)];
    }
    const user = credentialArnIn(found.text);
    if (user === undefined) {
      const why =
        'names no user by "HostAccountConfig" with the plugin of ECS and the ARN of its credentials';
      return [wrong(check, `${spec} ${why}`, `Add it as AWS has it: ${PAGE}.`)];
    }
    const action = isParameter(spec) ? 'ssm:GetParameters' : 's3:GetObject';
    return [
      await checkRight(inspector, {
        check,
        action,
        resource: found.arn,
        roles: [service.executionRole],
        whose: "the task's execution role",
      }),
      ...(await checkUser(inspector, service, user)),
    ];
  });
}

async function checkUser(
  inspector: FleetInspector,
  { executionRole, hosts, service }: InspectedDomainlessService,
  user: string,
): Promise<readonly CheckResult[]> {
  const check = `gMSA of ${service}, user`;
  return reading(check, user, async () => {
    const found = await inspector.textAt(user);
    if (found === undefined) {
      return [wrong(check, `${user} does not exist, or holds nothing`, `Make it: ${PAGE}.`)];
    }
    // What it holds is never shown.
    const held = objectIn(found.text);
    const missing = USER_KEYS.filter((key) => typeof held?.[key] !== 'string' || held[key] === '');
    if (missing.length > 0) {
      const keys = USER_KEYS.map((key) => `"${key}"`).join(', ');
      const detail = `${user} has no text at ${missing.map((key) => `"${key}"`).join(', ')}`;
      return [wrong(check, detail, `It must be one JSON object with ${keys}.`)];
    }
    const action = isParameter(user) ? 'ssm:GetParameter' : 'secretsmanager:GetSecretValue';
    // AWS's pages name either; who reads it is not tried.
    const roles = [executionRole, ...hosts.map(({ role }) => role)];
    const whose = "neither the task's execution role nor the instances' role";
    return [await checkRight(inspector, { check, action, resource: found.arn, roles, whose })];
  });
}

interface Right {
  readonly check: string;
  readonly action: string;
  readonly resource: string;
  /** Any of which is enough. */
  readonly roles: readonly (string | undefined)[];
  readonly whose: string;
}

/** By the policies of roles, without those of buckets, secrets and keys. */
async function checkRight(inspector: FleetInspector, right: Right): Promise<CheckResult> {
  const { action, check, resource, whose } = right;
  const roles = [...new Set(right.roles.filter((one) => one !== undefined))];
  for (const role of roles) {
    if (await inspector.mayRole(role, action, resource)) {
      return fine(check, `${resource} is there, and ${role.replace(/^.*:/, '')} may read it`);
    }
  }
  const detail = whose.startsWith('neither')
    ? `${whose} may read ${resource}`
    : `${whose} may not read ${resource}`;
  return wrong(
    check,
    detail,
    `Allow the execution role ${action}; a WindowsTaskDefinition does with "domainlessUserCredentials" and "credentialSpecs".`,
  );
}

/** What cannot be read from here is a line of its own. */
async function reading(
  check: string,
  what: string,
  work: () => Promise<readonly CheckResult[]>,
): Promise<readonly CheckResult[]> {
  try {
    return await work();
  } catch (error) {
    const why = (error instanceof Error ? error.message : String(error)).replaceAll(/\s+/g, ' ');
    return [
      unsure(check, `${what} could not be looked at: ${why}`, 'Run it again with rights to look at it.'),
    ];
  }
}

function isParameter(arn: string): boolean {
  return arn.split(':')[2] === 'ssm';
}

/** The plugin's input is a JSON text on one page of AWS and an object on another. */
function credentialArnIn(text: string): string | undefined {
  const directory = memberOf(objectIn(text), 'ActiveDirectoryConfig');
  const config = memberOf(directory, 'HostAccountConfig');
  const input = config?.['PluginInput'];
  const read = typeof input === 'string' ? objectIn(input) : isJsonObject(input) ? input : {};
  const [, arn] = Object.entries(read ?? {}).find(([key]) => key.toLowerCase() === 'credentialarn') ?? [];
  const isPlugin = String(config?.['PluginGUID']).toUpperCase() === PLUGIN;
  return isPlugin && typeof arn === 'string' && arn.startsWith('arn:') ? arn : undefined;
}

function memberOf(object: JsonObject | undefined, name: string): JsonObject | undefined {
  const value = object?.[name];
  return isJsonObject(value) ? value : undefined;
}

function objectIn(text: string): JsonObject | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isJsonObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
