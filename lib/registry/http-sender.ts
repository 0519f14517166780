import type { Dispatcher } from 'undici';
import type { ClientLifetime } from './client-lifetime';
import { plainHeaders, type HttpAnswer, type HttpQuestion } from './http-exchange';
import type { ParallelLimit } from './parallel-limit';
import { readBody, type BodyBytes } from './read-body';
import type { RegistryLimits } from './registry-limits';
import type { RequestPace } from './request-pace';

/** Sends one request once; throws what the connection throws. */
export type HttpSender = (question: HttpQuestion) => Promise<HttpAnswer>;

/** The connection of a body broke before its end. */
export class BrokenBodyError extends Error {
  readonly code = 'BROKEN_BODY';

  constructor(cause: unknown) {
    super('the connection broke off in the middle of the body', { cause });
    this.name = 'BrokenBodyError';
  }
}

/** What a sender depends on. */
export interface HttpSenderOptions {
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
  return (question) =>
    options.parallel(async () => {
      await options.pace(question.url);
      if (options.lifetime.ended() !== undefined) {
        throw new Error('ended while waiting for its turn');
      }
      options.count();
      return sendOnce(question, options);
    });
}

async function sendOnce(
  question: HttpQuestion,
  { dispatcher, lifetime, limits }: HttpSenderOptions,
): Promise<HttpAnswer> {
  const {
    statusCode: status,
    headers,
    body,
  } = await dispatcher.request({
    origin: question.url.origin,
    path: `${question.url.pathname}${question.url.search}`,
    method: question.method,
    headers: {
      accept: question.accept,
      'accept-encoding': 'identity',
      'user-agent': 'winbake',
      ...(question.token === undefined ? {} : { authorization: `Bearer ${question.token}` }),
    },
    signal: AbortSignal.any([lifetime.signal, AbortSignal.timeout(limits.tryMilliseconds)]),
    headersTimeout: limits.silenceMilliseconds,
    bodyTimeout: limits.silenceMilliseconds,
  });
  const plain = plainHeaders(headers);
  const declared = question.method === 'HEAD' ? 0 : Number(plain['content-length'] ?? 0);
  const reading =
    status === 200
      ? readBody(body, question.limitBytes, declared).catch(brokenBody)
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
