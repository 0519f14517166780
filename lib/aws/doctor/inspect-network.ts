import {
  DescribeRouteTablesCommand,
  DescribeSubnetsCommand,
  paginateDescribeVpcEndpoints,
  type EC2Client,
  type Route,
  type Subnet,
} from '@aws-sdk/client-ec2';
import type { PipelineInspector } from '../../core/doctor/pipeline-inspector';

/**
 * How subnets are connected, by their route table, else the VPC's main one, and the VPC's endpoints.
 * @see https://docs.aws.amazon.com/vpc/latest/userguide/VPC_Route_Tables.html
 */
export function inspectNetwork(ec2: EC2Client): Pick<PipelineInspector, 'networkOf'> {
  return {
    networkOf: async (subnetId) => {
      const filter =
        subnetId === undefined
          ? { Name: 'default-for-az', Values: ['true'] }
          : { Name: 'subnet-id', Values: [subnetId] };
      const { Subnets = [] } = await ec2.send(new DescribeSubnetsCommand({ Filters: [filter] }));
      const [subnet] = Subnets;
      return (
        subnet && {
          subnetId: subnet.SubnetId ?? '',
          defaultRoute: await defaultRouteOf(ec2, subnet),
          endpoints: await endpointsOf(ec2, subnet.VpcId ?? ''),
        }
      );
    },
  };
}

async function defaultRouteOf(ec2: EC2Client, { SubnetId, VpcId }: Subnet): Promise<string | undefined> {
  const tables = async (Filters: { Name: string; Values: string[] }[]) =>
    (await ec2.send(new DescribeRouteTablesCommand({ Filters }))).RouteTables ?? [];
  const own = await tables([{ Name: 'association.subnet-id', Values: [SubnetId ?? ''] }]);
  const [table] =
    own.length > 0
      ? own
      : await tables([
          { Name: 'vpc-id', Values: [VpcId ?? ''] },
          { Name: 'association.main', Values: ['true'] },
        ]);
  const route = table?.Routes?.find(
    ({ DestinationCidrBlock, State }) => DestinationCidrBlock === '0.0.0.0/0' && State !== 'blackhole',
  );
  return route === undefined ? undefined : targetOf(route);
}

function targetOf(route: Route): string {
  return (
    route.NatGatewayId ??
    route.TransitGatewayId ??
    route.NetworkInterfaceId ??
    route.VpcPeeringConnectionId ??
    route.GatewayId ??
    'another gateway'
  );
}

async function endpointsOf(client: EC2Client, vpcId: string): Promise<readonly string[]> {
  const names: string[] = [];
  const Filters = [
    { Name: 'vpc-id', Values: [vpcId] },
    { Name: 'vpc-endpoint-state', Values: ['available'] },
  ];
  for await (const page of paginateDescribeVpcEndpoints({ client }, { Filters })) {
    names.push(...(page.VpcEndpoints ?? []).flatMap(({ ServiceName }) => ServiceName ?? []));
  }
  return names;
}
