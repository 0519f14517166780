import { Annotations, Stack, Token } from 'aws-cdk-lib';
import { type CfnTaskDefinition, Ec2Service, type ICluster, NetworkMode } from 'aws-cdk-lib/aws-ecs';
import type { IConstruct } from 'constructs';
import type { WindowsAmi } from '../ami/windows-ami';
import { onceWhole } from '../internal/validate';
import type { FleetSettings } from './fleet-settings';
import { warnOfTaskSizes } from './task-sizes';
import { WindowsTaskDefinition } from './windows-task-definition';
import {
  type AppService,
  appServices,
  containersOf,
  isPlacedOn,
  launchVolumes,
  plainServiceFaults,
} from './windows-task-faults';

/** A fleet on which services are placed. */
interface FleetOfServices {
  readonly cluster: ICluster;
  readonly ami: WindowsAmi;
  /** By what a strategy may name its capacity provider. */
  readonly providerNames: readonly string[];
  readonly settings: FleetSettings;
}

/** Ends synthesis where a service of the app could never run on the fleet that it is placed on, whatever stack it is in. */
export function holdServicesToFleet(scope: IConstruct, fleet: FleetOfServices): void {
  scope.node.addValidation({
    validate: () =>
      appServices(scope).flatMap((one) => {
        const path = `Service ${one.service.node.path}`;
        return faultsOf(one, fleet).map((fault) => `${path}: ${fault}`);
      }),
  });
  onceWhole(scope, () => {
    warnOfExactRevisions(scope, fleet);
    const services = appServices(scope);
    const placed = services.filter((one) => isPlacedOn(one, fleet.providerNames));
    placed.forEach(warnOfLaunchVolumes);
    warnOfTaskSizes(scope, placed, fleet);
    // The cluster may have hosts that offer it.
    services
      .filter((one) => one.service.taskDefinition instanceof WindowsTaskDefinition)
      .filter((one) => mayRunOn(one, fleet) && windowsFaults(one, fleet).length === 0)
      .forEach((one) => {
        agentFaults(one, fleet).forEach((fault) => {
          const sentence = `on hosts of the fleet ${scope.node.path}, where the cluster may place it, ${fault}`;
          Annotations.of(one.service).addWarningV2('winbake:hostsOfCluster', sentence);
        });
      });
  });
}

function faultsOf(one: AppService, fleet: FleetOfServices): readonly string[] {
  if (isPlacedOn(one, fleet.providerNames)) {
    const isForWindows = one.service.taskDefinition instanceof WindowsTaskDefinition;
    const plain = isForWindows ? [] : plainServiceFaults(one, fleet.ami.os);
    return [...windowsFaults(one, fleet), ...plain, ...hostFaults(one, fleet), ...agentFaults(one, fleet)];
  }
  // One without a strategy runs where the cluster places it, which may have hosts of another Windows besides.
  return mayRunOn(one, fleet) && windowsFaults(one, fleet).length === 0 ? hostFaults(one, fleet) : [];
}

function mayRunOn({ resource, service }: AppService, { cluster }: FleetOfServices): boolean {
  return (
    service instanceof Ec2Service &&
    resource.capacityProviderStrategy === undefined &&
    service.cluster.clusterName === cluster.clusterName
  );
}

/** @see https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task_definition_parameters_ec2.html#runtime-platform_ec2 */
function windowsFaults({ service }: AppService, { ami }: FleetOfServices): readonly string[] {
  const { taskDefinition: task } = service;
  const { runtimePlatform } = task.node.defaultChild as CfnTaskDefinition;
  const family = (runtimePlatform as CfnTaskDefinition.RuntimePlatformProperty | undefined)
    ?.operatingSystemFamily;
  const own = `WINDOWS_${ami.os.name}`;
  if (family !== undefined && family !== own) {
    return [
      `its task is of ${family} and this fleet of ${own}, so that ECS never places it. Give the task the fleet's os, or the ` +
        "service a fleet of the task's.",
    ];
  }
  const { _revision: revision } = ami;
  if (!(task instanceof WindowsTaskDefinition) || revision === undefined || Token.isUnresolved(revision)) {
    return [];
  }
  const { exact, minimum } = task._revisions;
  const never = (needed: string, wayOut: string) =>
    `its task needs revision ${needed} and this fleet stays at ${revision}, so that ECS never places it. ${wayOut}`;
  const follow = 'or let the fleet follow a channel.';
  return [
    ...(minimum !== undefined && minimum > revision
      ? [never(`${minimum} or later`, `Lower "minimumRevision", ${follow}`)]
      : []),
    ...(exact !== undefined && exact !== revision
      ? [never(String(exact), `Say "exactRevision: ${revision}", or let the fleet stay at ${exact}.`)]
      : []),
  ];
}

