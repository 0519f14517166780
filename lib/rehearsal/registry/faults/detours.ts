import { createServer } from 'node:http';
import { listen } from '../listen';
import { errorReply } from '../registry-reply';
import { registryRequest } from '../registry-request';
import { sendReply } from '../send-reply';
import type { Fault, FaultHooks, FaultSite } from './fault';
import { bearerChallenge } from './bearer-challenge';

/** Ways round which a registry sends its clients; real ones do, so these are faults only where a client cannot follow. */
export const DETOURS: readonly Fault[] = [
  {
    name: 'redirect-blobs',
    description: 'Blobs are redirected (307) to a second port, which refuses requests with credentials.',
    arrange: redirectBlobs,
  },
  {
    name: 'redirect-loop',
    description: 'Blobs are redirected (307) to themselves for ever.',
    arrange: (site) => {
      let count = 0;
      return {
        before: ({ route, path }) =>
          route.kind === 'blob'
            ? { status: 307, headers: { Location: `${site.url}${path}?turn=${++count}` }, body: '' }
            : undefined,
      };
    },
  },
  {
    name: 'token',
    description: 'Every request needs a bearer token, which /token gives to anyone.',
    arrange: bearerChallenge,
  },
];

async function redirectBlobs(site: FaultSite): Promise<FaultHooks> {
  const server = createServer((incoming, response) => {
    const { method = '', url = '', headers } = incoming;
    const refused = headers.authorization !== undefined;
    const reply = refused
      ? errorReply(400, 'UNSUPPORTED', 'The address is signed already; credentials may not be sent along.')
      : site.answer(registryRequest(method, url, headers));
    sendReply(response, method, reply);
  });
  const port = await listen(server, site.host, 0);
  const origin = new URL(site.url);
  origin.port = String(port);
  return {
    before: ({ route, path }) =>
      route.kind === 'blob'
        ? { status: 307, headers: { Location: `${origin.origin}${path}?signature=synthetic` }, body: '' }
        : undefined,
    close: () => {
      server.closeAllConnections();
      return new Promise((resolve) =>
        server.close(() => {
          resolve();
        }),
      );
    },
  };
}
