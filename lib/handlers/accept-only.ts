import { UsageError } from '../contract/values/errors';
import type { OperateRequest } from '../contract/documents/operate-request';

/** The alias through which findings may be accepted and nothing else. */
export const ACCEPT_ALIAS = 'accept';

/**
 * Keeps two grants apart: who may call the alias accepts findings, who may call the function itself does all else. Throws a
 * `UsageError` where a verb came the other way; an ARN without an alias has seven parts.
 */
export function requireWay(invokedArn: string, { verb }: OperateRequest): void {
  const isAcceptAlias = invokedArn.split(':')[7] === ACCEPT_ALIAS;
  if (isAcceptAlias !== (verb === 'accept')) {
    throw new UsageError(
      isAcceptAlias
        ? `Through the alias "${ACCEPT_ALIAS}" only findings are accepted; got: '${verb}'.`
        : `Findings are accepted through the alias "${ACCEPT_ALIAS}" only; ask for grantAccept.`,
    );
  }
}
