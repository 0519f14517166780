import { isJsonObject, textAt } from '../contract/values/json';
import { RegistryError, type RegistryErrorCode, type RegistryErrorDetails } from '../core/oci/registry';
import type { EndOfLife } from './client-lifetime';
import type { HttpResponse, HttpRequest } from './http-sender';
import type { RegistryAddress } from './registry-url';

/** Why no answer came, as far as people need to know it. */
export interface ConnectionFailure {
  /** What happened, as the end of a sentence that begins with the server's name. */
  readonly happened: string;
  /** How often it is worth trying at all, the first time included; undefined: as often as allowed. */
  readonly tries: number | undefined;
  /** Whether it is about the server as a whole, whatever was asked. */
  readonly general: boolean;
  /** Whether there was an answer, but one that breaks the rules. */
  readonly invalid: boolean;
}

const TLS = /^(ERR_TLS|ERR_SSL|CERT_|UNABLE_TO_|DEPTH_ZERO|SELF_SIGNED|HOSTNAME_MISMATCH|EPROTO)/;

const KNOWN: readonly (readonly [RegExp, ConnectionFailure])[] = [
  [/^ECONNREFUSED$/, general('refused the connection', 2)],
  [/^ENOTFOUND$/, general('could not be found: DNS knows no such name here', 1)],
  [/^EAI_/, general('could not be looked up by its name', 2)],
  [TLS, general('could not be trusted: its TLS certificate or handshake failed', 1)],
  [/^PRIVATE_ADDRESS$/, { ...general('belongs to a private address and is not asked', 1), invalid: true }],
  [/^HPE_/, { ...passing('does not answer as HTTP'), tries: 1, invalid: true }],
  [/^BROKEN_BODY$/, { ...passing('broke off its answer'), invalid: true }],
  [/TIMEOUT|^ETIMEDOUT$/, passing('did not answer in time')],
  [/^(ENET|EHOST)/, passing('cannot be reached from this network')],
];

const OTHER = passing('closed the connection');

function general(happened: string, tries: number): ConnectionFailure {
  return { happened, tries, general: true, invalid: false };
}

function passing(happened: string): ConnectionFailure {
  return { happened, tries: undefined, general: false, invalid: false };
}

/** What an error of the connection means; undefined for one that does not come from the network. */
export function connectionFailure(error: unknown): ConnectionFailure | undefined {
  const code = errorCode(error);
  return code === undefined ? undefined : (KNOWN.find(([pattern]) => pattern.test(code))?.[1] ?? OTHER);
}

/** The code of an error, or of the first within it: hosts with several addresses fail once for each. */
function errorCode(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null) {
    return undefined;
  }
  const { code, errors } = error as { code?: unknown; errors?: unknown };
  if (typeof code === 'string') {
    return code;
  }
  return Array.isArray(errors) ? errorCode(errors[0]) : undefined;
}

/** An address as it may stand in a message or a log: without user, query string (signatures) and fragment. */
function redactUrl(url: URL): string {
  return `${url.origin}${url.pathname}`;
}

/**
 * The registry's own code in the body of a refused request, such as `TOOMANYREQUESTS`, or undefined where there is none.
 * @see https://github.com/opencontainers/distribution-spec/blob/main/spec.md#error-codes
 */
function registryErrorCode(body: Buffer): string | undefined {
  let value: unknown;
  try {
    value = JSON.parse(body.toString('utf8'));
  } catch {
    return undefined;
  }
  const errors: unknown = isJsonObject(value) ? value['errors'] : undefined;
  const first: unknown = Array.isArray(errors) ? errors[0] : undefined;
  const code = isJsonObject(first) ? textAt(first, 'code') : undefined;
  return code !== undefined && /^\w{1,64}$/.test(code) ? code : undefined;
}

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

/** A longer wait than this is no advice any more, in seconds. */
const LONGEST_ADVICE_SECONDS = 24 * 3600;

/** What a complaint depends on besides the exchange; `clock` gives milliseconds. */
interface RegistryErrorsOptions {
  readonly registry: RegistryAddress;
  readonly deadlineSeconds: number | undefined;
  readonly clock: () => number;
}

