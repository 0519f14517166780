import { AccessDenied } from '../iam/access-denied';
import type { ActionScope } from './action-scope';
import type { Action } from './actions/action';
import { Restarts } from './restarts';
import { ReferenceFailure } from './step-memory';
import { failure, REBOOT_AND_REPEAT, type ActionResult } from './step-result';
import type { TimeLimit } from './time-limit';

/**
 * Runs an action to its end: the exit code 3010 restarts the machine and runs the same step again, with the same inputs.
 * What a service refuses fails it; what the rehearsal has no model for ends the rehearsal.
 * @see https://docs.aws.amazon.com/systems-manager/latest/userguide/send-commands-reboot.html
 */
export async function runOnce(
  scope: ActionScope,
  action: Action,
  inputs: unknown,
  limit: TimeLimit,
  beforeRestart: () => void = () => undefined,
): Promise<ActionResult> {
  const restarts = scope.restarts ?? new Restarts();
  for (;;) {
    const result = await guarded(() => action.run({ ...scope, restarts }, inputs, limit.left));
    if (result.timedOut === true) {
      return { ...result, stderr: `${result.stderr}It did not end within ${limit.seconds} s.\n` };
    }
    if (result.exitCode !== REBOOT_AND_REPEAT) {
      return result;
    }
    beforeRestart();
    restarts.restart(scope.host);
  }
}

/** A failure of the step where a service refuses a call or a reference leads nowhere. */
export async function guarded(work: () => Promise<ActionResult> | ActionResult): Promise<ActionResult> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof AccessDenied) {
      return failure(`AccessDenied: ${error.message}`);
    }
    if (error instanceof ReferenceFailure) {
      return failure(error.message);
    }
    throw error;
  }
}
