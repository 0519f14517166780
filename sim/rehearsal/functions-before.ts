import { required } from '../../lib/contract/names/environment';
import { fleetSettingsSchema } from '../../lib/contract/documents/fleet-state';
import {
  DEFAULT_ROLLOUT_POLICY,
  FLEET_SETTINGS_SCHEMA,
  type RolledFleet,
} from '../../lib/contract/values/rollout-policy';
import { deleteWithStack, type DeleteFleetEvent } from '../../lib/handlers/delete-fleet';
import { cloneForDeployment, type LaunchTemplateEvent } from '../../lib/handlers/launch-template';
import { createRollout, fleetPorts } from '../../lib/handlers/rollout';
import type { Runtime } from '../../lib/handlers/runtime';

/**
 * The functions of a fleet of its own, as the release before made them and an upgrade takes them away. Their code is not kept: this
 * release's does what they did, by their environment.
 */
export const FUNCTIONS_BEFORE = {
  rollout: (environment: NodeJS.ProcessEnv, runtime: Runtime) => {
    const fleet = settingsIn(environment);
    const ports = fleetPorts(runtime, 'before')(fleet);
    return (_event: unknown, { awsRequestId }: { readonly awsRequestId: string }) =>
      createRollout(ports, fleet)(awsRequestId);
  },
  'launch-template': (environment: NodeJS.ProcessEnv, runtime: Runtime) => {
    const clone = cloneForDeployment(runtime);
    return (event: LaunchTemplateEvent) =>
      clone({
        ...event,
        ResourceProperties: {
          ...event.ResourceProperties,
          Fleet: variable(environment, 'WINBAKE_FLEET'),
          Channel: variable(environment, 'WINBAKE_CHANNEL_PARAMETER'),
          LaunchTemplateId: variable(environment, 'WINBAKE_LAUNCH_TEMPLATE_ID'),
        },
      });
  },
  'delete-fleet': (environment: NodeJS.ProcessEnv, runtime: Runtime) => {
    const remove = deleteWithStack(runtime);
    return (event: DeleteFleetEvent) =>
      remove({
        ...event,
        ResourceProperties: {
          Fleet: variable(environment, 'WINBAKE_FLEET'),
          AutoScalingGroup: variable(environment, 'WINBAKE_AUTO_SCALING_GROUP'),
          Cluster: variable(environment, 'WINBAKE_CLUSTER'),
          DeletionId: variable(environment, 'WINBAKE_DELETION_ID'),
          DeleteDrainSeconds: variable(environment, 'WINBAKE_DELETE_DRAIN_SECONDS'),
        },
      });
  },
};

function settingsIn(environment: NodeJS.ProcessEnv): RolledFleet {
  return fleetSettingsSchema.parse({
    schema: FLEET_SETTINGS_SCHEMA,
    fleet: variable(environment, 'WINBAKE_FLEET'),
    channel: variable(environment, 'WINBAKE_CHANNEL_PARAMETER'),
    autoScalingGroup: variable(environment, 'WINBAKE_AUTO_SCALING_GROUP'),
    launchTemplateId: variable(environment, 'WINBAKE_LAUNCH_TEMPLATE_ID'),
    cluster: variable(environment, 'WINBAKE_CLUSTER'),
    topicArn: required(environment, 'WINBAKE_TOPIC_ARN'),
    policy: {
      ...DEFAULT_ROLLOUT_POLICY,
      ...(JSON.parse(variable(environment, 'WINBAKE_ROLLOUT_POLICY')) as object),
    },
  });
}

function variable(environment: NodeJS.ProcessEnv, name: string): string {
  return environment[name] ?? '';
}