/** Puts into one sentence for people why a registry could not be read; addresses are without query strings. */
export class RegistryErrors {
  constructor(private readonly options: RegistryErrorsOptions) {}

  /** No answer came. */
  connection(request: HttpRequest, failure: ConnectionFailure, cause: unknown): RegistryError {
    const code = failure.invalid ? 'REGISTRY_INVALID' : 'REGISTRY_UNREACHABLE';
    const about = failure.general ? '' : ` (${asked(request)})`;
    return this.error(code, request, `${failure.happened}${about}`, { cause });
  }

  /** The client's time had passed before the request could be sent at all. */
  noTimeLeft(request: HttpRequest): RegistryError {
    const used = `since the ${this.options.deadlineSeconds ?? 0} s for all requests had passed`;
    return this.error(
      'REGISTRY_UNREACHABLE',
      request,
      `was not asked any more, ${used} (${asked(request)})`,
      {},
    );
  }

  /** The time for the request, or the client's work, was over before the answer came. */
  endOfLife(request: HttpRequest, why: EndOfLife, cause: unknown): RegistryError {
    const seconds = Number((request.lifetime.deadlineSeconds ?? 0).toPrecision(2));
    const happened = {
      deadline: `gave no answer within ${seconds} s`,
      cancelled: 'was not waited for any longer, since the work was cancelled',
      closed: 'was not waited for any longer, since its client was closed',
    }[why];
    return this.error('REGISTRY_UNREACHABLE', request, `${happened} (${asked(request)})`, { cause });
  }

  /** The answer has a status that is no success. */
  status(request: HttpRequest, { status, headers, bytes }: HttpResponse): RegistryError {
    const registryCode = registryErrorCode(bytes);
    const details = { status, ...(registryCode === undefined ? {} : { registryCode }) };
    const seconds = retryAfterSeconds(headers['retry-after'], this.options.clock());
    const advice = seconds === undefined ? '' : `; try again ${inSeconds(seconds)}`;
    if (status === 429) {
      const slower = `asked to slow down (429) for ${request.subject}${advice || '; try again later'}`;
      return this.error('REGISTRY_THROTTLED', request, slower, details);
    }
    const reported = registryCode === undefined ? `${status}` : `${status} ${registryCode}`;
    if (status === 401 || status === 403) {
      const reading =
        request.isSignedIn === true ? 'reading with the login that there is' : 'anonymous reading';
      const refused = `refused ${reading} with ${reported} (${asked(request)})`;
      return this.error('REGISTRY_UNREACHABLE', request, refused, details);
    }
    const code = status === 408 || status >= 500 ? 'REGISTRY_UNREACHABLE' : 'REGISTRY_INVALID';
    return this.error(code, request, `answered ${reported} to ${asked(request)}${advice}`, details);
  }

  /** The answer breaks the rules; `problem` ends a sentence that begins with the server's name. */
  invalid(request: HttpRequest, problem: string, status: number): RegistryError {
    return this.error('REGISTRY_INVALID', request, `${problem} (${asked(request)})`, { status });
  }

  /** The registry wants a user name and a password, or did not take those that there are. */
  wantsLogin(request: HttpRequest, isRefused: boolean): RegistryError {
    const problem = isRefused
      ? 'did not take the user name and password that there are for it'
      : 'wants a user name and password, and Winbake reads anonymously only';
    return this.error('REGISTRY_UNREACHABLE', request, `${problem} (${asked(request)})`, { status: 401 });
  }

  private error(
    code: RegistryErrorCode,
    { url }: HttpRequest,
    happened: string,
    details: RegistryErrorDetails,
  ): RegistryError {
    const { origin, name } = this.options.registry;
    const server =
      url.origin === origin
        ? `The registry ${name}`
        : `The server ${url.host}, to which the registry ${name} points,`;
    return new RegistryError(code, `${server} ${happened}.`, { ...details, url: redactUrl(url) });
  }
}

function asked({ method, subject }: HttpRequest): string {
  return `${method} ${subject}`;
}

function inSeconds(seconds: number): string {
  return seconds > LONGEST_ADVICE_SECONDS ? 'later' : `in ${Math.ceil(seconds)} s`;
}
