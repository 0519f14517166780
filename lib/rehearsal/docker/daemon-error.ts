/** What the engine answers a request with in place of doing it; how it is printed depends on the command. */
export class DaemonError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'DaemonError';
  }
}

/** The error as the command line prints it where the request failed at once. */
export function daemonResponse({ message }: DaemonError): string {
  return `Error response from daemon: ${message}`;
}
