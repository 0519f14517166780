import type { Readable } from 'node:stream';
import type { Dispatcher } from 'undici';
import type { ClientLifetime } from './client-lifetime';
import type { RegistryLimits } from './registry-limits';
import type { ParallelLimit, RequestPace } from './request-pace';

/** One question to a registry or to a token server, as people and the wire know it. */
export interface HttpRequest {
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
export interface HttpResponse {
  readonly status: number;
  /** The last value of each header where it is repeated, by lower-case name; `www-authenticate` and `link` joined. */
  readonly headers: Readonly<Record<string, string>>;
  readonly bytes: Buffer;
  /** False where the body is longer than the limit. */
  readonly complete: boolean;
}

/** The headers of an answer with one text for each name; those that are lists are joined, of others the last counts. */
function plainHeaders(headers: Record<string, string | string[] | undefined>): Record<string, string> {
  const lists = new Set(['www-authenticate', 'link', 'content-encoding']);
  const entries = Object.entries(headers).map(([name, value]): [string, string] => {
    const values = Array.isArray(value) ? value : [value ?? ''];
    return [name, lists.has(name) ? values.join(', ') : (values.at(-1) ?? '')];
  });
  return Object.fromEntries(entries);
}

/** The beginning of a body, and whether that is all of it. */
interface BodyBytes {
  readonly bytes: Buffer;
  readonly complete: boolean;
}

/**
 * Reads a body up to a number of bytes. A longer one is cut off there and its connection given up; where `declaredBytes`
 * tells already that it is longer, nothing is read at all. Throws what the connection throws.
 */
async function readBody(body: Readable, limitBytes: number, declaredBytes = 0): Promise<BodyBytes> {
  if (declaredBytes > limitBytes) {
    body.on('error', () => undefined).destroy();
    return { bytes: Buffer.alloc(0), complete: false };
  }
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of body as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > limitBytes) {
      return { bytes: Buffer.concat(chunks), complete: false };
    }
    chunks.push(chunk);
  }
  return { bytes: Buffer.concat(chunks), complete: true };
}

/** Sends one request once; throws what the connection throws. */
export type HttpSender = (request: HttpRequest) => Promise<HttpResponse>;

/** The connection of a body broke before its end. */
class BrokenBodyError extends Error {
  readonly code = 'BROKEN_BODY';

  constructor(cause: unknown) {
    super('the connection broke off in the middle of the body', { cause });
    this.name = 'BrokenBodyError';
  }
}

/** What a sender depends on. */
interface HttpSenderOptions {
  readonly dispatcher: Dispatcher;
  readonly lifetime: ClientLifetime;
  readonly limits: RegistryLimits;
  readonly parallel: ParallelLimit;
  readonly pace: RequestPace;
  /** Called for each request that goes out. */
  readonly count: () => void;
}

/** Sends each request in its turn and reads the whole answer; nothing is decompressed or followed here. */
export function createHttpSender(options: HttpSenderOptions): HttpSender {
  return (request) =>
    options.parallel(async () => {
      await options.pace(request.url);
      if (options.lifetime.ended() !== undefined) {
        throw new Error('ended while waiting for its turn');
      }
      options.count();
      return sendOnce(request, options);
    });
}

async function sendOnce(
  request: HttpRequest,
  { dispatcher, lifetime, limits }: HttpSenderOptions,
): Promise<HttpResponse> {
  const {
    statusCode: status,
    headers,
    body,
  } = await dispatcher.request({
    origin: request.url.origin,
    path: `${request.url.pathname}${request.url.search}`,
    method: request.method,
    headers: {
      accept: request.accept,
      'accept-encoding': 'identity',
      'user-agent': 'winbake',
      ...(request.token === undefined ? {} : { authorization: `Bearer ${request.token}` }),
    },
    signal: AbortSignal.any([lifetime.signal, AbortSignal.timeout(limits.tryMilliseconds)]),
    headersTimeout: limits.silenceMilliseconds,
    bodyTimeout: limits.silenceMilliseconds,
  });
  const plain = plainHeaders(headers);
  const declared = request.method === 'HEAD' ? 0 : Number(plain['content-length'] ?? 0);
  const reading =
    status === 200
      ? readBody(body, request.limitBytes, declared).catch(brokenBody)
      : readBody(body, limits.errorBytes, declared).catch(nothingMore);
  return { status, headers: plain, ...(await reading) };
}

function brokenBody(cause: unknown): never {
  const code = (cause as { code?: unknown }).code;
  throw code === 'UND_ERR_SOCKET' || code === 'ECONNRESET' ? new BrokenBodyError(cause) : cause;
}

/** The status of a refused request is known even where its explanation breaks off. */
function nothingMore(): BodyBytes {
  return { bytes: Buffer.alloc(0), complete: false };
}
