import { AutoScalingClient } from '@aws-sdk/client-auto-scaling';
import { EC2Client } from '@aws-sdk/client-ec2';
import { ECSClient } from '@aws-sdk/client-ecs';
import { SNSClient } from '@aws-sdk/client-sns';
import { SSMClient } from '@aws-sdk/client-ssm';
import type { Context } from 'aws-lambda';
import { autoScalingFleet } from '../aws/fleets/auto-scaling-fleet';
import { ecsContainerHosts } from '../aws/fleets/ecs-container-hosts';
import { snsNotifier } from '../aws/notices';
import { readParameters, ssmParameterStore, ssmVersionedParameters } from '../aws/stores/ssm-parameter-store';
import { parseDocument } from '../contract/documents/document';
import { fleetSettingsSchema } from '../contract/documents/fleet-state';
import type { HostStart } from '../contract/documents/host-starts';
import { required } from '../contract/names/environment';
import type { FleetMetrics, StartMetrics } from '../contract/names/metrics';
import { failedBeside, fleetParametersFollowing } from '../contract/names/parameters';
import { fleetGroupName } from '../contract/names/resources';
import { isJsonObject } from '../contract/values/json';
import type { RolledFleet } from '../contract/values/rollout-policy';
import type { FleetPorts } from '../core/fleet/fleet-ports';
import { type FleetWorld, runningPublications } from '../core/fleet/fleet-world';
import { hoursBehind, hoursUnpatched } from '../core/fleet/patch-hours';
import { underLease, type FleetLeasePorts, reconcileFleet } from '../core/fleet/reconcile-fleet';
import type { Measurement, Metrics, Notifier } from '../core/ports/notices';
import { createLog, embeddedMetrics, withLog, type Log } from './log';
import { LAMBDA, type Runtime } from './runtime';

/** What a rollout works with. */
export interface RolloutPorts extends FleetPorts, FleetLeasePorts {
  /** Its lines name the fleet. */
  readonly log: Log;
  /** Of the fleet. */
  readonly metrics: Metrics;
  /** Of a publication on the fleet. */
  readonly metricsOf: (publication: string) => Metrics;
  /** Of all fleets of the stack. */
  readonly stackMetrics: Metrics;
}

/** What a poll of a fleet did last, and why. */
export interface RolloutAnswer {
  readonly action: string;
  readonly reason: string;
}

/**
 * Makes what polls a fleet over its ports. Of its request it needs the id alone. While another request reconciles the fleet it
 * does nothing: the schedule comes again.
 */
export function createRollout(ports: RolloutPorts, { policy, ...settings }: RolledFleet) {
  return async (by: string): Promise<RolloutAnswer> => {
    const { amiOwner, autoScalingGroup, channel, cluster, fleet } = settings;
    const { deployment, lease, log, overrides, starts, state } = fleetParametersFollowing(channel, fleet);
    const failed = failedBeside(channel);
    const parameters = { channel, failed, state, overrides, deployment, starts, log };
    const names = { fleet, amiOwner, autoScalingGroup, cluster, ...parameters };
    const done = await underLease(ports, { name: lease, by }, (note) =>
      reconcileFleet(ports, names, policy, note),
    );
    if (done === undefined) {
      const reason = 'another request reconciles the fleet';
      ports.log.info('Skipped', { kind: 'skip', reason });
      return { action: 'skip', reason };
    }
    const { actions, evicted, started, world } = done;
    actions.forEach((action) => {
      ports.log.info('Reconciled', { ...action });
    });
    if (evicted.length > 0) {
      ports.log.info('Evicted from the warm pool', { instances: evicted });
    }
    const { HoursBehind, HoursUnpatched } = measured(world);
    const spent = (hours: number) => (100 * hours * 3600) / policy.patchWithinSeconds;
    ports.metrics.record(
      [measurement('HoursBehind', HoursBehind), measurement('HoursUnpatched', HoursUnpatched)],
      world.now,
    );
    ports.stackMetrics.record(
      [
        measurement('PatchBudgetUsed', spent(HoursUnpatched)),
        measurement('ChannelBudgetUsed', spent(HoursBehind)),
      ],
      world.now,
    );
    started.forEach((one) => {
      ports.log.info('Started', { ...one });
      ports.metricsOf(one.publication ?? 'unknown').record(measuredStart(one), world.now);
    });
    const last = actions.at(-1);
    return { action: last?.kind ?? 'nothing', reason: last?.reason ?? '' };
  };
}

/** How far a fleet is behind its channel and behind Microsoft. */
function measured({ group, now, state }: FleetWorld): FleetMetrics {
  const facts = { running: runningPublications(state, group), wanted: state.wanted, now };
  return { HoursBehind: hoursBehind(facts), HoursUnpatched: hoursUnpatched(facts) };
}

/** What CloudWatch makes percentiles of: each start by itself. */
function measuredStart({ again, firstTask, pull, registered, up }: HostStart): readonly Measurement[] {
  const values: Partial<Record<keyof StartMetrics, number | null>> = again
    ? { PoolFirstTaskSeconds: firstTask }
    : { UpSeconds: up, RegisteredSeconds: registered, PullSeconds: pull, FirstTaskSeconds: firstTask };
  return (Object.keys(values) as (keyof StartMetrics)[]).flatMap((name) => {
    const value = values[name] ?? null;
    return value === null ? [] : { name, value, unit: 'Seconds' };
  });
}

function measurement(name: Measurement['name'], value: number): Measurement {
  return { name, value, unit: 'None' };
}

/** A fleet of the stack, and what it follows. */
interface ServedFleet {
  readonly fleet: string;
  readonly channel: string;
}

