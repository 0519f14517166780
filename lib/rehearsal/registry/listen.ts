import type { Server } from 'node:http';
import { UsageError, WinbakeError } from '../../contract/values/errors';

/**
 * Opens a server on a port of an address of this computer; port 0 takes any that is free. Resolves with the port; throws a
 * `UsageError` for a number that is no port, and a `WinbakeError` with code `PORT_UNAVAILABLE` where it cannot be had.
 */
export function listen(server: Server, host: string, port: number): Promise<number> {
  if (!Number.isInteger(port) || port < 0 || port > 65_535) {
    throw new UsageError(`A port is a number from 0 to 65535, 0 for any that is free; got: ${port}.`);
  }
  return new Promise((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) => {
      reject(
        new WinbakeError('PORT_UNAVAILABLE', `${reasonOf(cause, host, port)}; choose another, or 0.`, {
          cause,
        }),
      );
    });
    server.listen(port, host, () => {
      const address = server.address();
      resolve(typeof address === 'object' ? (address?.port ?? port) : port);
    });
  });
}

function reasonOf(cause: NodeJS.ErrnoException, host: string, port: number): string {
  const reasons: Partial<Record<string, string>> = {
    EADDRINUSE: `Port ${port} is taken on ${host}`,
    EACCES: `Port ${port} may not be opened by this user`,
  };
  return (
    reasons[cause.code ?? ''] ??
    `Port ${port} of ${host} could not be opened (${cause.code ?? cause.message})`
  );
}
