/** Why a command or a handler failed; it decides the exit code and is matched by `code`, never by text. */
type WinbakeErrorCode =
  | 'USAGE'
  | 'NO_DATA'
  | 'FILE_UNREADABLE'
  | 'DOCUMENT_INVALID'
  | 'PORT_UNAVAILABLE'
  | 'REGISTRY_UNREACHABLE'
  | 'REGISTRY_THROTTLED'
  | 'REGISTRY_INVALID'
  | 'LOGIN_NEEDED'
  | 'NOT_FOUND'
  | 'CATALOG_CONFLICT'
  | 'DOCUMENT_CONFLICT'
  | 'AWS_FAILED'
  | 'PUBLICATION_REFUSED'
  | 'ROLLOUT_UNDER_WAY'
  | 'STILL_DEPLOYED'
  | 'REHEARSAL_FAILED';

/**
 * A failure that a person can read: one sentence that says what was wrong, where, what was received and the way out.
 * Thrown by every layer of Winbake; `cause` keeps the technical origin.
 */
export class WinbakeError extends Error {
  constructor(
    readonly code: WinbakeErrorCode,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.name = 'WinbakeError';
  }
}

/** What a person typed is not a value of the kind that is asked for; ends a command with exit code 2. */
export class UsageError extends WinbakeError {
  constructor(message: string, options?: ErrorOptions) {
    super('USAGE', message, options);
    this.name = 'UsageError';
  }
}
