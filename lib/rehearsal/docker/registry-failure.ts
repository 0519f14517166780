import { RegistryError } from '../../core/oci/registry';
import { DaemonError } from './daemon-error';

/**
 * What the engine says of a registry that could not be read, the client's sentence included; anything else is passed on.
 * Source: moby v25.0.6 `distribution/errors.go`, and the distribution client's error codes that it prints.
 */
export function registryFailure(error: unknown, host: string, doing = ''): unknown {
  if (!(error instanceof RegistryError)) {
    return error;
  }
  const words = {
    REGISTRY_THROTTLED: `toomanyrequests: ${error.message}`,
    REGISTRY_UNREACHABLE: `Get "https://${host}/v2/": ${error.message}`,
    REGISTRY_INVALID: error.message,
  }[error.code];
  return new DaemonError(`${doing}${words}`, { cause: error });
}

/**
 * What the engine says of a registry that the pretended network does not have: Go's words for a name that nobody knows.
 * @see https://pkg.go.dev/net#DNSError
 */
export function unknownRegistry(host: string): DaemonError {
  const name = host.replace(/:\d+$/, '');
  return new DaemonError(`Get "https://${host}/v2/": dial tcp: lookup ${name}: no such host`);
}
