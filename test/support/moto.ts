import { spawn } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import tools from '../../tools/build/outside-tools.json';
import { findOnPath } from '../../sim/windows/powershell/find-powershell';

/** What an AWS client of the tests needs to speak to the server instead of AWS. */
export interface MotoClientConfig {
  readonly endpoint: string;
  readonly region: string;
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
}

/** A running server, and whether one can be had at all. */
export interface Moto {
  /** The server's account, as moto names it. */
  readonly account: '123456789012';
  /** The configuration of a client; its service need not be given. */
  config(region?: string): MotoClientConfig;
  /** Forgets everything. */
  reset(): Promise<void>;
}

const LONGEST_START_MILLISECONDS = 60_000;

/**
 * Tests that speak to moto, a server that simulates AWS. If it is not installed they fail: skipping proves nothing.
 * @see https://docs.getmoto.org/en/latest/docs/server_mode.html
 */
export function describeWithMoto(name: string, tests: (moto: Moto) => void): void {
  const program = findOnPath('moto_server');
  if (program === undefined) {
    test(name, () => {
      throw new Error(`moto_server is needed; got: none. Install it: ${tools.moto.install}`);
    });
    return;
  }
  describe(name, () => {
    let endpoint = '';
    beforeAll(async () => {
      endpoint = await serverOfWorker(program);
      await forget(endpoint);
    });
    tests({
      account: '123456789012',
      config: (region = 'eu-central-1') => ({
        endpoint,
        region,
        credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
      }),
      reset: () => forget(endpoint),
    });
  });
}

/**
 * The server of this worker of Jest, whose files run one after another and share it, since it takes seconds to start. It
 * ends when the worker has ended.
 */
async function serverOfWorker(program: string): Promise<string> {
  const note = join(tmpdir(), `winbake-moto-${process.pid}`);
  if (existsSync(note)) {
    const endpoint = readFileSync(note, 'utf8');
    if (await answers(endpoint)) {
      return endpoint;
    }
  }
  const port = await freePort();
  const keeper = join(__dirname, 'keep-moto.mjs');
  spawn(process.execPath, [keeper, program, String(port), String(process.pid), note], {
    stdio: 'ignore',
    detached: true,
  }).unref();
  const endpoint = `http://127.0.0.1:${port}`;
  await answering(endpoint);
  writeFileSync(note, endpoint);
  return endpoint;
}

async function forget(endpoint: string): Promise<void> {
  await fetch(`${endpoint}/moto-api/reset`, { method: 'POST' });
}

function answers(endpoint: string): Promise<boolean> {
  return fetch(`${endpoint}/moto-api/`).then(
    ({ ok }) => ok,
    () => false,
  );
}

async function answering(endpoint: string): Promise<void> {
  const end = Date.now() + LONGEST_START_MILLISECONDS;
  while (Date.now() < end) {
    if (await answers(endpoint)) {
      return;
    }
    await sleep(100);
  }
  throw new Error(`moto does not answer at ${endpoint}.`);
}

/** A port that was free a moment ago. */
function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => {
        resolve(port);
      });
    });
  });
}
