import { createLaunchTemplate, type LaunchTemplateEvent } from '../../lib/handlers/launch-template';
import type { ResourceHandler } from './cloudformation/deployment';
import type { ParameterStore } from '../../lib/core/ports/stores';

/** The custom resource of a fleet's first deployment, by its handler; here the number of a version is its AMI. */
export function cloning(parameters: ParameterStore, channel: string): ResourceHandler {
  const handler = createLaunchTemplate(
    {
      control: {
        createLaunchTemplateVersion: (_base, amiId) => Promise.resolve(amiId),
        newestRefresh: () => Promise.resolve(undefined),
        cancelRefresh: () => Promise.resolve(),
      },
      live: () => Promise.resolve(undefined),
      isRollingBack: () => Promise.resolve(false),
      now: () => new Date(),
      parameters,
      sleep: () => Promise.resolve(),
    },
    {
      WINBAKE_FLEET: 'shop',
      WINBAKE_CHANNEL_PARAMETER: channel,
      WINBAKE_FLEET_STATE_PARAMETER: '/winbake/fleets/shop/state',
    },
  );
  const answer = async (RequestType: LaunchTemplateEvent['RequestType']) => {
    const { Data, PhysicalResourceId } = await handler({
      RequestType,
      StackId: 'Shop',
      ResourceProperties: { BaseVersion: '1' },
    });
    return { reference: PhysicalResourceId, attributes: { ...Data } };
  };
  return { create: () => answer('Create'), update: () => answer('Update') };
}