/**
 * What hosts of the fleet do not offer a task.
 *
 * @see https://docs.aws.amazon.com/AmazonECS/latest/developerguide/windows_task_IAM_roles.html
 * @see https://docs.aws.amazon.com/AmazonECS/latest/developerguide/tutorial-gmsa-windows.html#tutorial-gmsa-windows-step11
 */
function hostFaults({ service }: AppService, { settings: { host } }: FleetOfServices): readonly string[] {
  const taskRoles = host.taskRoles !== false;
  const { networkMode, node } = service.taskDefinition;
  const { taskRoleArn } = node.defaultChild as CfnTaskDefinition;
  const hasRole = Stack.of(service.taskDefinition).resolve(taskRoleArn) !== undefined;
  const ofRole =
    hasRole && !taskRoles
      ? [
          'its task has a role, and hosts of this fleet offer none ("taskRoles: false"), so that ECS never places it. Leave "taskRoles" out; a ' +
            'WindowsTaskDefinition whose role allows nothing has none.',
        ]
      : [];
  const ofContainers = containersOf(service.taskDefinition).flatMap(
    ({ containerName, credentialSpecs = [], portMappings }) => [
      ...(taskRoles && networkMode === NetworkMode.NAT && portMappings.some(({ hostPort }) => hostPort === 80)
        ? [
            `container ${containerName} asks for port 80 of the host, which the credential proxy of task roles holds. Leave "hostPort" out ` +
              'and put a load balancer before it, or give the fleet "taskRoles: false".',
          ]
        : []),
      ...(credentialSpecs.length > 0 && host.variables?.['ECS_GMSA_SUPPORTED'] !== 'true'
        ? [
            `container ${containerName} has a credential spec, and the agent of this fleet offers no gMSA, so that ECS never places it. ` +
              'Say "gmsa: true".',
          ]
        : []),
    ],
  );
  return [...ofRole, ...ofContainers];
}

/**
 * What the agent of the fleet does not offer a task, for which ECS then has no host.
 *
 * @see https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs-agent-config.html
 * @see https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-networking-awsvpc.html
 */
function agentFaults({ service }: AppService, { settings: { host } }: FleetOfServices): readonly string[] {
  const { loggingDrivers = [], taskInterfaces = true } = host;
  const ofNetwork =
    service.taskDefinition.networkMode === NetworkMode.AWS_VPC && !taskInterfaces
      ? [
          "its task has a network interface of its own, and the agent of this fleet offers none, so that ECS never places it; got: 'awsvpc'. " +
            'Leave "taskInterfaces" of the fleet out, which Windows Server 2016 has not, or take the network of the host by NAT.',
        ]
      : [];
  const ofDrivers = containersOf(service.taskDefinition).flatMap(({ containerName, logDriverConfig }) => {
    const { logDriver = '' } = logDriverConfig ?? {};
    return logDriver === '' || Token.isUnresolved(logDriver) || loggingDrivers.includes(logDriver)
      ? []
      : [
          `container ${containerName} logs by a driver that the agent of this fleet does not offer, so that ECS never places it; got: ` +
            `'${logDriver}'. Add it to "loggingDrivers" of the fleet, which are ${loggingDrivers.join(', ')}, or name one of these.`,
        ];
  });
  return [...ofNetwork, ...ofDrivers];
}

/** @see https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ServiceManagedEBSVolumeConfiguration.html */
function warnOfLaunchVolumes(one: AppService): void {
  for (const { fileSystem, name } of launchVolumes(one)) {
    if (fileSystem === undefined) {
      Annotations.of(one.service).addWarningV2(
        'winbake:fileSystemType',
        `volume ${name} names no file system, for which ECS takes xfs by its reference, and Windows mounts NTFS alone; got: none. Say ` +
          '"fileSystemType: FileSystemType.NTFS".',
      );
    }
  }
}

function warnOfExactRevisions(scope: IConstruct, fleet: FleetOfServices): void {
  const { _pointer: pointer, _revision: revision } = fleet.ami;
  for (const one of appServices(scope).filter(
    (each) => revision === undefined && isPlacedOn(each, fleet.providerNames),
  )) {
    const { taskDefinition: task } = one.service;
    if (task instanceof WindowsTaskDefinition && task._revisions.exact !== undefined) {
      Annotations.of(one.service).addWarningV2(
        'winbake:exactRevision',
        `its task needs revision ${task._revisions.exact} and the fleet ${scope.node.path} follows ${pointer}: once it has moved on, no ` +
          'task is placed any more. Say "minimumRevision", or let the fleet stay by WindowsAmi.fromRevision.',
      );
    }
  }
}
