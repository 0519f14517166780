import { AutoScalingClient } from '@aws-sdk/client-auto-scaling';
import { EC2Client } from '@aws-sdk/client-ec2';
import { ECSClient } from '@aws-sdk/client-ecs';
import { SNSClient } from '@aws-sdk/client-sns';
import { SSMClient } from '@aws-sdk/client-ssm';
import type { Context } from 'aws-lambda';
import { autoScalingFleet } from '../aws/fleets/auto-scaling-fleet';
import { ecsContainerHosts } from '../aws/fleets/ecs-container-hosts';
import { snsNotifier } from '../aws/notices';
import { ssmParameterStore, ssmVersionedParameters } from '../aws/stores/ssm-parameter-store';
import { underLease, type FleetLeasePorts, reconcileFleet } from '../core/fleet/reconcile-fleet';
import type { FleetPorts } from '../core/fleet/fleet-ports';
import { type FleetWorld, runningPublications } from '../core/fleet/fleet-world';
import { hoursBehind, hoursUnpatched } from '../core/fleet/patch-hours';
import type { Measurement, Metrics, Notifier } from '../core/ports/notices';
import { createLog, embeddedMetrics, withLog, type Log } from './log';
import { LAMBDA, type Runtime } from './runtime';
import { rolloutPolicyOf } from '../contract/documents/fleet-state';
import { failedBeside, fleetParametersBeside } from '../contract/names/parameters';
import { required } from '../contract/names/environment';

/** What a rollout works with. */
export interface RolloutPorts extends FleetPorts, FleetLeasePorts {
  /** Its lines name the fleet. */
  readonly log: Log;
  readonly metrics: Metrics;
}

/** What a poll of a fleet did last, and why. */
export interface RolloutAnswer {
  readonly action: string;
  readonly reason: string;
}

/**
 * Makes the rollout function over its ports; its environment is `RolloutEnvironment`. It needs nothing of its event, and of its
 * request the id alone. While another request reconciles the fleet it does nothing: the schedule comes again.
 */
export function createRollout(ports: RolloutPorts, environment: NodeJS.ProcessEnv) {
  return async (by: string): Promise<RolloutAnswer> => {
    const fleet = required(environment, 'WINBAKE_FLEET');
    const state = required(environment, 'WINBAKE_FLEET_STATE_PARAMETER');
    const { deployment, lease, log, overrides } = fleetParametersBeside(state);
    const channel = required(environment, 'WINBAKE_CHANNEL_PARAMETER');
    const names = {
      fleet,
      autoScalingGroup: required(environment, 'WINBAKE_AUTO_SCALING_GROUP'),
      cluster: required(environment, 'WINBAKE_CLUSTER'),
      channel,
      failed: failedBeside(channel),
      state,
      overrides,
      deployment,
      log,
    };
    const policy = rolloutPolicyOf(environment);
    const done = await underLease(ports, { name: lease, by }, (note) =>
      reconcileFleet(ports, names, policy, note),
    );
    if (done === undefined) {
      const reason = 'another request reconciles the fleet';
      ports.log.info('Skipped', { kind: 'skip', reason });
      return { action: 'skip', reason };
    }
    const { actions, world } = done;
    actions.forEach((action) => {
      ports.log.info('Reconciled', { ...action });
    });
    ports.metrics.record(measurementsOf(world), world.now);
    const last = actions.at(-1);
    return { action: last?.kind ?? 'nothing', reason: last?.reason ?? '' };
  };
}

/** How far a fleet is behind its channel and behind Microsoft. */
function measurementsOf({ group, now, state }: FleetWorld): readonly Measurement[] {
  const facts = { running: runningPublications(state, group), wanted: state.wanted, now };
  return [
    { name: 'HoursBehind', value: hoursBehind(facts), unit: 'None' },
    { name: 'HoursUnpatched', value: hoursUnpatched(facts), unit: 'None' },
  ];
}

/** The rollout function on the services of AWS: brings a fleet one step nearer to the publication of its channel. */
export function create(environment: NodeJS.ProcessEnv, { now, sleep, write }: Runtime = LAMBDA) {
  const fleet = required(environment, 'WINBAKE_FLEET');
  const log = createLog({ fleet }, write);
  const ssm = new SSMClient();
  const { WINBAKE_TOPIC_ARN: topicArn = '' } = environment;
  const ports = {
    control: autoScalingFleet(new AutoScalingClient(), new EC2Client(), {
      autoScalingGroup: required(environment, 'WINBAKE_AUTO_SCALING_GROUP'),
      launchTemplateId: required(environment, 'WINBAKE_LAUNCH_TEMPLATE_ID'),
    }),
    hosts: ecsContainerHosts(new ECSClient(), required(environment, 'WINBAKE_CLUSTER')),
    parameters: ssmParameterStore(ssm, sleep),
    leases: ssmVersionedParameters(ssm),
    notifier: topicArn === '' ? loggedNotices(log) : snsNotifier(new SNSClient(), topicArn),
    now,
    log,
    metrics: embeddedMetrics({ Fleet: fleet }, write),
  };
  const rollout = withLog(log, createRollout(ports, environment));
  return (_event: unknown, { awsRequestId }: Pick<Context, 'awsRequestId'>) => rollout(awsRequestId);
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
