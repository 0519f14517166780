import { createServer, type Server, type Socket } from 'node:net';
import { runProgram } from '../../bin/program';
import { WinbakeError } from '../../lib/contract/values/errors';
import { printableLines } from '../../lib/contract/values/printable';
import { createRegistryClient } from '../../lib/registry/registry-client';
import type { FuzzTarget } from './targets';

const DIGEST = `sha256:${'1f'.repeat(32)}` as const;
const BODY = `{"schemaVersion":2,"manifests":[{"mediaType":"application/vnd.oci.image.manifest.v1+json","digest":"${DIGEST}","size":1}],"tags":["ltsc2022","10.0.20348.4294"],"name":"a"}`;
const answer = (status: string, ...headers: readonly string[]) =>
  `HTTP/1.1 ${[status, ...headers, `Content-Length: ${BODY.length}`, 'Connection: close'].join('\r\n')}\r\n\r\n${BODY}`;

/** What of HTTP a registry may say; each request of an input gets the same bytes. */
const ANSWERS = [
  answer(
    '200 OK',
    'Content-Type: application/vnd.oci.image.index.v1+json',
    `Docker-Content-Digest: ${DIGEST}`,
  ),
  answer('200 OK', 'Content-Type: application/json', 'Link: </v2/a/tags/list?n=1&last=x>; rel="next"'),
  answer(
    '401 Unauthorized',
    'WWW-Authenticate: Bearer realm="http://127.0.0.1:1/token",service="x",scope="y"',
  ),
  answer('307 Temporary Redirect', 'Location: http://127.0.0.1:1/elsewhere'),
  answer('429 Too Many Requests', 'Retry-After: 3'),
  answer('503 Service Unavailable', 'Retry-After: Wed, 21 Oct 2026 07:28:00 GMT'),
  'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Type: application/json\r\n\r\n5\r\n{"tag\r\n0\r\n\r\n',
];

/** A registry over HTTP whose every answer is the input. */
export function registryTarget(): FuzzTarget & { readonly close: () => Promise<void> } {
  let bytes = '';
  const sockets = new Set<Socket>();
  const server: Server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined).on('close', () => sockets.delete(socket));
    socket.once('data', () => socket.end(bytes, 'latin1'));
  });
  const port = new Promise<number>((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      resolve(typeof address === 'object' && address !== null ? address.port : 0);
    });
  });
  return {
    name: 'registry over HTTP',
    samples: ANSWERS,
    share: 1 / 50,
    longestMilliseconds: 10_000,
    read: async (text) => {
      bytes = text;
      const client = createRegistryClient({
        url: `http://127.0.0.1:${await port}`,
        deadlineSeconds: 5,
        sleep: () => Promise.resolve(),
      });
      try {
        const asked = [
          client.head('a', 'ltsc2022'),
          client.manifest('a', 'ltsc2022'),
          client.manifest('a', DIGEST),
          client.blob('a', DIGEST),
          client.tags('a'),
        ];
        const ends = await Promise.allSettled(asked);
        const foreign = ends.find(
          (one) => one.status === 'rejected' && !(one.reason instanceof WinbakeError),
        );
        return foreign?.status === 'rejected' ? `it threw ${String(foreign.reason)}` : undefined;
      } finally {
        await client.close();
      }
    },
    close: () =>
      new Promise((resolve) => {
        sockets.forEach((socket) => socket.destroy());
        server.close(() => {
          resolve();
        });
      }),
  };
}

/** Commands that need neither an account nor a network, as a person may mistype them. */
const LINES = [
  'compat --image 10.0.20348.4294 --host 10.0.20348.4171',
  'compat --image 10.0.20348.4294 --host 10.0.20348 --json',
  'pin no/such/Dockerfile --pipeline web --dry-run',
  'fleet hold shop --reason x --until 2026-01-01',
  'pipeline revoke web 20348.4294-1 --reason "x y"',
  'explain --as-of 2025-10 --release 2022 --details',
  'help pipeline',
  '--version',
];

/** Whole command lines: one exit code, nothing on stderr that is no sentence, no stack trace. */
export const commandLineTarget: FuzzTarget = {
  name: 'command line',
  samples: LINES,
  share: 1 / 25,
  longestMilliseconds: 10_000,
  read: async (text) => {
    // What would be carried out needs an account, or minutes.
    const args = text.split(/\s+/).filter((one) => one !== '');
    if (!/^(?:compat|pin|help|-)/.test(args[0] ?? '') && args.length > 0 && !args.includes('--help')) {
      args.push('--no-such-option');
    }
    const printed: string[] = [];
    const code = await runProgram(args, '0.0.0', {
      out: () => undefined,
      err: (line) => printed.push(line),
    });
    const err = printed.join('');
    if (!Number.isInteger(code) || code < 0 || code > 4) {
      return `it ended with ${code}`;
    }
    if (/^\s+at .+:\d+:\d+\)?$/m.test(err)) {
      return `it printed a stack trace: ${err.slice(0, 200)}`;
    }
    return printableLines(err) === err ? undefined : 'it printed what a terminal would obey';
  },
};
