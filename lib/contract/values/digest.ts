/** A SHA-256 content digest, `sha256:` and 64 lower-case hexadecimal digits. */
export type Digest = `sha256:${string}`;

const FORM = /^sha256:[0-9a-f]{64}$/;

/** Whether a text is a digest of the one algorithm that registries of Windows images use. */
export function isDigest(text: unknown): text is Digest {
  return typeof text === 'string' && FORM.test(text);
}

/** The digest as people read it: the first twelve digits. */
export function shortDigest(digest: string): string {
  return digest.slice('sha256:'.length, 'sha256:'.length + 12);
}
