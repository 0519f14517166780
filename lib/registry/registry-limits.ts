const KIB = 1024;
const MIB = 1024 * KIB;

/** What the client accepts at most of a registry, so that a broken or hostile one cannot hold or fill the computer. */
export interface RegistryLimits {
  /** Bytes of one manifest or index; the specification asks registries to take at least 4 MiB. */
  readonly manifestBytes: number;
  /** Bytes of one blob; image configs have a few KiB, layers are never read. */
  readonly blobBytes: number;
  /** Bytes of one page of a tag list. */
  readonly tagPageBytes: number;
  /** Bytes read of an answer that is an error or a redirect; the rest is left unread. */
  readonly errorBytes: number;
  /** Bytes of a token server's answer. */
  readonly tokenBytes: number;
  /** Pages of one tag list. */
  readonly tagPages: number;
  /** Tags of one repository. */
  readonly tags: number;
  /** Redirects followed one after the other. */
  readonly redirects: number;
  /** How often one request is sent, the first time included. */
  readonly tries: number;
  /** The longest `Retry-After` that is waited for, in seconds. */
  readonly retryAfterSeconds: number;
  /** Requests under way at once. */
  readonly parallel: number;
  /** Milliseconds without a connection, without headers, or between two pieces of a body. */
  readonly silenceMilliseconds: number;
  /** Milliseconds of one try from its start to the last byte. */
  readonly tryMilliseconds: number;
}

/** The limits unless others are given. */
export const DEFAULT_REGISTRY_LIMITS: RegistryLimits = {
  manifestBytes: 4 * MIB,
  blobBytes: 8 * MIB,
  tagPageBytes: 8 * MIB,
  errorBytes: 64 * KIB,
  tokenBytes: 64 * KIB,
  tagPages: 1000,
  tags: 100_000,
  redirects: 5,
  tries: 5,
  retryAfterSeconds: 60,
  parallel: 8,
  silenceMilliseconds: 10_000,
  tryMilliseconds: 60_000,
};

/** Requests per second and host, unless told; loopback has no limit. */
export const DEFAULT_REQUESTS_PER_SECOND = 5;

/** Tags asked for per page; registries may give fewer. */
export const TAGS_PER_PAGE = 1000;
