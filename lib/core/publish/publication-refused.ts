import { WinbakeError } from '../errors/winbake-error';

/** Why a bake is not published; `why` is a clause without a full stop. */
export function publicationRefused(why: string): WinbakeError {
  return new WinbakeError('PUBLICATION_REFUSED', `Nothing was published: ${why}.`);
}
