/**
 * The address of the next page in a `Link` header, as it is written there, or undefined where there is none.
 * @see https://www.rfc-editor.org/rfc/rfc8288#section-3
 */
export function nextLink(header: string | undefined): string | undefined {
  for (const [, target, rest = ''] of (header ?? '').matchAll(/<([^<>]*)>((?:"[^"]*"|[^<">])*)/g)) {
    for (const [, name, quoted, plain] of rest.matchAll(/;\s*([\w*-]+)\s*=\s*(?:"([^"]*)"|([^\s;,"]+))/g)) {
      const relations = (quoted ?? plain ?? '').toLowerCase().split(/\s+/);
      if (name?.toLowerCase() === 'rel' && relations.includes('next')) {
        return target;
      }
    }
  }
  return undefined;
}
