import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, CfnResource, Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { TreatMissingData, type Alarm } from 'aws-cdk-lib/aws-cloudwatch';
import { Vpc, type IVpc } from 'aws-cdk-lib/aws-ec2';
import { Cluster, ContainerImage, Ec2Service, NetworkMode, type ICluster } from 'aws-cdk-lib/aws-ecs';
import {
  ApplicationLoadBalancer,
  ApplicationTargetGroup,
  HttpCodeTarget,
  ListenerAction,
  ListenerCondition,
  TargetType,
} from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import type { IConstruct } from 'constructs';
import { WindowsAmi, WindowsCapacityProvider, WindowsOs, WindowsTaskDefinition } from '../../../lib';
import { readAssembly, type AssemblyStack } from '../../../sim/aws/cloudformation/assembly';

/** What an app says of its fleet and of the service on it. */
export interface BalancedAppOptions {
  /** Cluster, fleet and service in a stack each, instead of all in one. */
  readonly isApart?: boolean;
  readonly isProtected?: boolean;
  readonly networkMode?: NetworkMode;
  /** How long a target is deregistered. */
  readonly deregistrationSeconds?: number;
  /** How long a container may take to stop. */
  readonly stopSeconds?: number;
  readonly deleteDrainMinutes?: number;
  /** Names of its fleets, one unless said. */
  readonly fleets?: readonly string[];
  /** The fleet that its service is placed on, the first unless said; or a capacity provider without one. */
  readonly servedBy?: string;
  /** Whether all of its fleets stays when their constructs are removed, with the rules that let its load balancer in. */
  readonly isKept?: boolean;
}

const ERRORS = 'web-errors';
const FLEET = 'cluster-2022-core';
const os = WindowsOs.SERVER_2022_CORE;
const folder = mkdtempSync(join(tmpdir(), 'winbake-balanced-'));
const made = new Map<string, readonly AssemblyStack[]>();

afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

/**
 * The stacks of an app with a service behind a load balancer, whose alarms guard its fleet, in the order of their deployment; synthesized
 * once for each way to say it.
 */
export function balancedApp(options: BalancedAppOptions = {}): readonly AssemblyStack[] {
  const key = JSON.stringify(options);
  const stacks = made.get(key) ?? synthesize(options, join(folder, String(made.size)));
  made.set(key, stacks);
  return stacks;
}

function synthesize(options: BalancedAppOptions, outdir: string): readonly AssemblyStack[] {
  const {
    deleteDrainMinutes,
    fleets = [FLEET],
    isApart = false,
    isKept = false,
    isProtected = true,
  } = options;
  const app = new App({ outdir });
  const shop = new Stack(app, 'Shop');
  const network = isApart ? new Stack(app, 'Network') : shop;
  const web = isApart ? new Stack(app, 'Web') : shop;
  const vpc = new Vpc(network, 'Vpc', { maxAzs: 2 });
  const cluster = new Cluster(network, 'Cluster', { vpc });
  const { errors, targets } = balance(web, vpc, options);
  const hosts = fleets.map(
    (fleetName) =>
      new WindowsCapacityProvider(shop, fleetName === FLEET ? 'Windows' : fleetName, {
        cluster,
        ami: WindowsAmi.fromChannel({ os }),
        fleetName,
        enableManagedTerminationProtection: isProtected,
        ...(deleteDrainMinutes === undefined ? {} : { deleteDrain: Duration.minutes(deleteDrainMinutes) }),
        // The stack of the service comes after that of the fleet.
        rollout: isApart ? { alarmNames: [ERRORS] } : { alarms: [errors] },
      }),
  );
  // Of a cluster of the app a service wants capacity that the app knows of.
  const known =
    fleets.length > 0
      ? cluster
      : Cluster.fromClusterAttributes(web, 'Known', { clusterName: cluster.clusterName, vpc });
  serve(web, known, hosts, options).attachToApplicationTargetGroup(targets);
  if (isKept) {
    const rules = web.node.findAll().filter(isRule);
    [...hosts.flatMap(({ node }) => node.findAll()), ...rules]
      .filter(CfnResource.isCfnResource)
      .forEach((one) => {
        one.applyRemovalPolicy(RemovalPolicy.RETAIN);
      });
  }
  return readAssembly(app.synth().directory);
}

function isRule(one: IConstruct): boolean {
  return CfnResource.isCfnResource(one) && /^AWS::EC2::SecurityGroup(?:In|E)gress$/.test(one.cfnResourceType);
}

/** A load balancer that knows one path, and the alarm over its targets. */
function balance(
  scope: Stack,
  vpc: IVpc,
  { deregistrationSeconds: delay, networkMode }: BalancedAppOptions,
): { readonly targets: ApplicationTargetGroup; readonly errors: Alarm } {
  const balancer = new ApplicationLoadBalancer(scope, 'Front', { vpc, internetFacing: true });
  const targets = new ApplicationTargetGroup(scope, 'Targets', {
    vpc,
    port: 80,
    targetType: networkMode === NetworkMode.AWS_VPC ? TargetType.IP : TargetType.INSTANCE,
    ...(delay === undefined ? {} : { deregistrationDelay: Duration.seconds(delay) }),
  });
  balancer
    .addListener('Http', { port: 80, defaultAction: ListenerAction.fixedResponse(404) })
    .addTargetGroups('Shop', {
      priority: 1,
      conditions: [ListenerCondition.pathPatterns(['/', '/shop/*'])],
      targetGroups: [targets],
    });
  const errors = targets.metrics
    .httpCodeTarget(HttpCodeTarget.TARGET_5XX_COUNT)
    .createAlarm(scope, 'Errors', {
      alarmName: ERRORS,
      threshold: 10,
      evaluationPeriods: 3,
      treatMissingData: TreatMissingData.NOT_BREACHING,
    });
  return { errors, targets };
}

function serve(
  scope: Stack,
  cluster: ICluster,
  hosts: readonly WindowsCapacityProvider[],
  { networkMode, servedBy, stopSeconds }: BalancedAppOptions,
): Ec2Service {
  const taskDefinition = new WindowsTaskDefinition(scope, 'Task', {
    os,
    ...(networkMode === undefined ? {} : { networkMode }),
  });
  taskDefinition.addContainer('web', {
    image: ContainerImage.fromRegistry('contoso/web:1'),
    cpu: 512,
    memoryLimitMiB: 1024,
    portMappings: [{ containerPort: 80 }],
    ...(stopSeconds === undefined ? {} : { stopTimeout: Duration.seconds(stopSeconds) }),
  });
  const fleet = hosts.find(({ fleetName }) => servedBy === undefined || fleetName === servedBy);
  return new Ec2Service(scope, 'Service', {
    cluster,
    taskDefinition,
    desiredCount: 2,
    minHealthyPercent: 100,
    capacityProviderStrategies: [fleet?.strategy() ?? { capacityProvider: servedBy ?? '', weight: 1 }],
    circuitBreaker: { rollback: true },
  });
}
