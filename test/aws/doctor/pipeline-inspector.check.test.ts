import {
  AutoScalingClient,
  CreateAutoScalingGroupCommand,
  type CreateAutoScalingGroupCommandInput,
} from '@aws-sdk/client-auto-scaling';
import {
  AssociateRouteTableCommand,
  AttachInternetGatewayCommand,
  CreateInternetGatewayCommand,
  CreateLaunchTemplateCommand,
  CreateRouteCommand,
  CreateRouteTableCommand,
  CreateSubnetCommand,
  CreateVpcCommand,
  CreateVpcEndpointCommand,
  DescribeImagesCommand,
  EC2Client,
  RunInstancesCommand,
} from '@aws-sdk/client-ec2';
import {
  AddRoleToInstanceProfileCommand,
  CreateInstanceProfileCommand,
  CreateRoleCommand,
  IAMClient,
} from '@aws-sdk/client-iam';
import { CreateKeyCommand, DisableKeyCommand, KMSClient } from '@aws-sdk/client-kms';
import { CreateFunctionCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { CreateScheduleCommand, SchedulerClient } from '@aws-sdk/client-scheduler';
import {
  ListAWSDefaultServiceQuotasCommand,
  ListServiceQuotasCommand,
  ServiceQuotasClient,
} from '@aws-sdk/client-service-quotas';
import { CreateStateMachineCommand, SFNClient } from '@aws-sdk/client-sfn';
import { mockClient } from 'aws-sdk-client-mock';
import {
  inspectFleets,
  inspectKeysAndAmis,
  inspectNetwork,
  inspectQuotas,
} from '../../../lib/aws/doctor/pipeline-inspector';
import { inspectFunctions } from '../../../lib/aws/deployed-functions';
import { describeWithMoto } from '../../support/moto';

describeWithMoto('what the doctor sees, on moto', (moto) => {
  beforeEach(() => moto.reset());

  async function roleFor(service: string, RoleName: string): Promise<string> {
    const AssumeRolePolicyDocument = JSON.stringify({
      Version: '2012-10-17',
      Statement: [{ Effect: 'Allow', Principal: { Service: service }, Action: 'sts:AssumeRole' }],
    });
    const { Role } = await new IAMClient(moto.config()).send(
      new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument }),
    );
    return Role?.Arn ?? '';
  }

  test('functions, roles, state machines and schedules, and what is not there', async () => {
    const clients = {
      lambda: new LambdaClient(moto.config()),
      iam: new IAMClient(moto.config()),
      states: new SFNClient(moto.config()),
      scheduler: new SchedulerClient(moto.config()),
    };
    const inspector = inspectFunctions(clients);
    const Role = await roleFor('lambda.amazonaws.com', 'housekeeping');
    await clients.lambda.send(
      new CreateFunctionCommand({
        FunctionName: 'winbake-2022-core-housekeeping',
        Role,
        Runtime: 'nodejs22.x',
        Handler: 'index.handler',
        Code: { ZipFile: new TextEncoder().encode('x') },
        Environment: { Variables: { A: 'b' } },
      }),
    );
    expect(await inspector.functionOf('winbake-2022-core-housekeeping')).toEqual({
      state: 'Active',
      role: Role,
      environment: { A: 'b' },
    });
    expect(await inspector.functionOf('none')).toBeUndefined();
    expect(await inspector.trustOf('housekeeping')).toEqual(['lambda.amazonaws.com']);
    expect(await inspector.trustOf('none')).toBeUndefined();

    const name = { InstanceProfileName: 'profile' };
    await clients.iam.send(new CreateInstanceProfileCommand(name));
    await clients.iam.send(new AddRoleToInstanceProfileCommand({ ...name, RoleName: 'housekeeping' }));
    expect(await inspector.roleOfProfile('profile')).toBe('housekeeping');
    expect(await inspector.roleOfProfile('none')).toBeUndefined();

    const roleArn = await roleFor('states.amazonaws.com', 'machine');
    const { stateMachineArn = '' } = await clients.states.send(
      new CreateStateMachineCommand({
        name: 'rebake',
        roleArn,
        definition: '{"StartAt":"A","States":{"A":{"Type":"Succeed"}}}',
      }),
    );
    expect(await inspector.roleOfStateMachine(stateMachineArn)).toBe(roleArn);
    expect(await inspector.roleOfStateMachine(`${stateMachineArn}x`)).toBeUndefined();

    for (const [Name, State] of [
      ['winbake-2022-core-housekeeping', 'ENABLED'],
      ['winbake-2022-core-poll', 'DISABLED'],
      ['other', 'ENABLED'],
    ] as const) {
      await clients.scheduler.send(
        new CreateScheduleCommand({
          Name,
          State,
          ScheduleExpression: 'rate(15 minutes)',
          FlexibleTimeWindow: { Mode: 'OFF' },
          Target: { Arn: stateMachineArn, RoleArn: roleArn },
        }),
      );
    }
    const schedules = await inspector.schedulesOf('winbake-2022-core-');
    expect(schedules).toHaveLength(2);
    expect(schedules).toContainEqual({ name: 'winbake-2022-core-housekeeping', isEnabled: true });
    expect(schedules).toContainEqual({ name: 'winbake-2022-core-poll', isEnabled: false });
  });

  test('keys with state and policy, and AMIs with their state', async () => {
    const kms = new KMSClient(moto.config());
    const ec2 = new EC2Client(moto.config());
    const inspector = inspectKeysAndAmis(
      () => ec2,
      () => kms,
    );
    const { KeyMetadata } = await kms.send(new CreateKeyCommand({}));
    const keyId = KeyMetadata?.Arn ?? '';
    expect(await inspector.keyOf('eu-central-1', keyId)).toEqual({
      state: 'Enabled',
      policy: expect.stringContaining('kms:*') as string,
    });
    await kms.send(new DisableKeyCommand({ KeyId: KeyMetadata?.KeyId }));
    expect(await inspector.keyOf('eu-central-1', keyId)).toMatchObject({ state: 'Disabled' });
    expect(await inspector.keyOf('eu-central-1', '00000000-0000-0000-0000-000000000000')).toBeUndefined();
    const { Images = [] } = await ec2.send(new DescribeImagesCommand({ Owners: ['amazon'] }));
    expect(await inspector.amiState('eu-central-1', Images[0]?.ImageId ?? '')).toBe('available');
    expect(await inspector.amiState('eu-central-1', 'ami-00000000000000000')).toBeUndefined();
  });

  test('the way out of a subnet, by its own route table or the main one, and the endpoints of its VPC', async () => {
    const ec2 = new EC2Client(moto.config());
    const inspector = inspectNetwork(ec2);
    expect(await inspector.networkOf(undefined)).toMatchObject({ endpoints: [] });
    expect(await inspector.networkOf('subnet-00000000')).toBeUndefined();
    const { Vpc } = await ec2.send(new CreateVpcCommand({ CidrBlock: '10.0.0.0/16' }));
    const VpcId = Vpc?.VpcId;
    const { Subnet } = await ec2.send(new CreateSubnetCommand({ VpcId, CidrBlock: '10.0.0.0/24' }));
    const SubnetId = Subnet?.SubnetId ?? '';
    const ServiceName = 'com.amazonaws.eu-central-1.s3';
    await ec2.send(new CreateVpcEndpointCommand({ VpcId, ServiceName }));
    expect(await inspector.networkOf(SubnetId)).toEqual({
      subnetId: SubnetId,
      defaultRoute: undefined,
      endpoints: [ServiceName],
    });
    const { InternetGateway } = await ec2.send(new CreateInternetGatewayCommand({}));
    const GatewayId = InternetGateway?.InternetGatewayId;
    await ec2.send(new AttachInternetGatewayCommand({ VpcId, InternetGatewayId: GatewayId }));
    const { RouteTable } = await ec2.send(new CreateRouteTableCommand({ VpcId }));
    const { RouteTableId } = RouteTable ?? {};
    await ec2.send(new CreateRouteCommand({ RouteTableId, DestinationCidrBlock: '0.0.0.0/0', GatewayId }));
    await ec2.send(new AssociateRouteTableCommand({ RouteTableId, SubnetId }));
    expect(await inspector.networkOf(SubnetId)).toMatchObject({ defaultRoute: GatewayId });
  });

  test('what a region uses of its quotas', async () => {
    const ec2 = new EC2Client(moto.config());
    const inspector = inspectQuotas(new ServiceQuotasClient(moto.config()), ec2);
    expect(await inspector.processorsOf(['m6i.xlarge', 'm5.2xlarge'])).toBe(8);
    expect(await inspector.processorsInUse()).toBe(0);
    const before = await inspector.countAmis();
    const { Images = [] } = await ec2.send(new DescribeImagesCommand({ Owners: ['amazon'] }));
    await ec2.send(
      new RunInstancesCommand({
        ImageId: Images[0]?.ImageId,
        MinCount: 2,
        MaxCount: 2,
        InstanceType: 'm6i.xlarge',
      }),
    );
    expect(await inspector.processorsInUse()).toBe(8);
    expect(before).toBe(0);
  });

  test('the groups of fleets whose volumes ask for a rate', async () => {
    const ec2 = new EC2Client(moto.config());
    const autoScaling = new AutoScalingClient(moto.config());
    const inspector = inspectFleets(autoScaling, ec2);
    for (const [name, rate] of [
      ['shop', 200],
      ['plain', undefined],
    ] as const) {
      const Ebs = rate === undefined ? {} : { VolumeInitializationRate: rate };
      await ec2.send(
        new CreateLaunchTemplateCommand({
          LaunchTemplateName: name,
          LaunchTemplateData: {
            ImageId: 'ami-1',
            BlockDeviceMappings: [{ DeviceName: '/dev/sda1', Ebs: { VolumeSize: 50, ...Ebs } }],
          },
        }),
      );
      const group: CreateAutoScalingGroupCommandInput = {
        AutoScalingGroupName: name,
        MinSize: 0,
        MaxSize: 4,
        AvailabilityZones: ['eu-central-1a'],
        LaunchTemplate: { LaunchTemplateName: name, Version: '1' },
        Tags: [{ Key: 'winbake:fleet', Value: name, PropagateAtLaunch: true }],
      };
      await autoScaling.send(new CreateAutoScalingGroupCommand(group));
    }
    expect(await inspector.fleetVolumes()).toEqual([{ group: 'shop', mebibytesPerSecond: 200, maxSize: 4 }]);
  });
});

test('what was changed for an account replaces what all accounts begin with', async () => {
  const mock = mockClient(ServiceQuotasClient);
  mock
    .on(ListAWSDefaultServiceQuotasCommand, { ServiceCode: 'ec2' })
    .resolvesOnce({ Quotas: [{ QuotaName: 'AMIs', Value: 50_000 }], NextToken: 'more' })
    .resolves({ Quotas: [{ QuotaName: 'Running On-Demand Standard', Value: 5 }] })
    .on(ListServiceQuotasCommand, { ServiceCode: 'ec2' })
    .resolves({ Quotas: [{ QuotaName: 'Running On-Demand Standard', Value: 64 }] });
  const client = new ServiceQuotasClient({ region: 'eu-central-1' });
  const inspector = inspectQuotas(client, new EC2Client({ region: 'eu-central-1' }));
  expect(await inspector.quotasOf('ec2')).toEqual([
    { name: 'AMIs', value: 50_000 },
    { name: 'Running On-Demand Standard', value: 64 },
  ]);
  mock.restore();
});
