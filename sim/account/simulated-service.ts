import type { Need, Place } from './commands/command-row';
import type { Principal } from './principal';
import type { Provenance } from './provenance';
import type { ServiceId } from './service-models';

/** What every error of the SDK is made from. */
export interface ErrorOptions {
  readonly name: string;
  readonly message: string;
  readonly $fault: 'client' | 'server';
  readonly $metadata: { readonly httpStatusCode?: number; readonly requestId?: string };
}

/** The base class of a service's errors, such as `SSMServiceException`. */
export type ServiceExceptionClass = new (options: ErrorOptions) => Error;

/** The class of an error that a service's model declares, such as `ParameterNotFound`. */
export type DeclaredErrorClass = new (options: Pick<ErrorOptions, 'message' | '$metadata'>) => Error;

/** One call, as a service has it: its input fits the model, and its caller is allowed what the table names. */
export interface Call<Input = unknown> {
  readonly input: Input;
  readonly place: Place;
  readonly caller: Principal;
  readonly now: Date;
  /** Throws the service's denial where the caller may not do what only the service's state tells to be needed. */
  readonly require: (need: Need) => void;
  /** Whether the caller may do something on which the answer hangs. */
  readonly may: (need: Need) => boolean;
  /** Names another origin for this one answer than the operation's. */
  readonly knownFrom: (provenance: Provenance) => void;
}

/** How a service answers a command, and where that is known from. */
export interface Operation {
  readonly provenance: Provenance;
  readonly run: (call: Call<never>) => object | Promise<object>;
}

/** A service behind the simulated accounts. It keeps state by account and region as it needs. */
export interface SimulatedService {
  readonly id: ServiceId;
  readonly ServiceException: ServiceExceptionClass;
  readonly operations: Readonly<Record<string, Operation>>;
  /** The tags of a resource, for conditions such as `aws:ResourceTag/winbake:pipeline`. */
  tagsOf?(arn: string, place: Place): Readonly<Record<string, string>>;
}

/** A refusal by a service, with its origin; the caller gets the error alone. */
export class Refusal extends Error {
  override readonly name = 'Refusal';

  constructor(
    readonly error: Error,
    readonly provenance: Provenance,
    /** Whether the service's model is said to declare it. */
    readonly isDeclared: boolean,
  ) {
    super(error.message, { cause: error });
  }
}

/** An operation with the types of the SDK. */
export function operation<Input, Output extends object>(
  provenance: Provenance,
  run: (call: Call<Input>) => Omit<Output, '$metadata'> | Promise<Omit<Output, '$metadata'>>,
): Operation {
  return { provenance, run };
}

/** A refusal by an error that the service's model declares for the operation. */
export function declared(
  ErrorClass: DeclaredErrorClass,
  message: string,
  provenance: Provenance,
  httpStatusCode = 400,
): Refusal {
  const error = new ErrorClass({ message, $metadata: { httpStatusCode, requestId: REQUEST_ID } });
  return new Refusal(error, provenance, true);
}

/** A refusal by an error that has no class of its own in the SDK. */
export function undeclared(
  ServiceException: ServiceExceptionClass,
  { name, message, status }: { readonly name: string; readonly message: string; readonly status: number },
  provenance: Provenance,
): Refusal {
  const $metadata = { httpStatusCode: status, requestId: REQUEST_ID };
  return new Refusal(new ServiceException({ name, message, $fault: 'client', $metadata }), provenance, false);
}

const REQUEST_ID = '00000000-0000-4000-8000-000000000000';

/** What the SDK says of a request that succeeded. */
export const METADATA = { httpStatusCode: 200, requestId: REQUEST_ID, attempts: 1, totalRetryDelay: 0 };

/** A state for each account and region, made when it is first asked for. */
export class ByPlace<T> {
  private readonly states = new Map<string, T>();

  constructor(private readonly make: (place: Place) => T) {}

  at(place: Place): T {
    const key = `${place.account} ${place.region}`;
    let state = this.states.get(key);
    if (state === undefined) {
      state = this.make(place);
      this.states.set(key, state);
    }
    return state;
  }
}

/** A part of what a list has, and the token of the next part where there is more. */
export function pageOf<T>(
  all: readonly T[],
  size: number,
  token: string | undefined,
): { readonly shown: readonly T[]; readonly next: string | undefined } | undefined {
  const start = Number(token ?? 0);
  if (!Number.isInteger(start) || start < 0 || start > all.length) {
    return undefined;
  }
  const end = start + size;
  return { shown: all.slice(start, end), next: end < all.length ? String(end) : undefined };
}
