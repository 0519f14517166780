import { Token } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';
import { refuse } from '../internal/validate';
import type { FleetUserDataProps } from './fleet-user-data';
import type { WindowsCapacityProviderProps } from './windows-capacity-provider-props';

/** How an instance joins its cluster, but for the names of cluster and group. */
export type HostSettings = Omit<FleetUserDataProps, 'clusterName' | 'lifecycleHook' | 'agentTimeout'>;

/** @see https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_Attribute.html */
const ATTRIBUTE_NAME = /^(?!ecs\.|winbake\.)[A-Za-z0-9._/-]{1,128}$/;
const ATTRIBUTE_VALUE = /^(?! )[A-Za-z0-9._:/@\\ -]{1,128}(?<! )$/;
const DRIVER = /^[a-z][a-z0-9-]*$/;

/** Fills in the defaults, and ends synthesis where a value cannot be used. */
export function hostSettings(scope: IConstruct, props: WindowsCapacityProviderProps): HostSettings {
  const { attributes = {}, loggingDrivers = ['json-file', 'awslogs'] } = props;
  for (const [name, value] of Object.entries(attributes)) {
    if (!ATTRIBUTE_NAME.test(name) || !(Token.isUnresolved(value) || ATTRIBUTE_VALUE.test(value))) {
      refuse(
        scope,
        'attributes',
        'must have names of letters, digits and ._/- that begin with neither "ecs." nor "winbake.", and values of letters, digits, ._:/@\\- and inner spaces, of 128 at most',
        `'${name}=${value}'`,
        'Choose another name or value.',
      );
    }
  }
  const strange = loggingDrivers.find((driver) => !DRIVER.test(driver));
  if (loggingDrivers.length === 0 || strange !== undefined) {
    refuse(
      scope,
      'loggingDrivers',
      'must name drivers of Docker, at least one',
      strange === undefined ? '[]' : `'${strange}'`,
      "Leave it out to take 'json-file' and 'awslogs'.",
    );
  }
  return {
    taskRoles: props.taskRoles ?? true,
    // An agent that cannot offer them does not start, and no instance would ever be ready.
    taskInterfaces: props.taskInterfaces ?? props.ami.os.release !== '2016',
    blockMetadata: props.metadata?.taskAccess !== true,
    drainSpot: props.spot !== undefined,
    loggingDrivers,
    attributes,
    before: props.userDataBefore ?? [],
    after: props.userDataAfter ?? [],
  };
}
