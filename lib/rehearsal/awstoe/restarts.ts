import type { PretendedHost } from '../host/pretended-host';

/** Systems Manager's agent goes on with a command after at most this many restarts, unless its configuration says else. */
const MOST_RESTARTS = 15;

/** The instance was to be restarted more often than Systems Manager does it; no `onFailure` helps against that. */
export class TooManyRestarts extends Error {
  constructor() {
    super(`The instance was to be restarted more than ${MOST_RESTARTS} times.`);
    this.name = 'TooManyRestarts';
  }
}

/**
 * Restarts an instance, up to the agent's `Mds.CommandRetryLimit`.
 * @see https://docs.aws.amazon.com/imagebuilder/latest/userguide/toe-action-modules.html#action-modules-reboot
 * @see https://github.com/aws/amazon-ssm-agent/blob/mainline/README.md#runtime-configuration
 */
export class Restarts {
  private count = 0;

  /** Throws `TooManyRestarts` at the limit. */
  restart(host: PretendedHost): void {
    if (this.count === MOST_RESTARTS) {
      throw new TooManyRestarts();
    }
    this.count += 1;
    host.reboot();
  }
}
