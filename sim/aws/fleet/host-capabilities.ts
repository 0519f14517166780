import type { LaunchTemplateVersion } from './launch-template';

/** Of a host whose start names none. */
const EVERY: HostCapabilities = { attributes: [], has: () => true };

/** What the agent of a host registers as attributes, by which ECS places tasks. */
export interface HostCapabilities {
  readonly attributes: readonly string[];
  readonly has: (attribute: string) => boolean;
}

/** That tasks may have roles. */
export const TASK_ROLES = 'com.amazonaws.ecs.capability.task-iam-role';

/** That tasks may have network interfaces of their own. */
export const TASK_INTERFACES = 'ecs.capability.task-eni';

/** That containers may run as users of Active Directory. */
export const GMSA = 'ecs.capability.gmsa';

/** That containers may log by a driver. */
export function loggingDriver(name: string): string {
  return `com.amazonaws.ecs.capability.logging-driver.${name}`;
}

const known = new Map<string, HostCapabilities>();

/**
 * What the agent registers on hosts that a version of a launch template starts, by its user data in base64; everything where that starts no agent,
 * which then is not simulated.
 *
 * @see https://github.com/aws/amazon-ecs-agent/blob/master/agent/app/agent_capability.go
 */
export function capabilitiesOf(
  version: Pick<LaunchTemplateVersion, 'userData'> | undefined,
): HostCapabilities {
  const { userData = '' } = version ?? {};
  const found = known.get(userData) ?? startedBy(Buffer.from(userData, 'base64').toString());
  known.set(userData, found);
  return found;
}

function startedBy(script: string): HostCapabilities {
  // The parameters of the start, after the block that takes them.
  const [, start] = /^\} (-Cluster '.*)$/m.exec(script) ?? [];
  if (start === undefined) {
    return EVERY;
  }
  const [, drivers = '[]'] = / -LoggingDriver '([^']*)'/.exec(start) ?? [];
  const attributes = [
    ...(JSON.parse(drivers) as readonly string[]).map(loggingDriver),
    ...(/ -EnableTaskIamRole\b/.test(start) ? [TASK_ROLES] : []),
    ...(/ -EnableTaskEni\b/.test(start) ? [TASK_INTERFACES] : []),
    ...(/'ECS_GMSA_SUPPORTED' = 'true'/.test(start) ? [GMSA] : []),
  ];
  return { attributes, has: (attribute) => attributes.includes(attribute) };
}

/**
 * The attributes that hosts need for the tasks of each service of a group.
 *
 * @see https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-event-messages-list.html
 */
export class ServiceNeeds {
  private readonly needs = new Map<string, readonly string[]>();

  /** A service begins to place tasks. */
  begin(service: string, attributes: readonly string[]): void {
    this.needs.set(service, attributes);
  }

  /** It places no more. */
  end(service: string): void {
    this.needs.delete(service);
  }

  /** Whether hosts of a version of the launch template have all that one of the services needs, if any is known. */
  areMetBy(version: LaunchTemplateVersion | undefined): boolean {
    if (this.needs.size === 0) {
      return true;
    }
    const { has } = capabilitiesOf(version);
    return [...this.needs.values()].some((all) => all.every(has));
  }
}
