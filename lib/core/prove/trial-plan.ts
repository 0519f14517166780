import type { PipelineDescription } from '../../contract/documents/pipeline-description';
import { UsageError } from '../../contract/values/errors';
import { osOf } from '../../contract/values/release';
import { TRIAL_HOSTS } from './trial-template';

/**
 * What an instance may cost an hour unless somebody says it: twice m6i.xlarge with Windows in us-east-1, which is 0.192 USD and 0.046 for
 * each of its four cores.
 * @see https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/optimize-cpu.html
 * @see https://aws.amazon.com/ec2/pricing/on-demand/
 */
export const USD_PER_HOUR = 0.75;

/** Volumes, snapshot and downloads; an assumption. */
const USD_BESIDE = 1;

/** What a trial may spend unless somebody says it. */
export const MAX_USD = 20;

/** A rollout may run one instance more than there are for each. */
const MOST_INSTANCES = 2 * TRIAL_HOSTS;

/** How long the parts of a trial may take; then it goes on without. */
export interface TrialLimits {
  readonly bakeHours: number;
  /** From the fleet's stack to the end of its measures. */
  readonly fleetHours: number;
  /** To take the fleet away. */
  readonly removalHours: number;
}

/** The limits of a pipeline's trial; Windows Server 2016 updates for hours. */
export function trialLimits({ os }: Pick<PipelineDescription, 'os'>): TrialLimits {
  const bakeHours = osOf(os).release.name === '2016' ? 12 : 8;
  return { bakeHours, fleetHours: 3, removalHours: 1 };
}

/** What a person lets a trial cost. */
export interface TrialBudget {
  readonly maxUsd: number;
  readonly usdPerHour: number;
}

/** What a trial will do, and what it takes at most. */
export interface TrialPlan {
  readonly limits: TrialLimits;
  readonly atMostHours: number;
  readonly atMostUsd: number;
  /** Sentences for people. */
  readonly lines: readonly string[];
}

/** Plans a trial. Throws a `UsageError` where it may cost more than a person lets it. */
export function planTrial(
  description: Pick<PipelineDescription, 'os' | 'pipeline'>,
  { instanceType, maxUsd, usdPerHour }: TrialBudget & { readonly instanceType: string },
): TrialPlan {
  const { pipeline } = description;
  const limits = trialLimits(description);
  const { bakeHours, fleetHours, removalHours } = limits;
  const atMostHours = bakeHours + fleetHours + removalHours;
  const usd = (bakeHours + MOST_INSTANCES * (fleetHours + removalHours)) * usdPerHour + USD_BESIDE;
  const atMostUsd = Math.ceil(100 * usd) / 100;
  if (atMostUsd > maxUsd) {
    throw new UsageError(
      `The trial may cost ${money(atMostUsd)}, which is more than --max-usd; got: ${maxUsd}. Allow more, or say the price of your ` +
        `instances with --usd-per-hour (${usdPerHour} is taken).`,
    );
  }
  return {
    ...{ limits, atMostHours, atMostUsd },
    lines: [
      `bake ${pipeline} now, as a forced rebake does: at most ${bakeHours} h. What it publishes stays, and is promoted as any.`,
      `make a stack with a cluster and ${TRIAL_HOSTS} instances (${instanceType}) from the plain AMI of AWS, and a task on each`,
      'roll them to the publication with the rules of a fleet, from this computer, and measure both from launch to first task: ' +
        `at most ${fleetHours} h`,
      `take the stack away, whatever came of it: at most ${removalHours} h`,
      `at most ${money(atMostUsd)} and ${atMostHours} h, mostly 3 to 5 h; an instance hour is taken for ${usdPerHour} USD, and what is ` +
        `beside for ${USD_BESIDE}`,
      `should this computer be cut off, the instances run on, for at most ${money(MOST_INSTANCES * usdPerHour)} an hour: winbake prove ${pipeline} --clean`,
    ],
  };
}

function money(usd: number): string {
  return `${usd.toFixed(2)} USD`;
}
