import type { AutoScalingClient, AutoScalingGroup } from '@aws-sdk/client-auto-scaling';
import { DescribeLaunchTemplateVersionsCommand, type EC2Client } from '@aws-sdk/client-ec2';
import {
  ClusterNotFoundException,
  DescribeCapacityProvidersCommand,
  DescribeServicesCommand,
  DescribeTaskDefinitionCommand,
  paginateListServices,
  type ECSClient,
  type Service,
  type TaskDefinition,
} from '@aws-sdk/client-ecs';
import {
  GetInstanceProfileCommand,
  NoSuchEntityException,
  SimulatePrincipalPolicyCommand,
  type IAMClient,
} from '@aws-sdk/client-iam';
import { GetObjectCommand, NoSuchKey, type S3Client } from '@aws-sdk/client-s3';
import {
  GetSecretValueCommand,
  ResourceNotFoundException,
  type SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import { GetParameterCommand, ParameterNotFound, type SSMClient } from '@aws-sdk/client-ssm';
import type { InspectedDomainlessService, PipelineInspector } from '../../core/doctor/pipeline-inspector';
import { fleetGroups, versionsOfGroup } from '../fleets/group-launch';
import { absentWhere } from '../stores/ssm-parameter-store';

/** The services that domainless gMSA is looked up in. */
export interface GmsaClients {
  readonly autoScaling: AutoScalingClient;
  readonly ec2: EC2Client;
  readonly ecs: ECSClient;
  readonly iam: IAMClient;
  readonly s3: S3Client;
  readonly secrets: SecretsManagerClient;
  readonly ssm: SSMClient;
}

/** ECS describes so many services in a call. */
const MOST_SERVICES = 10;

/** ECS describes so many capacity providers in a call. */
const MOST_PROVIDERS = 100;

/** Of AWS itself. */
const SHARED = ['FARGATE', 'FARGATE_SPOT'];

const DOMAINLESS = 'credentialspecdomainless:';

/** What is deployed of domainless gMSA in a region: services with such credential specs, what these name, and who may read it. */
export function inspectGmsa(
  clients: GmsaClients,
): Pick<PipelineInspector, 'domainlessServices' | 'textAt' | 'mayRole'> {
  const { ecs, iam } = clients;
  return {
    domainlessServices: async () => {
      const fleets = await fleetHosts(clients);
      const found: InspectedDomainlessService[] = [];
      for (const cluster of new Set(fleets.map((one) => one.cluster))) {
        const services = await servicesOf(ecs, cluster);
        const groups = await groupsOfProviders(ecs, services);
        const tasks = new Map<string, TaskDefinition | undefined>();
        for (const service of services) {
          const { taskDefinition: id = '' } = service;
          const hosts = fleets.filter((one) => one.cluster === cluster && mayRunOn(service, one.arn, groups));
          if (hosts.length > 0) {
            tasks.set(id, tasks.get(id) ?? (await taskDefinitionOf(ecs, id)));
            found.push(...domainless(`${cluster}/${service.serviceName ?? ''}`, tasks.get(id), hosts));
          }
        }
      }
      return found;
    },
    textAt: (arn) => textAt(clients, arn),
    mayRole: async (PolicySourceArn, action, resource) => {
      const request = { PolicySourceArn, ActionNames: [action], ResourceArns: [resource] };
      const { EvaluationResults: [result] = [] } = await iam.send(
        new SimulatePrincipalPolicyCommand(request),
      );
      return result?.EvalDecision === 'allowed';
    },
  };
}

interface FleetHosts {
  /** Of the group. */
  readonly arn: string;
  readonly cluster: string;
  readonly inspected: InspectedDomainlessService['hosts'][number];
}

/** What the user data of each fleet of the region says of its cluster and its agent. */
async function fleetHosts(clients: GmsaClients): Promise<readonly FleetHosts[]> {
  const found: FleetHosts[] = [];
  for (const group of await fleetGroups(clients.autoScaling)) {
    found.push(...(await hostsOf(clients, group)));
  }
  return found;
}

async function hostsOf({ ec2, iam }: GmsaClients, group: AutoScalingGroup): Promise<readonly FleetHosts[]> {
  const { AutoScalingGroupARN: arn = '', AutoScalingGroupName = '' } = group;
  const [[LaunchTemplateId, version] = [undefined, '']] = versionsOfGroup(group);
  const { LaunchTemplateVersions: [found] = [] } = await ec2.send(
    new DescribeLaunchTemplateVersionsCommand({ LaunchTemplateId, Versions: [version] }),
  );
  const { IamInstanceProfile, UserData = '' } = found?.LaunchTemplateData ?? {};
  const userData = Buffer.from(UserData, 'base64').toString();
  const [, cluster] = /-Cluster '([^']+)'/.exec(userData) ?? [];
  const profile = IamInstanceProfile?.Name ?? IamInstanceProfile?.Arn?.split('/').at(-1);
  return cluster === undefined
    ? []
    : [
        {
          arn,
          cluster,
          inspected: {
            group: AutoScalingGroupName,
            offersGmsa: /\bECS_GMSA_SUPPORTED['"]?\s*[=,]\s*['"$]?true\b/i.test(userData),
            role: profile === undefined ? undefined : await roleArnOf(iam, profile),
          },
        },
      ];
}

