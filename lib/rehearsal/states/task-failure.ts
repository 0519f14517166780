import { WinbakeError } from '../../contract/values/errors';
import { StateFailure } from './state-failure';

/**
 * How Step Functions sees what a task threw: the error's `name`, or its `code` where the name is that of every error,
 * is the error name; its message is the cause. What the rehearsal itself refuses is no failure of the task and is thrown
 * on, so that no catcher hides it.
 */
export function taskFailure(thrown: unknown): StateFailure {
  if (isRehearsalFailure(thrown)) {
    throw thrown;
  }
  if (thrown instanceof Error) {
    return new StateFailure(errorName(thrown), thrown.message);
  }
  return new StateFailure('Error', String(thrown));
}

function isRehearsalFailure(thrown: unknown): thrown is WinbakeError {
  return thrown instanceof WinbakeError && thrown.code === 'REHEARSAL_FAILED';
}

function errorName(error: Error & { readonly code?: unknown }): string {
  const isPlain = error.name === 'Error' || error.name === '';
  return isPlain && typeof error.code === 'string' && error.code !== '' ? error.code : error.name || 'Error';
}
