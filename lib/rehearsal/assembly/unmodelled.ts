import { WinbakeError } from '../../core/errors/winbake-error';

/** What a rehearsal says of something that it has no model for: it stops and never guesses. */
export function unmodelled(what: string): WinbakeError {
  return new WinbakeError('REHEARSAL_FAILED', `The rehearsal does not model ${what}.`);
}
