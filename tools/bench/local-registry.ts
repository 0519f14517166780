import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { BenchError } from './bench-error';

/** A running program of the benchmark. */
export interface LocalServer {
  readonly url: string;
  close(): Promise<void>;
}

const PATIENCE_MILLISECONDS = 10_000;

/** Starts Debian's `docker-registry` on a free loopback port, with its storage in a folder. */
export async function startLocalRegistry(
  program: string,
  folder: string,
  signal: AbortSignal,
): Promise<LocalServer> {
  const port = await freePort();
  mkdirSync(join(folder, 'storage'));
  const settings = join(folder, 'registry.yml');
  writeFileSync(settings, configuration(join(folder, 'storage'), port));
  const child = spawn(program, ['serve', settings], { stdio: ['ignore', 'ignore', 'pipe'] });
  let errors = '';
  child.stderr.on('data', (chunk) => (errors = `${errors}${String(chunk)}`.slice(-2000)));
  const ended = once(child, 'close').catch(() => undefined);
  const url = `http://127.0.0.1:${port}`;
  const close = async (): Promise<void> => {
    child.kill();
    await ended;
  };
  const until = Date.now() + PATIENCE_MILLISECONDS;
  while (!(await answers(url))) {
    if (child.exitCode !== null || child.pid === undefined || Date.now() > until || signal.aborted) {
      await close();
      throw new BenchError(`docker-registry did not start on ${url}: ${errors.trim() || 'no reason given'}`);
    }
    await sleep(50);
  }
  return { url, close };
}

/** The log says errors only: a line for each request would be measured too. JSON is YAML. */
function configuration(storage: string, port: number): string {
  return JSON.stringify({
    version: '0.1',
    log: { level: 'error', accesslog: { disabled: true } },
    storage: {
      filesystem: { rootdirectory: storage },
      cache: { blobdescriptor: 'inmemory' },
      maintenance: { uploadpurging: { enabled: false } },
    },
    http: { addr: `127.0.0.1:${port}` },
  });
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

async function answers(url: string): Promise<boolean> {
  try {
    const answer = await fetch(`${url}/v2/`);
    await answer.text();
    return answer.ok;
  } catch {
    return false;
  }
}
