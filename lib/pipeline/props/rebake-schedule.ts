import { Duration, TimeZone } from 'aws-cdk-lib';
import { ScheduleExpression } from 'aws-cdk-lib/aws-scheduler';

/** Without a decision for longer nobody knows whether there is anything to bake. */
const DAILY_SILENCE_HOURS = 26;

/** How often a pipeline polls besides Patch Tuesday. */
export interface PatchTuesdayOptions {
  /**
   * The time between the polls besides.
   *
   * @default Duration.hours(4)
   */
  readonly interval?: Duration;
}

/** What a schedule of your own means for silence. */
export interface OwnScheduleOptions {
  /**
   * People are notified where nothing was decided for so long; give more for polls that are rarer than daily.
   *
   * @default Duration.hours(26)
   */
  readonly longestSilence?: Duration;
}

/** One thing that starts a rebake by the clock. */
interface ScheduledRebake {
  /** The id of its construct. */
  readonly id: string;
  /** What the rebake is notified as its trigger. */
  readonly trigger: string;
  /** What it does, as the end of a sentence. */
  readonly does: string;
  readonly expression: ScheduleExpression;
}

/** When a pipeline polls whether a bake is due. A poll costs a few requests to the registry. */
export class RebakeSchedule {
  /**
   * On Patch Tuesday at 10:00 Pacific time, from when on it polls every 15 minutes until it has decided, and every few hours
   * besides.
   */
  public static patchTuesday(options: PatchTuesdayOptions = {}): RebakeSchedule {
    const interval = options.interval ?? Duration.hours(4);
    const entries = [
      {
        id: 'PatchTuesday',
        trigger: 'patchTuesday',
        does: 'polls for the images of Patch Tuesday',
        // Microsoft releases its updates on the second Tuesday of a month at 10:00 Pacific time.
        expression: ScheduleExpression.cron({
          minute: '0',
          hour: '10',
          weekDay: 'TUE#2',
          timeZone: TimeZone.AMERICA_LOS_ANGELES,
        }),
      },
      {
        id: 'Poll',
        trigger: 'poll',
        does: 'polls for anything new',
        expression: ScheduleExpression.rate(interval),
      },
    ];
    const silence = Math.max(DAILY_SILENCE_HOURS, Math.ceil(interval.toHours({ integral: false })) + 2);
    return new RebakeSchedule(entries, silence);
  }

  /**
   * At the times of your own.
   *
   * @param expression - when
   */
  public static at(expression: ScheduleExpression, options: OwnScheduleOptions = {}): RebakeSchedule {
    const longestSilence = options.longestSilence ?? Duration.hours(DAILY_SILENCE_HOURS);
    return new RebakeSchedule(
      [{ id: 'Poll', trigger: 'poll', does: 'polls for anything new', expression }],
      Math.ceil(longestSilence.toHours({ integral: false })),
    );
  }

  /**
   * Never by itself: only a person or your own code starts a rebake, the first one too. Nobody is notified that nothing is
   * decided.
   */
  public static off(): RebakeSchedule {
    return new RebakeSchedule([]);
  }

  private constructor(
    /**
     * What is scheduled.
     *
     * @internal
     */
    public readonly _entries: readonly ScheduledRebake[],
    /**
     * After how many hours without a decision people are notified; undefined where silence is no fault.
     *
     * @internal
     */
    public readonly _longestSilenceHours?: number,
  ) {}
}
