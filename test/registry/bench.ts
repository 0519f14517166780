import { createHash } from 'node:crypto';
import type { Digest } from '../../lib/contract/values/digest';
import { RegistryError } from '../../lib/core/oci/registry';
import {
  createRegistryClient,
  type RegistryClient,
  type RegistryClientOptions,
} from '../../lib/registry/registry-client';
import { ScriptedRegistry } from './scripted-registry';
import type { SelfSigned } from './self-signed';

/** The media type of an image manifest in Docker's words. */
export const MANIFEST = 'application/vnd.docker.distribution.manifest.v2+json';

/** The moment at which the clock of each bench begins. */
export const START = Date.UTC(2026, 7, 11, 17);

/** Clock and sleep that need no time; `slept` has every wait in milliseconds. */
export class SimulatedTime {
  now = START;
  readonly slept: number[] = [];
  readonly clock = (): number => this.now;
  readonly sleep = (milliseconds: number): Promise<void> => {
    this.slept.push(milliseconds);
    this.now += milliseconds;
    return Promise.resolve();
  };
}

/** Servers and clients of one test, put away after it. */
export class Bench {
  readonly time = new SimulatedTime();
  private readonly ends: (() => Promise<void>)[] = [];

  /** A further server. */
  async server(identity?: SelfSigned): Promise<ScriptedRegistry> {
    const server = await new ScriptedRegistry(identity).start();
    this.ends.push(() => server.close());
    return server;
  }

  /** A client of a server, on simulated time. */
  client(url: string, options: Partial<RegistryClientOptions> = {}): RegistryClient {
    const { clock, sleep } = this.time;
    const client = createRegistryClient({ url, clock, sleep, random: () => 1, ...options });
    this.ends.push(() => client.close());
    return client;
  }

  /** A server and its client. */
  async pair(options: Partial<RegistryClientOptions> = {}): Promise<[ScriptedRegistry, RegistryClient]> {
    const server = await this.server();
    return [server, this.client(server.url, options)];
  }

  /** Does something when the test is over. */
  atEnd(end: () => void): void {
    this.ends.push(() => {
      end();
      return Promise.resolve();
    });
  }

  async putAway(): Promise<void> {
    await Promise.all(this.ends.map((end) => end()));
  }
}

/** The digest of a text, computed without the code under test. */
export function sha256(text: string | Buffer): Digest {
  return `sha256:${createHash('sha256').update(text).digest('hex')}`;
}

/** The error that some work ends with; fails where it is no `RegistryError`. */
export async function registryError(work: Promise<unknown>): Promise<RegistryError> {
  const outcome = await work.then(
    (value) => ({ value }),
    (error: unknown) => error,
  );
  expect(outcome).toBeInstanceOf(RegistryError);
  return outcome as RegistryError;
}
