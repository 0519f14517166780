import type { JsonValue } from './json-value';
import type { State } from './state';

/** Something that happened in a state, told as it happens. */
export type StateEvent = StateEventPlace &
  (
    | { readonly kind: 'entered'; readonly input: JsonValue }
    | { readonly kind: 'retrying'; readonly error: string; readonly cause?: string; readonly resumesAt: Date }
    | { readonly kind: 'caught'; readonly error: string; readonly cause?: string; readonly next: string }
    | { readonly kind: 'exited'; readonly output: JsonValue; readonly next: string | undefined }
  );

/** Where and when it happened. */
export interface StateEventPlace {
  readonly state: string;
  readonly type: State['type'];
  readonly at: Date;
}
