import { Option } from 'commander';

/** Which account and region a command is about. */
export interface PlaceOptions {
  readonly prefix: string;
  readonly region?: string;
  readonly account?: string;
}

/** Which pipeline a command is about, and where it is. */
export interface PipelineOptions extends PlaceOptions {
  readonly pipeline: string;
}

/** The options that name a pipeline, each made anew for its command. */
export function pipelineOptions(): readonly Option[] {
  return [
    new Option('-p, --pipeline <name>', 'name of the pipeline, such as 2022-core').makeOptionMandatory(),
    ...placeOptions(),
  ];
}

/** The options that name a place, without a pipeline; `what` is to be found there. */
export function placeOptions(what: 'pipeline' | 'fleet' = 'pipeline'): readonly Option[] {
  return [
    new Option('--prefix <path>', `where the parameters of ${what}s begin`).default('/winbake'),
    new Option('--region <region>', `region of the ${what} (default: AWS_REGION, or the profile's)`),
    new Option('--account <id>', 'the account that it must be, else nothing is done'),
  ];
}
