/** What the embedded registry answers; a HEAD gets the same without the body. */
export interface RegistryReply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** The size to declare where it is not the body's, in bytes. */
  readonly declaredBytes?: number;
  /** How long the answer is held back, in milliseconds. */
  readonly delayMilliseconds?: number;
  /** `reset`: the connection ends without an answer; `halfway`: in the middle of the body. */
  readonly ending?: 'reset' | 'halfway';
}

/**
 * The error codes that the embedded registry uses.
 * @see https://github.com/opencontainers/distribution-spec/blob/main/spec.md#error-codes
 */
export type RegistryErrorName =
  | 'BLOB_UNKNOWN'
  | 'DIGEST_INVALID'
  | 'MANIFEST_UNKNOWN'
  | 'NAME_INVALID'
  | 'NAME_UNKNOWN'
  | 'PAGINATION_NUMBER_INVALID'
  | 'TOOMANYREQUESTS'
  | 'UNAUTHORIZED'
  | 'UNKNOWN'
  | 'UNSUPPORTED';

/** An error in the form of the distribution API. */
export function errorReply(
  status: number,
  code: RegistryErrorName,
  message: string,
  headers: Readonly<Record<string, string>> = {},
): RegistryReply {
  return jsonReply(status, { errors: [{ code, message, detail: null }] }, headers);
}

/** A JSON document. */
export function jsonReply(
  status: number,
  document: unknown,
  headers: Readonly<Record<string, string>> = {},
): RegistryReply {
  return {
    status,
    headers: { 'Content-Type': 'application/json', ...headers },
    body: JSON.stringify(document),
  };
}