function roleArnOf(iam: IAMClient, InstanceProfileName: string): Promise<string | undefined> {
  return absentWhere(NoSuchEntityException, async () => {
    const { InstanceProfile } = await iam.send(new GetInstanceProfileCommand({ InstanceProfileName }));
    return InstanceProfile?.Roles?.[0]?.Arn;
  });
}

async function servicesOf(client: ECSClient, cluster: string): Promise<readonly Service[]> {
  const arns: string[] = [];
  await absentWhere(ClusterNotFoundException, async () => {
    for await (const page of paginateListServices({ client }, { cluster })) {
      arns.push(...(page.serviceArns ?? []));
    }
  });
  const found: Service[] = [];
  for (let first = 0; first < arns.length; first += MOST_SERVICES) {
    const services = arns.slice(first, first + MOST_SERVICES);
    found.push(...((await client.send(new DescribeServicesCommand({ cluster, services }))).services ?? []));
  }
  return found;
}

/** The ARNs of groups by the names of the capacity providers that services name. */
async function groupsOfProviders(
  client: ECSClient,
  services: readonly Service[],
): Promise<ReadonlyMap<string, string>> {
  const names = [...new Set(services.flatMap(providersOf))].filter((name) => !SHARED.includes(name));
  const groups = new Map<string, string>();
  for (let first = 0; first < names.length; first += MOST_PROVIDERS) {
    const capacityProviders = names.slice(first, first + MOST_PROVIDERS);
    const answer = await client.send(new DescribeCapacityProvidersCommand({ capacityProviders }));
    for (const { autoScalingGroupProvider, name = '' } of answer.capacityProviders ?? []) {
      groups.set(name, autoScalingGroupProvider?.autoScalingGroupArn ?? '');
    }
  }
  return groups;
}

function providersOf({ capacityProviderStrategy = [] }: Service): readonly string[] {
  return capacityProviderStrategy.flatMap(({ capacityProvider }) => capacityProvider ?? []);
}

/** One without a strategy runs wherever its cluster has hosts, unless it is Fargate's. */
function mayRunOn(service: Service, groupArn: string, groups: ReadonlyMap<string, string>): boolean {
  const providers = providersOf(service);
  return providers.length === 0
    ? service.launchType !== 'FARGATE'
    : providers.some((name) => groups.get(name) === groupArn);
}

async function taskDefinitionOf(client: ECSClient, taskDefinition: string) {
  return (await client.send(new DescribeTaskDefinitionCommand({ taskDefinition }))).taskDefinition;
}

function domainless(
  service: string,
  task: TaskDefinition | undefined,
  hosts: readonly FleetHosts[],
): readonly InspectedDomainlessService[] {
  const specs = (task?.containerDefinitions ?? [])
    .flatMap(({ credentialSpecs = [] }) => credentialSpecs)
    .filter((spec) => spec.startsWith(DOMAINLESS))
    .map((spec) => spec.slice(DOMAINLESS.length));
  return specs.length === 0
    ? []
    : [
        {
          service,
          specs: [...new Set(specs)],
          executionRole: task?.executionRoleArn,
          hosts: hosts.map(({ inspected }) => inspected),
        },
      ];
}

async function textAt(
  { s3, secrets, ssm }: Pick<GmsaClients, 's3' | 'secrets' | 'ssm'>,
  arn: string,
): ReturnType<PipelineInspector['textAt']> {
  const [, , service = '', , , ...rest] = arn.split(':');
  const resource = rest.join(':');
  switch (service) {
    case 'ssm':
      return absentWhere(ParameterNotFound, async () => {
        const Name = resource.replace(/^parameter/, '');
        const { Parameter } = await ssm.send(new GetParameterCommand({ Name, WithDecryption: true }));
        return { arn, text: Parameter?.Value ?? '' };
      });
    case 's3':
      return absentWhere(NoSuchKey, async () => {
        const [, Bucket, Key] = /^([^/]+)\/(.+)$/.exec(resource) ?? [];
        const { Body } = await s3.send(new GetObjectCommand({ Bucket, Key }));
        return { arn, text: (await Body?.transformToString()) ?? '' };
      });
    case 'secretsmanager':
      return absentWhere(ResourceNotFoundException, async () => {
        const { ARN = arn, SecretString = '' } = await secrets.send(
          new GetSecretValueCommand({ SecretId: arn }),
        );
        return { arn: ARN, text: SecretString };
      });
    default:
      throw new Error('it is no ARN of a parameter, an object or a secret');
  }
}
