/**
 * A standard parameter takes 4 KB.
 * @see https://docs.aws.amazon.com/systems-manager/latest/userguide/parameter-store-advanced-parameters.html
 */
export const LONGEST_PARAMETER = 4096;

/** The path below which all fleets keep their parameters; `prefix` is where all of Winbake begin, such as `/winbake`. */
export function fleetsPath(prefix: string): string {
  return `${prefix}/fleets`;
}

/** The names of a fleet's parameters. */
export function fleetParameters(prefix: string, fleet: string) {
  const path = `${fleetsPath(prefix)}/${fleet}`;
  return {
    path,
    /** What its stack says of the fleet. */
    settings: `${path}/settings`,
    state: `${path}/state`,
    overrides: `${path}/overrides`,
    /** Who reconciles the fleet. */
    lease: `${path}/lease`,
    /** What pauses the fleet while a deployment changes its group. */
    deployment: `${path}/deployment`,
    /** How soon its newest instances ran their first task; among the logs, which the rollout may write. */
    starts: `${path}/log/starts`,
    /** The log of one month, such as `2026-07`. */
    log: (month: string) => `${path}/log/${month}`,
  };
}

/** The same, of a fleet that follows a pipeline: its parameters begin where those of the pipeline do. */
export function fleetParametersFollowing(publicationParameter: string, fleet: string) {
  const path = pathOfFollowed(publicationParameter);
  return fleetParameters(path.slice(0, path.lastIndexOf('/')), fleet);
}

/** The parameter with the description of a pipeline. */
export function pipelineParameter(path: string): string {
  return `${path}/pipeline`;
}

/** The moving pointers of a pipeline: what was published last, what fleets run, and what they ran before. */
export const CHANNELS = ['latest', 'current', 'previous'] as const;

/** One of `latest`, `current`, `previous`. */
export type ChannelName = (typeof CHANNELS)[number];

/** The names of a channel's parameters below the pipeline's path, such as `/winbake/2022-core`. */
export function channelParameters(path: string, channel: ChannelName) {
  return {
    publication: `${path}/${channel}/publication`,
    amiId: `${path}/${channel}/ami-id`,
    osVersion: `${path}/${channel}/os-version`,
  };
}

/** The parameters of the newest publication of one revision: its JSON, which is the truth, and its AMI for templates. */
export function revisionParameters(path: string, build: number, revision: number) {
  const publication = `${path}/by-revision/${build}.${revision}`;
  return { publication, amiId: `${publication}/ami-id` };
}

/** The parameter with the publications that have failed on a fleet. */
export function failedParameter(path: string): string {
  return `${path}/failed`;
}

/** The path of the pipeline that a fleet follows: by a channel's publication, or that of a revision. */
export function pathOfFollowed(publicationParameter: string): string {
  return publicationParameter.split('/').slice(0, -2).join('/');
}

/** The same, beside what a fleet follows: a channel's publication, or that of a revision. */
export function failedBeside(publicationParameter: string): string {
  return failedParameter(pathOfFollowed(publicationParameter));
}

/** The parameter with the override of the person who holds promotion; one whose `until` is over holds nothing. */
export function holdParameter(path: string): string {
  return `${path}/hold`;
}
