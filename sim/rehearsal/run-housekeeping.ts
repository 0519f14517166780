import { WinbakeError } from '../../lib/contract/values/errors';
import type { HousekeepingPorts } from '../../lib/core/housekeeping/memory';
import type { Measurement } from '../../lib/core/ports/notices';
import { createHousekeeping, type HousekeepingAnswer } from '../../lib/handlers/housekeeping';
import { pipelineOf } from '../../lib/handlers/pipeline';
import { simulatedInventory } from '../aws/account/ami-inventory';
import { simulatedStores } from '../aws/account/stores';
import { unmodelled } from '../aws/cloudformation/environment';
import type { SimulatedFleet } from '../aws/fleet/simulated-fleet';
import { AccessDenied, callerOf, type Caller } from '../aws/iam/role-policies';
import { bucketOf, siblingName, type RehearsalContext } from './rehearsal-context';
import { functionNamed, schedulesOf } from './template-functions';

/** What housekeeping works on. */
export type HousekeepingContext = Pick<RehearsalContext, 'account' | 'clock' | 'pipeline'>;

/** What housekeeping measured at one poll. */
export interface HousekeepingMeasurement extends Measurement {
  readonly at: Date;
}

/** Housekeeping as its schedule runs it from the deployment on. */
export interface ScheduledHousekeeping {
  /** Runs housekeeping once more, now. */
  readonly runHousekeeping: () => Promise<HousekeepingAnswer>;
  readonly measurements: readonly HousekeepingMeasurement[];
  /** What its prunes deprecated and removed, a line each with the reason. */
  readonly prunes: readonly string[];
}

/**
 * Lets the housekeeping function of the template look after the pipeline whenever its schedule calls it: at once, and then again and
 * again as the clock passes. A poll that fails ends the rehearsal.
 * @see https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html#rate-based
 */
export async function scheduleHousekeeping(
  context: HousekeepingContext,
  fleets: readonly SimulatedFleet[],
): Promise<ScheduledHousekeeping> {
  const { account, clock, pipeline } = context;
  const housekeeping = functionNamed(pipeline.stack, siblingName(context, 'housekeeping'));
  const caller = callerOf(account.stacks, housekeeping.roleArn);
  const measurements: HousekeepingMeasurement[] = [];
  const prunes: string[] = [];
  const failures: unknown[] = [];
  const handler = createHousekeeping(
    portsOf(context, fleets, caller, housekeeping.environment, measurements),
    { ...housekeeping.environment, AWS_REGION: account.environment.region },
    {
      info: () => undefined,
      error: (_message, error) => {
        failures.push(error);
      },
    },
  );
  const runHousekeeping = async () => {
    failures.length = 0;
    try {
      const answer = await handler();
      prunes.push(...(answer.prune ?? '').split('\n').filter((line) => /^(?:deprecate|remove) /.test(line)));
      return answer;
    } catch (error) {
      throw failures.find((failure) => failure instanceof AccessDenied) ?? failed(error);
    }
  };
  for (const { milliseconds, name, roleArn } of schedulesOf(pipeline.stack, housekeeping.arn)) {
    callerOf(account.stacks, roleArn).require('lambda:InvokeFunction', housekeeping.arn);
    if (milliseconds === undefined) {
      throw unmodelled(`the schedule ${name}, which runs housekeeping on Patch Tuesday only`);
    }
    clock.every(milliseconds, async () => {
      await runHousekeeping();
    });
  }
  await runHousekeeping();
  return { runHousekeeping, measurements, prunes };
}

function portsOf(
  context: HousekeepingContext,
  fleets: readonly SimulatedFleet[],
  caller: Caller,
  environment: Readonly<Record<string, string>>,
  measurements: HousekeepingMeasurement[],
): HousekeepingPorts {
  const { account, clock } = context;
  return {
    documents: account.storage.documents(bucketOf(context), caller),
    stores: simulatedStores(account.parameters, account.environment, caller),
    notifier: account.topics.notifier(environment['WINBAKE_TOPIC_ARN'] ?? '', caller),
    announcer: account.bus.announcer(caller),
    inventory: simulatedInventory(
      {
        amis: account.amis,
        parameters: account.parameters,
        fleets,
        clock,
        pipeline: pipelineOf(environment),
      },
      caller,
    ),
    // Everything is deployed once: there is nothing that a deployment has replaced.
    bakeDocuments: {
      all: () => Promise.resolve([]),
      usedBy: () => Promise.resolve([]),
      remove: () => Promise.resolve(),
    },
    metrics: {
      record: (measured, at) => {
        measurements.push(...measured.map((one) => ({ ...one, at })));
      },
    },
    now: () => clock.now(),
  };
}

function failed(cause: unknown): WinbakeError {
  const reported = cause instanceof Error ? cause.message : String(cause);
  return new WinbakeError('REHEARSAL_FAILED', `Housekeeping failed: ${reported}`, { cause });
}
