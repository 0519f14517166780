/** Why the work of a client ended early. */
export type EndOfLife = 'deadline' | 'cancelled' | 'closed';

/** How long a client may work: until its deadline, the caller's signal, or its being closed. */
export interface ClientLifetime {
  /** Ends everything that is under way. */
  readonly signal: AbortSignal;
  /** The deadline in seconds, as it was given. */
  readonly deadlineSeconds: number | undefined;
  /** Why the work has ended, or undefined while it may go on. */
  ended(): EndOfLife | undefined;
  /** Milliseconds left until the deadline; infinite where there is none. */
  remainingMilliseconds(): number;
  /** Ends the work at once. */
  close(): void;
}

/** The part of the client's time that is left which one request may take, retries included. */
const SHARE_OF_REQUEST = 0.6;

/** Below this the rest is not shared out any more. */
const LEAST_SHARED_MILLISECONDS = 2000;

/**
 * How long one request may be worked at: not until the client's deadline, so that a registry that hangs for one repository leaves
 * time for the others.
 */
export function requestLifetime(client: ClientLifetime, clock: () => number): ClientLifetime {
  const left = client.remainingMilliseconds();
  if (left === Infinity || left < LEAST_SHARED_MILLISECONDS) {
    return { ...client, close: () => undefined };
  }
  const deadlineSeconds = (left * SHARE_OF_REQUEST) / 1000;
  const own = startLifetime({ deadlineSeconds, signal: client.signal, clock });
  return { ...own, ended: () => client.ended() ?? own.ended() };
}

/** What a lifetime depends on; `clock` gives milliseconds. */
export interface ClientLifetimeOptions {
  readonly deadlineSeconds: number | undefined;
  readonly signal: AbortSignal | undefined;
  readonly clock: () => number;
}

/** The longest wait that Node's timers know; anything longer would end at once. */
const LONGEST_TIMER_MILLISECONDS = 2 ** 31 - 1;

/** Starts the lifetime of a client now. */
export function startLifetime({ deadlineSeconds, signal, clock }: ClientLifetimeOptions): ClientLifetime {
  const controller = new AbortController();
  const end = (why: EndOfLife, cause?: unknown): void => {
    clearTimeout(timer);
    signal?.removeEventListener('abort', cancel);
    controller.abort(new Error(why, { cause }));
  };
  const cancel = (): void => {
    end('cancelled', signal?.reason);
  };
  const endsAt = deadlineSeconds === undefined ? Infinity : clock() + deadlineSeconds * 1000;
  const timer = timerAt(endsAt - clock(), () => {
    end('deadline');
  });
  signal?.addEventListener('abort', cancel, { once: true });
  if (signal?.aborted) {
    cancel();
  }
  return {
    signal: controller.signal,
    deadlineSeconds,
    ended: () => endOfLife(controller.signal) ?? (clock() >= endsAt ? 'deadline' : undefined),
    remainingMilliseconds: () => endsAt - clock(),
    close: () => {
      end('closed');
    },
  };
}

function timerAt(milliseconds: number, action: () => void): NodeJS.Timeout | undefined {
  return milliseconds > LONGEST_TIMER_MILLISECONDS ? undefined : setTimeout(action, milliseconds).unref();
}

function endOfLife(signal: AbortSignal): EndOfLife | undefined {
  return signal.aborted ? ((signal.reason as Error).message as EndOfLife) : undefined;
}
