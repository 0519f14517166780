import { Option } from 'commander';

/** Which account and region a command is about. */
export interface PlaceOptions {
  readonly prefix: string;
  readonly region?: string;
  readonly account?: string;
  /** Of the shared AWS configuration. */
  readonly profile?: string;
}

/** Which pipeline a command is about, and where it is. */
export interface PipelineOptions extends PlaceOptions {
  readonly pipeline: string;
}

/** The argument that names a pipeline. */
export const PIPELINE_NAME = ['<name>', 'name of the pipeline, such as 2022-core'] as const;

/** The options that name a place, each made anew for its command; `what` is to be found there. */
export function placeOptions(what: 'pipeline' | 'fleet' = 'pipeline'): readonly Option[] {
  return [
    new Option('--prefix <path>', `SSM parameter path prefix of ${what}s`).default('/winbake'),
    new Option('--region <region>', `region of the ${what} (default: AWS_REGION, or the profile's)`),
    new Option('--profile <name>', 'profile to sign in with (default: AWS_PROFILE)'),
    new Option('--account <id>', 'fail unless the credentials belong to this account'),
  ];
}
