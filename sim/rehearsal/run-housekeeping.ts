import type { Measurement } from '../../lib/core/ports/notices';
import type { HousekeepingAnswer } from '../../lib/handlers/housekeeping';
import { unmodelled } from '../aws/cloudformation/environment';
import { siblingName, type RehearsalContext } from './rehearsal-context';
import { functionNamed, schedulesOf } from './template-functions';

/** What housekeeping works on. */
export type HousekeepingContext = Pick<RehearsalContext, 'account' | 'clock' | 'pipeline'>;

/** What housekeeping measured at one poll. */
export interface HousekeepingMeasurement extends Measurement {
  readonly at: Date;
}

/** Housekeeping as its schedule runs it from the deployment on. */
export interface ScheduledHousekeeping {
  readonly measurements: readonly HousekeepingMeasurement[];
  /** What its prunes deprecated and removed, a line each with the reason. */
  readonly prunes: readonly string[];
}

/**
 * Lets the housekeeping function of the template look after the pipeline whenever its schedule sends it an event: at once, and
 * then again and again as the clock passes.
 * @see https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html#rate-based
 */
export async function scheduleHousekeeping(context: HousekeepingContext): Promise<ScheduledHousekeeping> {
  const { account, clock, pipeline } = context;
  const housekeeping = functionNamed(pipeline.stack, siblingName(context, 'housekeeping'));
  const measurements: HousekeepingMeasurement[] = [];
  const prunes: string[] = [];
  account.functions.onLine((functionArn, line) => {
    if (functionArn === housekeeping.arn) {
      measurements.push(...measurementsIn(line));
    }
  });
  account.functions.onAnswer((functionArn, answer) => {
    if (functionArn === housekeeping.arn) {
      const { prune = '' } = answer as HousekeepingAnswer;
      prunes.push(...prune.split('\n').filter((line) => /^(?:deprecate|remove) /.test(line)));
    }
  });
  for (const { input, milliseconds, name } of schedulesOf(pipeline.stack, housekeeping.arn)) {
    if (milliseconds === undefined) {
      throw unmodelled(`the schedule ${name}, which runs housekeeping on Patch Tuesday only`);
    }
    clock.every(milliseconds, () => {
      account.invocations.add(housekeeping.arn, input);
      return Promise.resolve();
    });
  }
  account.invocations.add(housekeeping.arn, {});
  await clock.waitUntil(clock.now());
  return { measurements, prunes };
}

/** What a line of the log measures, as CloudWatch reads it. */
function measurementsIn(line: string): readonly HousekeepingMeasurement[] {
  const values = JSON.parse(line) as Readonly<Record<string, unknown>> & {
    readonly _aws?: {
      readonly Timestamp: number;
      readonly CloudWatchMetrics: readonly {
        readonly Metrics: readonly {
          readonly Name: Measurement['name'];
          readonly Unit: Measurement['unit'];
        }[];
      }[];
    };
  };
  const { CloudWatchMetrics = [], Timestamp = 0 } = values._aws ?? {};
  return CloudWatchMetrics.flatMap(({ Metrics }) =>
    Metrics.map(({ Name: name, Unit: unit }) => ({
      name,
      unit,
      value: Number(values[name]),
      at: new Date(Timestamp),
    })),
  );
}
