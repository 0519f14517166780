import { Stack } from 'aws-cdk-lib';
import { BaseService, CfnService, type TaskDefinition } from 'aws-cdk-lib/aws-ecs';

/** The services of the app. */
function servicesAround({ node }: TaskDefinition): readonly BaseService[] {
  return node.root.node.findAll().filter((one) => one instanceof BaseService);
}

/**
 * Why the services of a task could not be deployed: the proxy of Service Connect has no image for Windows.
 *
 * @see https://github.com/aws/copilot-cli/issues/5696
 */
export function serviceConnectFaults(task: TaskDefinition): readonly string[] {
  return servicesAround(task).flatMap((service) => {
    const resource = service.node.findAll().find((one) => one instanceof CfnService);
    const config = Stack.of(service).resolve(resource?.serviceConnectConfiguration) as
      { readonly enabled?: unknown } | undefined;
    return service.taskDefinition !== task || config?.enabled !== true
      ? []
      : [
          `Service ${service.node.path}: Service Connect is not there on Windows. Leave "serviceConnectConfiguration" out, and use ` +
            '"cloudMapOptions" or a load balancer.',
        ];
  });
}
