import { WinbakeError } from '../../../lib/contract/values/errors';

/** A refusal of what Step Functions may know and the rehearsal does not; `where` names the state and the field. */
export function notModelled(what: string, where: string): WinbakeError {
  return new WinbakeError('REHEARSAL_FAILED', `The rehearsal does not model ${what} in ${where}.`);
}

/** A refusal of what Step Functions would not take either, because its language forbids it. */
export function notValid(what: string, where: string): WinbakeError {
  return new WinbakeError('REHEARSAL_FAILED', `The state machine is not valid: ${what} in ${where}.`);
}

/** Why a state or the execution failed: an error name of the States Language and its cause. */
export class StateFailure extends Error {
  constructor(
    /** Undefined for a Fail state that names none. */
    readonly error: string | undefined,
    /** For people; absent where nothing more is known. */
    readonly reason: string | undefined,
    /** Ends the execution whatever the state's retriers and catchers say. */
    readonly final = false,
  ) {
    super(`${error ?? 'A failure without a name'}: ${reason ?? 'no cause was given'}`);
    this.name = 'StateFailure';
  }
}

/**
 * A failure that cannot be processed and always ends the execution.
 *
 * @see https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html
 */
export function runtimeFailure(reason: string): StateFailure {
  return new StateFailure('States.Runtime', reason, true);
}
