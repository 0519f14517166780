import type { FleetState } from '../contracts/fleet-state';

/**
 * A standard parameter takes 4 KB.
 * @see https://docs.aws.amazon.com/systems-manager/latest/userguide/parameter-store-advanced-parameters.html
 */
export const LONGEST_PARAMETER = 4096;

const MOST_BAD = 4;
const MOST_NOTICES = 4;
const MOST_EQUAL = 5;
const LONGEST_REASON = 120;
const LONGEST_MESSAGE = 240;

/** The text of a state within 4 KB: texts are cut, and of lists the newest are kept. */
export function fleetStateText(state: FleetState): string {
  return JSON.stringify(boundFleetState(state));
}

/** The state with its texts and lists bounded. */
export function boundFleetState(state: FleetState): FleetState {
  const { bad, equalAmis, notices, rollout } = state;
  const newestFirst = Object.entries(notices).sort(([, one], [, other]) => (one.at < other.at ? 1 : -1));
  return {
    ...state,
    bad: bad.slice(0, MOST_BAD).map((one) => ({ ...one, reason: cut(one.reason, LONGEST_REASON) })),
    equalAmis: equalAmis.slice(-MOST_EQUAL),
    notices: Object.fromEntries(
      newestFirst
        .slice(0, MOST_NOTICES)
        .map(([cause, one]) => [cause, { ...one, message: cut(one.message, LONGEST_MESSAGE) }]),
    ),
    rollout: rollout && {
      ...rollout,
      goingBack: rollout.goingBack && {
        ...rollout.goingBack,
        reason: cut(rollout.goingBack.reason, LONGEST_REASON),
      },
    },
    hold: state.hold && cutWord(state.hold),
    floor: state.floor && cutWord(state.floor),
    accepted: state.accepted && cutWord(state.accepted),
  };
}

function cutWord<T extends { readonly by: string; readonly reason: string }>(word: T): T {
  return { ...word, by: cut(word.by, 40), reason: cut(word.reason, LONGEST_REASON) };
}

/** Parameters are counted in bytes, so that what is no plain ASCII becomes a question mark. */
function cut(text: string, length: number): string {
  const plain = text.replaceAll(/[^\x20-\x7e]|["\\]/g, (one) => (one === '"' ? "'" : '?'));
  return plain.length <= length ? plain : `${plain.slice(0, length - 3)}...`;
}
