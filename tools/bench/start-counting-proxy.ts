import { fork } from 'node:child_process';
import { once } from 'node:events';
import { BenchError } from './bench-error';
import type { LocalServer } from './local-registry';

/** What went through the proxy. */
export interface ProxyCount {
  /** HTTP requests, whoever sent them. */
  readonly requests: number;
  /** Connections that spoke TLS, which the registry does not. */
  readonly tlsAttempts: number;
}

/** The proxy that both sides are counted by. */
export interface CountingProxy extends LocalServer {
  reset(): Promise<void>;
  count(): Promise<ProxyCount>;
}

/** Starts the proxy in front of a registry, as a process of its own. */
export async function startCountingProxy(program: string, registryUrl: string): Promise<CountingProxy> {
  const child = fork(program, [registryUrl]);
  const ended = once(child, 'exit');
  const answer = async (): Promise<unknown> => {
    const lost = ended.then(() => {
      throw new BenchError('The counting proxy ended early; see what it says above.');
    });
    const [message] = (await Promise.race([once(child, 'message'), lost])) as [unknown];
    return message;
  };
  const ask = async (request: 'reset' | 'count'): Promise<ProxyCount> => {
    child.send(request, () => undefined);
    return (await answer()) as ProxyCount;
  };
  const { port } = (await answer()) as { port: number };
  return {
    url: `http://127.0.0.1:${port}`,
    reset: async () => {
      await ask('reset');
    },
    count: () => ask('count'),
    close: async () => {
      if (child.connected) {
        child.disconnect();
      }
      await ended;
    },
  };
}
