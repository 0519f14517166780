/** The media type of a `Content-Type` header, lower case and without parameters; empty where there is none. */
export function mediaTypeOf(header: string | undefined): string {
  return header?.split(';', 1)[0]?.trim().toLowerCase() ?? '';
}

/** What a body is that should have been something else, as people call it: HTML, its media type, or `something else`. */
export function describeContent(header: string | undefined, bytes: Uint8Array): string {
  const mediaType = mediaTypeOf(header);
  if (
    mediaType.endsWith('html') ||
    /^\s*<(!doctype )?html/i.test(Buffer.from(bytes.subarray(0, 100)).toString())
  ) {
    return 'HTML';
  }
  return /^[\w.+-]{1,100}\/[\w.+-]{1,100}$/.test(mediaType) ? mediaType : 'something else';
}
