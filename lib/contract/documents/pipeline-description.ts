import * as z from 'zod';

const accountId = z.string().regex(/^\d{12}$/);
const regionCode = z.string().min(1);

/**
 * What the handlers and the command line know of a pipeline. It stands in the parameter `<path>/pipeline` and, the same
 * text, in the environment of each handler.
 */
export const pipelineDescriptionSchema = z.object({
  schema: z.literal('winbake.pipeline/1'),
  /** Such as `SERVER_2022_CORE`. */
  os: z.string().min(1),
  pipeline: z.string().min(1),
  /** Such as `/winbake`. */
  parameterPrefix: z.string().min(1),
  account: accountId,
  region: regionCode,
  bucket: z.string().min(1),
  baseAmiParameter: z.string().nullable(),
  stateMachineArn: z.string().startsWith('arn:'),
  operateFunctionArn: z.string().startsWith('arn:'),
  imagePipelineArn: z.string().startsWith('arn:').nullable(),
  /** The accounts and regions that publications go to beside the pipeline's own: each account in each region; see `targetsOf`. */
  accounts: z.array(accountId),
  regions: z.array(regionCode),
  promotion: z.object({
    mode: z.enum(['manual', 'automatic']),
    delaySeconds: z.int().nonnegative(),
    /** Promotion waits for canary fleets no longer than this. */
    atMostSeconds: z.int().nonnegative(),
    canaryFleets: z.array(z.string()),
  }),
  retention: z.object({ newest: z.int().positive(), minimumAgeDays: z.int().nonnegative() }),
  patchWithinSeconds: z.int().positive(),
  /** After so long without a decision people are notified; null where nothing decides by the clock. */
  longestSilenceHours: z.int().positive().nullable(),
});

/** What the handlers and the command line know of a pipeline. */
export type PipelineDescription = z.infer<typeof pipelineDescriptionSchema>;

/** An account and region that publications are made known in. */
export interface PublicationTarget {
  readonly account: string;
  readonly region: string;
}

/** Where publications go, as a description says it. */
export type PublicationTargets = Pick<PipelineDescription, 'account' | 'region' | 'accounts' | 'regions'>;

/** The path of a pipeline's parameters, such as `/winbake/2022-core`. */
export function pipelinePath({ parameterPrefix, pipeline }: PipelineDescription): string {
  return `${parameterPrefix}/${pipeline}`;
}

/** The account and region of the pipeline itself, whose channels all others follow. */
export function homeOf({ account, region }: PipelineDescription): PublicationTarget {
  return { account, region };
}

/** The regions that a pipeline publishes to, its own first. */
export function regionsOf({
  region,
  regions,
}: Pick<PublicationTargets, 'region' | 'regions'>): readonly string[] {
  return [region, ...regions];
}

/** Everywhere that publications go: each account in each region, the pipeline's own first. */
export function targetsOf(description: PublicationTargets): readonly PublicationTarget[] {
  const regions = regionsOf(description);
  return [description.account, ...description.accounts].flatMap((account) =>
    regions.map((region) => ({ account, region })),
  );
}

/** The other accounts and regions that publications go to. */
export function awayTargets(description: PublicationTargets): readonly PublicationTarget[] {
  return targetsOf(description).slice(1);
}

/** A target in a key or a message. */
export function targetName({ account, region }: PublicationTarget): string {
  return `${account}/${region}`;
}
