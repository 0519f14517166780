import { Annotations, Aspects, Stack } from 'aws-cdk-lib';
import { CfnVPCEndpoint, type IVpc, type SubnetSelection } from 'aws-cdk-lib/aws-ec2';
import type { IConstruct } from 'constructs';
import { HOST_SERVICES } from '../contract/values/host-services';

/** Where the hosts of a fleet start, and whether their tasks may join a domain. */
interface FleetHosts {
  readonly vpc: IVpc;
  readonly subnets: SubnetSelection | undefined;
  readonly gmsa: boolean;
}

/** Warns where hosts start in isolated subnets and the app gives the VPC no endpoint of what they call, with the list. */
export function warnOfMissingEndpoints(scope: IConstruct, hosts: FleetHosts): void {
  Aspects.of(scope).add({
    visit: (node) => {
      if (node === scope) {
        warn(scope, hosts);
      }
    },
  });
}

function warn(scope: IConstruct, { gmsa, subnets, vpc }: FleetHosts): void {
  const isolated = new Set(vpc.isolatedSubnets.map(({ subnetId }) => subnetId));
  const closed = vpc.selectSubnets(subnets).subnetIds.filter((id) => isolated.has(id));
  const services = new Set(
    scope.node.root.node
      .findAll()
      .filter((one) => one instanceof CfnVPCEndpoint)
      .filter(({ vpcId }) => vpcId === vpc.vpcId)
      .map(serviceOf),
  );
  // Domainless gMSA reads the user that a task joins its domain with.
  const called = [...HOST_SERVICES, ...(gmsa ? ['secretsmanager'] : [])];
  const missing = called.filter((service) => !services.has(service));
  if (closed.length > 0 && missing.length > 0) {
    Annotations.of(scope).addWarningV2(
      'winbake:endpoints',
      `The instances start in isolated subnets, and the app gives their VPC no endpoint of ${missing.join(', ')}: without those of ecs, ` +
        'ecs-agent, ecs-telemetry and autoscaling no launch is completed. Add them, name subnets with a way out in "vpcSubnets", or acknowledge ' +
        'this warning where another app has made them.',
    );
  }
}

/** The service of a name such as `com.amazonaws.eu-west-1.ecr.api`, whose region may be a reference. */
function serviceOf(endpoint: CfnVPCEndpoint): string {
  const name = JSON.stringify(Stack.of(endpoint).resolve(endpoint.serviceName));
  return /com\.amazonaws\.(?:[a-z0-9-]+|",\{"Ref":"AWS::Region"\},")\.([a-z0-9.-]+)/.exec(name)?.[1] ?? '';
}
