import type { Reach } from '../lib/core/doctor/pipeline-inspector';

const LONGEST_WAIT_MILLISECONDS = 10_000;

/** The network of this computer; any answer counts, also one that asks for credentials. */
export const reachFromHere: Reach = {
  status: async (url) => {
    const signal = AbortSignal.timeout(LONGEST_WAIT_MILLISECONDS);
    try {
      return (await fetch(url, { method: 'HEAD', redirect: 'manual', signal })).status;
    } catch (error) {
      throw new Error(causeOf(error), { cause: error });
    }
  },
};

/** What `fetch` says of a failure stands in its causes; the innermost has the code of the system. */
function causeOf(error: unknown): string {
  const { cause, code, message } = error as { cause?: unknown; code?: unknown; message?: unknown };
  return cause === undefined ? String(code ?? message) : causeOf(cause);
}
