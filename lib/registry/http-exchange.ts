/** One question to a registry or to a token server, as people and the wire know it. */
export interface HttpQuestion {
  readonly method: 'GET' | 'HEAD';
  readonly url: URL;
  /** The value of the `Accept` header. */
  readonly accept: string;
  /** The token of the `Authorization` header, if any. */
  readonly token?: string;
  /** Bytes that a body may have. */
  readonly limitBytes: number;
  /** What is asked for, as `windows/servercore:ltsc2022`. */
  readonly subject: string;
}

/** An answer, its body read. */
export interface HttpAnswer {
  readonly status: number;
  /** The last value of each header where it is repeated, by lower-case name; `www-authenticate` and `link` joined. */
  readonly headers: Readonly<Record<string, string>>;
  readonly bytes: Buffer;
  /** False where the body is longer than the limit. */
  readonly complete: boolean;
}

/** The headers of an answer with one text for each name; those that are lists are joined, of others the last counts. */
export function plainHeaders(headers: Record<string, string | string[] | undefined>): Record<string, string> {
  const lists = new Set(['www-authenticate', 'link', 'content-encoding']);
  const entries = Object.entries(headers).map(([name, value]): [string, string] => {
    const values = Array.isArray(value) ? value : [value ?? ''];
    return [name, lists.has(name) ? values.join(', ') : (values.at(-1) ?? '')];
  });
  return Object.fromEntries(entries);
}
