import type { Reach } from '../lib/core/ports/pipeline-sight';

const LONGEST_WAIT_MILLISECONDS = 10_000;

/** The network of this computer; any answer counts, also one that asks for credentials. */
export const reachFromHere: Reach = {
  status: async (url) => {
    try {
      const signal = AbortSignal.timeout(LONGEST_WAIT_MILLISECONDS);
      return (await fetch(url, { method: 'HEAD', redirect: 'manual', signal })).status;
    } catch (error) {
      throw error instanceof Error && error.cause instanceof Error ? error.cause : error;
    }
  },
};
