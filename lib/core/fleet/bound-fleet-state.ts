import type { FleetState } from '../../contract/documents/fleet-state';

/**
 * A standard parameter takes 4 KB.
 * @see https://docs.aws.amazon.com/systems-manager/latest/userguide/parameter-store-advanced-parameters.html
 */
export const LONGEST_PARAMETER = 4096;

/** How much of texts and lists is kept. */
interface Room {
  readonly bad: number;
  readonly notices: number;
  readonly equalAmis: number;
  readonly by: number;
  readonly reason: number;
  readonly message: number;
}

const AMPLE: Room = { bad: 4, notices: 4, equalAmis: 5, by: 40, reason: 120, message: 400 };

/** From ample to what fits whatever names, words and notices there are. */
const ROOMS: readonly Room[] = [
  AMPLE,
  { ...AMPLE, reason: 80, message: 200 },
  { ...AMPLE, bad: 3, reason: 40, message: 100 },
  { bad: 2, notices: 3, equalAmis: 3, by: 20, reason: 20, message: 50 },
];

/** The text of a state within 4 KB: texts are cut, and of lists the newest are kept, no shorter than they have to be. */
export function fleetStateText(state: FleetState): string {
  const texts = ROOMS.map((room) => JSON.stringify(boundFleetState(state, room)));
  return texts.find(({ length }) => length <= LONGEST_PARAMETER) ?? texts.at(-1) ?? '';
}

/** The state with its texts and lists bounded. */
function boundFleetState(state: FleetState, room: Room): FleetState {
  const { bad, equalAmis, notices, rollout, waiting } = state;
  const newestFirst = Object.entries(notices).sort(([, one], [, other]) => (one.at < other.at ? 1 : -1));
  const cutWord = <T extends { readonly by: string; readonly reason: string }>(word: T): T => ({
    ...word,
    by: cut(word.by, room.by),
    reason: cut(word.reason, room.reason),
  });
  return {
    ...state,
    bad: bad.slice(0, room.bad).map((one) => ({ ...one, reason: cut(one.reason, room.reason) })),
    equalAmis: equalAmis.slice(-room.equalAmis),
    notices: Object.fromEntries(
      newestFirst
        .slice(0, room.notices)
        .map(([cause, one]) => [cause, { ...one, message: cut(one.message, room.message) }]),
    ),
    rollout: rollout && {
      ...rollout,
      goingBack: rollout.goingBack && {
        ...rollout.goingBack,
        reason: cut(rollout.goingBack.reason, room.reason),
      },
    },
    waiting: waiting && { ...waiting, reason: cut(waiting.reason, room.reason) },
    hold: state.hold && cutWord(state.hold),
    floor: state.floor && cutWord(state.floor),
    accepted: state.accepted && cutWord(state.accepted),
  };
}

/** Parameters are counted in bytes, so that what is no plain ASCII becomes a question mark. */
function cut(text: string, length: number): string {
  const plain = text.replaceAll(/[^\x20-\x7e]|["\\]/g, (one) => (one === '"' ? "'" : '?'));
  return plain.length <= length ? plain : `${plain.slice(0, length - 3)}...`;
}
