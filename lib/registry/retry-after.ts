/**
 * The seconds that a `Retry-After` header asks to wait, given as seconds or as an HTTP date; at least 0. Undefined where
 * the header is absent or neither. `now` is in milliseconds since 1970.
 * @see https://www.rfc-editor.org/rfc/rfc9110#field.retry-after
 */
export function retryAfterSeconds(header: string | undefined, now: number): number | undefined {
  const text = header?.trim() ?? '';
  if (/^\d+$/.test(text)) {
    return Number(text);
  }
  const at = /^\w{3,9}, .*\bGMT$/.test(text) ? Date.parse(text) : NaN;
  return Number.isNaN(at) ? undefined : Math.max(0, (at - now) / 1000);
}
