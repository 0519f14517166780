import { WinbakeError } from './winbake-error';

/** What a person typed is not a value of the kind that is asked for; ends a command with exit code 2. */
export class UsageError extends WinbakeError {
  constructor(message: string, options?: ErrorOptions) {
    super('USAGE', message, options);
    this.name = 'UsageError';
  }
}