/** What a request polls the fleets of a stack with. */
export interface FleetsPorts {
  /** Logs what it fails at. */
  readonly poll: (served: ServedFleet, by: string) => Promise<RolloutAnswer>;
  /** Of all fleets of the stack. */
  readonly metrics: Metrics;
  readonly now: () => Date;
  readonly sleep: (milliseconds: number) => Promise<unknown>;
}

/**
 * Fleets begin one after another, since the parameter store takes 40 requests a second of an account, and none waits for the end of
 * another.
 * @see https://docs.aws.amazon.com/general/latest/gr/ssm.html
 */
const APART_MILLISECONDS = 500;

/**
 * Makes the function that polls the fleets of a stack which an event is for; its environment is `RolloutEnvironment`. A fleet
 * that cannot be polled keeps no other from it; then the request fails, and is tried again.
 */
export function createRollouts(ports: FleetsPorts, environment: NodeJS.ProcessEnv) {
  const fleets = fleetsOf(environment);
  return async (event: unknown, by: string): Promise<Readonly<Record<string, RolloutAnswer>>> => {
    const answers: Record<string, RolloutAnswer> = {};
    const errors: unknown[] = [];
    const failed: string[] = [];
    const pollOne = async (served: ServedFleet, index: number) => {
      try {
        if (index > 0) {
          await ports.sleep(index * APART_MILLISECONDS);
        }
        answers[served.fleet] = await ports.poll(served, by);
      } catch (error) {
        errors.push(error);
        failed.push(served.fleet);
      }
    };
    await Promise.all(fleets.filter((one) => concerns(event, one)).map(pollOne));
    if (memberOf(event, 'source') === 'aws.events') {
      ports.metrics.record([measurement('FleetsMissed', failed.length)], ports.now());
    }
    if (errors.length > 1) {
      throw new AggregateError(errors, `Fleets could not be polled: ${failed.join(', ')}`);
    }
    if (errors.length === 1) {
      throw errors[0];
    }
    return answers;
  };
}

function fleetsOf(environment: NodeJS.ProcessEnv): readonly ServedFleet[] {
  const byChannel = JSON.parse(required(environment, 'WINBAKE_FLEETS')) as Record<string, readonly string[]>;
  return Object.entries(byChannel).flatMap(([channel, names]) => names.map((fleet) => ({ fleet, channel })));
}

/** Whether an event may change what a fleet has to do: its channel's, its group's, or one for all of them. */
function concerns(event: unknown, { channel, fleet }: ServedFleet): boolean {
  const detail = memberOf(event, 'detail');
  switch (memberOf(event, 'source')) {
    case 'aws.ssm':
      return memberOf(detail, 'name') === channel;
    case 'aws.autoscaling':
      return memberOf(detail, 'AutoScalingGroupName') === fleetGroupName(fleet);
    default:
      return true;
  }
}

function memberOf(value: unknown, name: string): unknown {
  return isJsonObject(value) ? value[name] : undefined;
}

const NO_LEASE = { value: undefined, version: 0 };

/** The rollout function on the services of AWS: brings fleets one step nearer to the publications of their channels. */
export function create(environment: NodeJS.ProcessEnv, runtime: Runtime = LAMBDA) {
  const { now, sleep, write } = runtime;
  const stack = required(environment, 'WINBAKE_STACK');
  const ssm = new SSMClient();
  const portsOf = fleetPorts(runtime, stack);
  const ports: FleetsPorts = {
    poll: ({ channel, fleet }, by) =>
      withLog(createLog({ fleet }, write), async () => {
        const { lease, settings: name } = fleetParametersFollowing(channel, fleet);
        // The lease is written by its version, so that it may be read with the settings, in one call.
        const read = await readParameters(ssm, [lease, name]);
        const settings = parseDocument(fleetSettingsSchema, read.get(name)?.value ?? '', name);
        const ports = portsOf(settings);
        const leases = { ...ports.leases, read: () => Promise.resolve(read.get(lease) ?? NO_LEASE) };
        return createRollout({ ...ports, leases }, settings)(by);
      })(),
    metrics: embeddedMetrics({ Stack: stack }, write),
    now,
    sleep,
  };
  const rollouts = createRollouts(ports, environment);
  return (event: unknown, { awsRequestId }: Pick<Context, 'awsRequestId'>) => rollouts(event, awsRequestId);
}

/** Fleets of a stack on the services of AWS, whose clients are common to all polls. */
export function fleetPorts(
  { now, sleep, write }: Runtime,
  stack: string,
): (settings: RolledFleet) => RolloutPorts {
  const [autoScaling, ec2, ecs] = [new AutoScalingClient(), new EC2Client(), new ECSClient()];
  const [sns, ssm] = [new SNSClient(), new SSMClient()];
  return ({ autoScalingGroup, cluster, fleet, launchTemplateId, topicArn }) => {
    const log = createLog({ fleet }, write);
    return {
      control: autoScalingFleet(autoScaling, ec2, { autoScalingGroup, launchTemplateId }),
      hosts: ecsContainerHosts(ecs, cluster),
      parameters: ssmParameterStore(ssm, sleep),
      leases: ssmVersionedParameters(ssm),
      notifier: topicArn === '' ? loggedNotices(log) : snsNotifier(sns, topicArn),
      now,
      log,
      metrics: embeddedMetrics({ Fleet: fleet }, write),
      metricsOf: (Publication) => embeddedMetrics({ Fleet: fleet, Publication }, write),
      stackMetrics: embeddedMetrics({ Stack: stack }, write),
    };
  };
}

/** A fleet without a topic notifies its log. */
function loggedNotices(log: Log): Notifier {
  return {
    notify: (subject, text) => {
      log.info(subject, { text });
      return Promise.resolve();
    },
  };
}
