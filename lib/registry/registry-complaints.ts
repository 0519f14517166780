import { RegistryError, type RegistryErrorCode, type RegistryErrorDetails } from '../core/oci/registry';
import type { EndOfLife } from './client-lifetime';
import type { ConnectionFailure } from './connection-failure';
import type { HttpAnswer, HttpQuestion } from './http-exchange';
import { redactUrl } from './redact-url';
import { registryErrorCode } from './registry-error-code';
import type { RegistryAddress } from './registry-url';
import { retryAfterSeconds } from './retry-after';

/** A longer wait than this is no advice any more, in seconds. */
const LONGEST_ADVICE_SECONDS = 24 * 3600;

/** What a complaint depends on besides the exchange; `clock` gives milliseconds. */
export interface RegistryComplaintsOptions {
  readonly registry: RegistryAddress;
  readonly deadlineSeconds: number | undefined;
  readonly clock: () => number;
}

/** Puts into one sentence for people why a registry could not be read; addresses are without query strings. */
export class RegistryComplaints {
  constructor(private readonly options: RegistryComplaintsOptions) {}

  /** No answer came. */
  connection(question: HttpQuestion, failure: ConnectionFailure, cause: unknown): RegistryError {
    const code = failure.invalid ? 'REGISTRY_INVALID' : 'REGISTRY_UNREACHABLE';
    const about = failure.general ? '' : ` (${asked(question)})`;
    return this.error(code, question, `${failure.happened}${about}`, { cause });
  }

  /** The client's work was over before the answer came. */
  endOfLife(question: HttpQuestion, why: EndOfLife, cause: unknown): RegistryError {
    const happened = {
      deadline: `gave no answer within ${this.options.deadlineSeconds ?? 0} s`,
      cancelled: 'was not waited for any longer, since the work was cancelled',
      closed: 'was not waited for any longer, since its client was closed',
    }[why];
    return this.error('REGISTRY_UNREACHABLE', question, `${happened} (${asked(question)})`, { cause });
  }

  /** The answer has a status that is no success. */
  status(question: HttpQuestion, { status, headers, bytes }: HttpAnswer): RegistryError {
    const registryCode = registryErrorCode(bytes);
    const details = { status, ...(registryCode === undefined ? {} : { registryCode }) };
    const seconds = retryAfterSeconds(headers['retry-after'], this.options.clock());
    const advice = seconds === undefined ? '' : `; try again ${inSeconds(seconds)}`;
    if (status === 429) {
      const slower = `asked to slow down (429) for ${question.subject}${advice || '; try again later'}`;
      return this.error('REGISTRY_THROTTLED', question, slower, details);
    }
    const said = registryCode === undefined ? `${status}` : `${status} ${registryCode}`;
    if (status === 401 || status === 403) {
      const refused = `refused anonymous reading with ${said} (${asked(question)})`;
      return this.error('REGISTRY_UNREACHABLE', question, refused, details);
    }
    const code = status === 408 || status >= 500 ? 'REGISTRY_UNREACHABLE' : 'REGISTRY_INVALID';
    return this.error(code, question, `answered ${said} to ${asked(question)}${advice}`, details);
  }

  /** The answer breaks the rules; `problem` ends a sentence that begins with the server's name. */
  invalid(question: HttpQuestion, problem: string, status: number): RegistryError {
    return this.error('REGISTRY_INVALID', question, `${problem} (${asked(question)})`, { status });
  }

  /** The registry wants to know who asks. */
  anonymous(question: HttpQuestion, problem: string): RegistryError {
    return this.error('REGISTRY_UNREACHABLE', question, `${problem} (${asked(question)})`, { status: 401 });
  }

  private error(
    code: RegistryErrorCode,
    { url }: HttpQuestion,
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

function asked({ method, subject }: HttpQuestion): string {
  return `${method} ${subject}`;
}

function inSeconds(seconds: number): string {
  return seconds > LONGEST_ADVICE_SECONDS ? 'later' : `in ${Math.ceil(seconds)} s`;
}
