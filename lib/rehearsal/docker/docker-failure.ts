/** A call of docker that ends with an exit code other than 0 and these words on its error stream. */
export class DockerFailure extends Error {
  constructor(
    readonly exitCode: number,
    message: string,
  ) {
    super(message);
    this.name = 'DockerFailure';
  }
}

/**
 * What the rehearsal does not know how to answer: it fails in place of pretending a success. 125 is docker's own code for
 * a call that never got as far as a container.
 * @see https://docs.docker.com/reference/cli/docker/container/run/#exit-status
 */
export function notModelled(args: readonly string[], reason?: string): DockerFailure {
  const why = reason === undefined ? '' : `: ${reason}`;
  return new DockerFailure(125, `the rehearsal does not model 'docker ${args.join(' ')}'${why}`);
}

/** The pretended host is not set up as this program needs it; no call can be answered. */
export function brokenHost(sentence: string): DockerFailure {
  return new DockerFailure(125, sentence);
}
