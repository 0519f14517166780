import { WinbakeError } from '../../lib/contract/values/errors';
import type { CarePorts } from '../../lib/core/housekeeping/memory';
import type { Measurement } from '../../lib/core/ports/notices';
import { createCare, type CareAnswer } from '../../lib/handlers/care';
import { pipelineOf } from '../../lib/handlers/pipeline';
import { pretendedInventory } from '../aws/account/ami-inventory';
import { pretendedStores } from '../aws/account/stores';
import { unmodelled } from '../aws/cloudformation/environment';
import type { PretendedFleet } from '../aws/fleet/simulated-fleet';
import { AccessDenied, callerOf, type Caller } from '../aws/iam/role-policies';
import { bucketOf, siblingName, type Stage } from './rehearsal-context';
import { functionNamed, schedulesOf } from './template-functions';

/** What care works on. */
export type CaredStage = Pick<Stage, 'account' | 'clock' | 'pipeline'>;

/** What care measured at one look. */
export interface CareMeasurement extends Measurement {
  readonly at: Date;
}

/** Care as its schedule runs it from the deployment on. */
export interface ScheduledCare {
  /** Takes care once more, now. */
  readonly takeCare: () => Promise<CareAnswer>;
  readonly measurements: readonly CareMeasurement[];
  /** What its prunes deprecated and removed, a line each with the reason. */
  readonly prunes: readonly string[];
}

/**
 * Lets the care function of the template look after the pipeline whenever its schedule calls it: at once, and then again and
 * again as the clock passes. A look that fails ends the rehearsal.
 * @see https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html#rate-based
 */
export async function scheduleCare(
  stage: CaredStage,
  fleets: readonly PretendedFleet[],
): Promise<ScheduledCare> {
  const { account, clock, pipeline } = stage;
  const care = functionNamed(pipeline.stack, siblingName(stage, 'care'));
  const caller = callerOf(account.stacks, care.roleArn);
  const measurements: CareMeasurement[] = [];
  const prunes: string[] = [];
  const failures: unknown[] = [];
  const handler = createCare(
    portsOf(stage, fleets, caller, care.environment, measurements),
    { ...care.environment, AWS_REGION: account.environment.region },
    {
      info: () => undefined,
      error: (_message, error) => {
        failures.push(error);
      },
    },
  );
  const takeCare = async () => {
    failures.length = 0;
    try {
      const answer = await handler();
      prunes.push(...(answer.prune ?? '').split('\n').filter((line) => /^(?:deprecate|remove) /.test(line)));
      return answer;
    } catch (error) {
      throw failures.find((failure) => failure instanceof AccessDenied) ?? failed(error);
    }
  };
  for (const { milliseconds, name, roleArn } of schedulesOf(pipeline.stack, care.arn)) {
    callerOf(account.stacks, roleArn).require('lambda:InvokeFunction', care.arn);
    if (milliseconds === undefined) {
      throw unmodelled(`the schedule ${name}, which takes care on Patch Tuesday only`);
    }
    clock.every(milliseconds, async () => {
      await takeCare();
    });
  }
  await takeCare();
  return { takeCare, measurements, prunes };
}

function portsOf(
  stage: CaredStage,
  fleets: readonly PretendedFleet[],
  caller: Caller,
  environment: Readonly<Record<string, string>>,
  measurements: CareMeasurement[],
): CarePorts {
  const { account, clock } = stage;
  return {
    documents: account.storage.documents(bucketOf(stage), caller),
    stores: pretendedStores(account.parameters, account.environment, caller),
    notifier: account.topics.notifier(environment['WINBAKE_TOPIC_ARN'] ?? '', caller),
    announcer: account.bus.announcer(caller),
    inventory: pretendedInventory(
      {
        amis: account.amis,
        parameters: account.parameters,
        fleets,
        clock,
        pipeline: pipelineOf(environment),
      },
      caller,
    ),
    metrics: {
      record: (measured, at) => {
        measurements.push(...measured.map((one) => ({ ...one, at })));
      },
    },
    now: () => clock.now(),
  };
}

function failed(cause: unknown): WinbakeError {
  const said = cause instanceof Error ? cause.message : String(cause);
  return new WinbakeError('REHEARSAL_FAILED', `Care failed: ${said}`, { cause });
}
