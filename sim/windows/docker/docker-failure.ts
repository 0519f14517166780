import { RegistryError } from '../../../lib/core/oci/registry';

/** What the engine answers a request with in place of doing it; how it is printed depends on the command. */
export class DaemonError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'DaemonError';
  }
}

/** The error as the command line prints it where the request failed at once. */
export function daemonResponse({ message }: DaemonError): string {
  return `Error response from daemon: ${message}`;
}

/**
 * What the engine says of a registry that could not be read, the client's sentence included; anything else is passed on.
 * Source: moby v25.0.6 `distribution/errors.go`, and the distribution client's error codes that it prints.
 */
export function registryFailure(error: unknown, host: string, doing = ''): unknown {
  if (!(error instanceof RegistryError)) {
    return error;
  }
  const overrides = {
    REGISTRY_THROTTLED: `toomanyrequests: ${error.message}`,
    REGISTRY_UNREACHABLE: `Get "https://${host}/v2/": ${error.message}`,
    REGISTRY_INVALID: error.message,
  }[error.code];
  return new DaemonError(`${doing}${overrides}`, { cause: error });
}

/**
 * What the engine says of a registry that the simulated network does not have: Go's words for a name that nobody knows.
 * @see https://pkg.go.dev/net#DNSError
 */
export function unknownRegistry(host: string): DaemonError {
  const name = host.replace(/:\d+$/, '');
  return new DaemonError(`Get "https://${host}/v2/": dial tcp: lookup ${name}: no such host`);
}

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
 * What the rehearsal does not know how to answer: it fails instead of claiming a success. 125 is docker's own code for
 * a call that never got as far as a container.
 * @see https://docs.docker.com/reference/cli/docker/container/run/#exit-status
 */
export function notModelled(args: readonly string[], reason?: string): DockerFailure {
  const why = reason === undefined ? '' : `: ${reason}`;
  return new DockerFailure(125, `the rehearsal does not model 'docker ${args.join(' ')}'${why}`);
}

/** The simulated host is not set up as this program needs it; no call can be answered. */
export function brokenHost(sentence: string): DockerFailure {
  return new DockerFailure(125, sentence);
}
