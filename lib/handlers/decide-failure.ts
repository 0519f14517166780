import { ENDED_WITHOUT_IMAGE } from '../core/bake/bake-end';
import type { RebakeFailure } from '../core/gate/order-end';

/** The data of the state machine where something went wrong, as far as it had come. */
export interface FailedState {
  readonly orderId?: string;
  readonly bake?: { readonly ImageBuildVersionArn: string };
  /** What `GetImage` said last. */
  readonly image?: { readonly state: { readonly Status: string; readonly Reason?: string } };
  /** The build did not end in its time. */
  readonly tooLong?: boolean;
  /** What a `Catch` kept. */
  readonly error?: { readonly Error?: string; readonly Cause?: string };
}

/** Reads what went wrong out of the state machine's data. */
export function failureIn({ orderId, bake, error, image, tooLong }: FailedState): RebakeFailure {
  const state = image?.state;
  const ended = ENDED_WITHOUT_IMAGE.find((status) => status === state?.Status);
  return {
    orderId,
    image: bake?.ImageBuildVersionArn,
    status: error === undefined ? (tooLong === true ? 'TIMED_OUT' : ended) : undefined,
    reason: error === undefined ? (state?.Reason ?? 'Image Builder says no more.') : causeIn(error),
    error: error?.Error,
  };
}

/** Lambda's cause is JSON that holds the message of what was thrown. */
function causeIn({ Cause = 'no cause is known' }: { readonly Cause?: string }): string {
  try {
    const parsed: unknown = JSON.parse(Cause);
    return typeof parsed === 'object' && parsed !== null && 'errorMessage' in parsed
      ? String(parsed.errorMessage)
      : Cause;
  } catch {
    return Cause;
  }
}
