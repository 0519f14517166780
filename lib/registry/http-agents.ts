import { Agent, type AgentOptions } from 'node:http';
import type { LookupFunction } from 'node:net';

/** Shorter than the 5 s after which many servers close what is idle: a request must not meet a connection that just ends. */
const IDLE_MILLISECONDS = 4000;

/** How names are looked up, and which certificates are trusted. */
interface HttpAgentsOptions {
  readonly lookup: LookupFunction;
  /** Certificates of authorities to trust instead of the usual ones, as PEM. */
  readonly certificateAuthorities?: readonly string[] | undefined;
}

/** The connections of one client; each is kept open for the next request to its server. */
export interface HttpAgents {
  /** The agent that speaks the protocol of an address. */
  agentFor(url: URL): Promise<Agent>;
  /** Ends all connections, those with a request under way too. */
  destroy(): void;
}

/** Makes the agents of one client. Node's TLS is loaded for the first https address only; a process that never asks one starts sooner. */
export function createHttpAgents({ lookup, certificateAuthorities: ca }: HttpAgentsOptions): HttpAgents {
  // The agent closes an idle connection at its timeout; of one with a request it only says so, and nobody listens.
  const options: AgentOptions = { keepAlive: true, timeout: IDLE_MILLISECONDS, lookup };
  const plain = new Agent(options);
  let secure: Promise<Agent> | undefined;
  const loadSecure = async (): Promise<Agent> => {
    const https = await import('node:https');
    return new https.Agent({ ...options, ...(ca === undefined ? {} : { ca: [...ca] }) });
  };
  return {
    agentFor: (url) => (url.protocol === 'https:' ? (secure ??= loadSecure()) : Promise.resolve(plain)),
    destroy: () => {
      plain.destroy();
      void secure?.then((agent) => {
        agent.destroy();
      });
    },
  };
}
