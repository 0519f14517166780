/** The key of a publication's record. */
export function publicationKey(id: string): string {
  return `publications/${id}.json`;
}

/** The key of the image manifest that is kept beside a publication. */
export function publishedManifestKey(id: string): string {
  return `publications/${id}.image-manifest.json`;
}

/** The key of the verification that is kept beside a publication. */
export function publishedVerificationKey(id: string): string {
  return `publications/${id}.verification.json`;
}
