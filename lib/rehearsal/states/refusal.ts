import { WinbakeError } from '../../contract/values/errors';

/** A refusal of what Step Functions may know and the rehearsal does not; `where` names the state and the field. */
export function notModelled(what: string, where: string): WinbakeError {
  return new WinbakeError('REHEARSAL_FAILED', `The rehearsal does not model ${what} in ${where}.`);
}

/** A refusal of what Step Functions would not take either, because its language forbids it. */
export function notValid(what: string, where: string): WinbakeError {
  return new WinbakeError('REHEARSAL_FAILED', `The state machine is not valid: ${what} in ${where}.`);
}
