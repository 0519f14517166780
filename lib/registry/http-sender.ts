import { request as startRequest, type ClientRequest, type IncomingMessage } from 'node:http';
import type { ClientLifetime } from './client-lifetime';
import type { HttpAgents } from './http-agents';
import type { RegistryLimits } from './registry-limits';
import type { ParallelLimit, RequestPace } from './request-pace';

/** One question to a registry or to a token server, as people and the wire know it. */
export interface HttpRequest {
  readonly method: 'GET' | 'HEAD' | 'POST';
  readonly url: URL;
  /** The value of the `Accept` header. */
  readonly accept: string;
  /** The `Authorization` header, if any. */
  readonly authorization?: string;
  /** Whether that is a person's, and not one that anybody gets. */
  readonly isSignedIn?: boolean;
  /** What a POST sends, the fields of a form. */
  readonly form?: string;
  /** Bytes that a body may have. */
  readonly limitBytes: number;
  /** What is asked for, as `windows/servercore:ltsc2022`. */
  readonly subject: string;
  /** How long an answer is waited for, retries and redirects included. */
  readonly lifetime: ClientLifetime;
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
function plainHeaders(headers: NodeJS.Dict<string[]>): Record<string, string> {
  const lists = new Set(['www-authenticate', 'link', 'content-encoding']);
  const entries = Object.entries(headers).map(([name, values = []]): [string, string] => [
    name,
    utf8(lists.has(name) ? values.join(', ') : (values.at(-1) ?? '')),
  ]);
  return Object.fromEntries(entries);
}

/** Node reads headers as Latin-1; some servers put plain UTF-8 into a `Location`. */
function utf8(header: string): string {
  return Buffer.from(header, 'latin1').toString('utf8');
}

/** The beginning of a body, and whether that is all of it. */
interface BodyBytes {
  readonly bytes: Buffer;
  readonly complete: boolean;
}

/** How a body is read: at most so many bytes, of which the headers declare some; `heard` is called for each piece. */
interface BodyReading {
  readonly limitBytes: number;
  readonly declaredBytes: number;
  readonly heard: () => void;
}

/**
 * Reads a body up to a number of bytes. A longer one is cut off there and its connection given up; where `declaredBytes`
 * tells already that it is longer, nothing is read at all. Throws what the connection throws.
 */
function readBody(
  body: IncomingMessage,
  { limitBytes, declaredBytes, heard }: BodyReading,
): Promise<BodyBytes> {
  return new Promise((resolve, reject) => {
    body.on('error', reject);
    if (declaredBytes > limitBytes) {
      resolve({ bytes: Buffer.alloc(0), complete: false });
      body.destroy();
      return;
    }
    const chunks: Buffer[] = [];
    let size = 0;
    body.on('data', (chunk: Buffer) => {
      heard();
      size += chunk.length;
      if (size > limitBytes) {
        resolve({ bytes: Buffer.concat(chunks), complete: false });
        body.destroy();
      } else {
        chunks.push(chunk);
      }
    });
    body.on('end', () => {
      resolve({ bytes: Buffer.concat(chunks), complete: true });
    });
  });
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

/** A server said nothing for too long, or took too long for all of its response. */
class ResponseTimeoutError extends Error {
  readonly code = 'RESPONSE_TIMEOUT';

  constructor(happened: string, milliseconds: number) {
    super(`${happened} ${milliseconds} ms`);
    this.name = 'ResponseTimeoutError';
  }
}

/** What a sender depends on. */
interface HttpSenderOptions {
  readonly agents: HttpAgents;
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
      if (request.lifetime.ended() !== undefined) {
        throw new Error('ended while waiting for its turn');
      }
      options.count();
      return sendOnce(request, options);
    });
}

async function sendOnce(request: HttpRequest, { agents, limits }: HttpSenderOptions): Promise<HttpResponse> {
  const agent = await agents.agentFor(request.url);
  request.lifetime.signal.throwIfAborted();
  const outgoing = startRequest(request.url, {
    agent,
    method: request.method,
    headers: {
      accept: request.accept,
      'accept-encoding': 'identity',
      'user-agent': 'winbake',
      ...(request.authorization === undefined ? {} : { authorization: request.authorization }),
      ...(request.form === undefined
        ? {}
        : {
            'content-type': 'application/x-www-form-urlencoded',
            'content-length': Buffer.byteLength(request.form),
          }),
    },
  });
  return exchange(request, outgoing, limits);
}

/** Sends a request and reads its response, until the signal, too long a silence or the end of the try's time ends both. */
async function exchange(
  request: HttpRequest,
  outgoing: ClientRequest,
  limits: RegistryLimits,
): Promise<HttpResponse> {
  const { signal } = request.lifetime;
  let incoming: IncomingMessage | undefined;
  // A request that has its response passes no error on to it.
  const end = (error: Error): void => {
    (incoming ?? outgoing).destroy(error);
  };
  const abort = (): void => {
    end(signal.reason as Error);
  };
  const silence = setTimeout(() => {
    end(new ResponseTimeoutError('nothing was heard for', limits.silenceMilliseconds));
  }, limits.silenceMilliseconds);
  const whole = setTimeout(() => {
    end(new ResponseTimeoutError('no whole response within', limits.tryMilliseconds));
  }, limits.tryMilliseconds);
  const heard = (): void => {
    silence.refresh();
  };
  signal.addEventListener('abort', abort);
  try {
    return await new Promise((resolve, reject) => {
      outgoing.on('socket', (socket) => {
        if (socket.connecting) {
          socket.once(request.url.protocol === 'https:' ? 'secureConnect' : 'connect', heard);
        }
      });
      outgoing.on('response', (response) => {
        incoming = response;
        heard();
        resolve(readResponse(request, response, limits, heard));
      });
      outgoing.on('error', (error) => {
        end(error);
        reject(error);
      });
      // Without an error before it: another protocol was agreed to, which nobody asked for.
      outgoing.on('close', () => {
        reject(Object.assign(new Error('closed without a response'), { code: 'ECONNRESET' }));
      });
      outgoing.end(request.form);
    });
  } finally {
    clearTimeout(silence);
    clearTimeout(whole);
    signal.removeEventListener('abort', abort);
  }
}

async function readResponse(
  request: HttpRequest,
  response: IncomingMessage,
  limits: RegistryLimits,
  heard: () => void,
): Promise<HttpResponse> {
  const status = response.statusCode ?? 0;
  const headers = plainHeaders(response.headersDistinct);
  const declaredBytes = request.method === 'HEAD' ? 0 : Number(headers['content-length'] ?? 0);
  const limitBytes = status === 200 ? request.limitBytes : limits.errorBytes;
  const reading = readBody(response, { limitBytes, declaredBytes, heard });
  return { status, headers, ...(await reading.catch(status === 200 ? brokenBody : nothingMore)) };
}

function brokenBody(cause: unknown): never {
  throw (cause as { code?: unknown }).code === 'ECONNRESET' ? new BrokenBodyError(cause) : cause;
}

/** The status of a refused request is known even where its explanation breaks off. */
function nothingMore(): BodyBytes {
  return { bytes: Buffer.alloc(0), complete: false };
}
