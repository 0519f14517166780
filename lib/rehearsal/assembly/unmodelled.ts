import { WinbakeError } from '../../contract/values/errors';

/** A refusal of what AWS may know and the rehearsal does not. */
export class UnmodelledError extends WinbakeError {
  constructor(readonly what: string) {
    super('REHEARSAL_FAILED', `The rehearsal does not model ${what}.`);
    this.name = 'UnmodelledError';
  }
}

/** What a rehearsal says of something that it has no model for: it stops and never guesses. */
export function unmodelled(what: string): UnmodelledError {
  return new UnmodelledError(what);
}
