/** An address as it may stand in a message or a log: without user, query string (signatures) and fragment. */
export function redactUrl(url: URL): string {
  return `${url.origin}${url.pathname}`;
}
