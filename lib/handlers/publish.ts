import { publishBake, type FinishedBake, type PublishPorts } from '../core/publish/publish-bake';
import { required } from './env';

/** What the state machine gets from `publish`. */
export interface PublishAnswer {
  readonly publication: string;
  readonly mode: string;
}

/** Makes the publish function over its ports; its environment is `PublishEnvironment`. */
export function createPublish(ports: PublishPorts, environment: NodeJS.ProcessEnv) {
  return async (event: FinishedBake): Promise<PublishAnswer> => {
    const publication = await publishBake(
      ports,
      {
        os: required(environment, 'WINBAKE_OS'),
        pipeline: required(environment, 'WINBAKE_PIPELINE'),
        parameterPath: required(environment, 'WINBAKE_PARAMETER_PATH'),
        region: required(environment, 'AWS_REGION'),
        instanceRoleId: required(environment, 'WINBAKE_INSTANCE_ROLE_ID'),
      },
      event,
    );
    return { publication: publication.id, mode: publication.mode };
  };
}
