import { WinbakeError } from '../../contract/values/errors';

/** Why a registry could not be read: not reached in time, asked to slow down, or its answer breaks the rules. */
export type RegistryErrorCode = 'REGISTRY_UNREACHABLE' | 'REGISTRY_THROTTLED' | 'REGISTRY_INVALID';

/** What is known of the exchange that failed. */
export interface RegistryErrorDetails extends ErrorOptions {
  /** The HTTP status, where there was an answer. */
  readonly status?: number;
  /** The registry's own code, such as `TOOMANYREQUESTS`. */
  readonly registryCode?: string;
  /** The address, without its query string. */
  readonly url?: string;
}

/** A registry that could not be read; the message is one sentence for people and carries no query string. */
export class RegistryError extends WinbakeError {
  readonly status: number | undefined;
  readonly registryCode: string | undefined;
  readonly url: string | undefined;

  constructor(
    override readonly code: RegistryErrorCode,
    message: string,
    details: RegistryErrorDetails = {},
  ) {
    super(code, message, details);
    this.name = 'RegistryError';
    this.status = details.status;
    this.registryCode = details.registryCode;
    this.url = details.url;
  }
}
