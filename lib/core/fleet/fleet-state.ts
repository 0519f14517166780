import { parseDocument } from '../../contract/documents/document';
import { type FleetState, fleetStateSchema } from '../../contract/documents/fleet-state';
import { fleetOverridesSchema, type FleetOverrides } from '../../contract/documents/overrides';
import type { Channel } from '../../contract/documents/publication';
import { LONGEST_PARAMETER } from '../../contract/names/parameters';
import { plainExcerpt } from '../../contract/values/printable';
import type { ParameterStore } from '../ports/stores';

/** How much of texts and lists is kept. */
interface Room {
  readonly bad: number;
  readonly notices: number;
  readonly equalAmis: number;
  readonly by: number;
  readonly reason: number;
  readonly message: number;
}

const AMPLE: Room = { bad: 4, notices: 4, equalAmis: 5, by: 40, reason: 300, message: 600 };

/** From ample to what fits whatever names, words and notices there are. */
const ROOMS: readonly Room[] = [
  AMPLE,
  { ...AMPLE, reason: 120, message: 400 },
  { ...AMPLE, reason: 80, message: 200 },
  { ...AMPLE, bad: 3, reason: 40, message: 100 },
  { bad: 2, notices: 3, equalAmis: 3, by: 20, reason: 20, message: 50 },
];

/** The text of a state within 4 KB: texts are cut, and of lists the newest are kept, no shorter than they have to be. */
export function fleetStateText(state: FleetState): string {
  const texts = ROOMS.map((room) => JSON.stringify(limitFleetState(state, room)));
  return texts.find(({ length }) => length <= LONGEST_PARAMETER) ?? texts.at(-1) ?? '';
}

/** The state with its texts and lists bounded. */
function limitFleetState(state: FleetState, room: Room): FleetState {
  const { bad, equalAmis, notices, rollout, waiting } = state;
  const newestFirst = Object.entries(notices).sort(([, one], [, other]) => (one.at < other.at ? 1 : -1));
  const cutOverride = <T extends { readonly by: string; readonly reason: string }>(override: T): T => ({
    ...override,
    by: plainExcerpt(override.by, room.by),
    reason: plainExcerpt(override.reason, room.reason),
  });
  return {
    ...state,
    bad: bad.slice(0, room.bad).map((one) => ({ ...one, reason: plainExcerpt(one.reason, room.reason) })),
    equalAmis: equalAmis.slice(-room.equalAmis),
    notices: Object.fromEntries(
      newestFirst
        .slice(0, room.notices)
        .map(([cause, one]) => [cause, { ...one, message: plainExcerpt(one.message, room.message) }]),
    ),
    rollout: rollout && {
      ...rollout,
      goingBack: rollout.goingBack && {
        ...rollout.goingBack,
        reason: plainExcerpt(rollout.goingBack.reason, room.reason),
      },
    },
    waiting: waiting && { ...waiting, reason: plainExcerpt(waiting.reason, room.reason) },
    hold: state.hold && cutOverride(state.hold),
    floor: state.floor && cutOverride(state.floor),
    accepted: state.accepted && cutOverride(state.accepted),
  };
}

/** When a state was written last, as far as is known; each write is later than the one before. */
export interface StateNote {
  at?: string | undefined;
}

/** Reads and writes the state of one fleet; what is as it was is not written again. */
export class FleetStateKeeper {
  private stored: string | undefined;

  constructor(
    private readonly parameters: ParameterStore,
    private readonly name: string,
    private readonly note: StateNote = {},
  ) {}

  /**
   * The state, or undefined before the first poll. The parameter store may show an older one for seconds after a write: what
   * this keeper wrote itself counts then, and what another wrote is waited for by the next request, so that this one throws.
   */
  async read(): Promise<FleetState | undefined> {
    const { at: expected = '' } = this.note;
    const text = await this.parameters.get(this.name);
    const state = text === undefined ? undefined : parseDocument(fleetStateSchema, text, this.name);
    const { at = '' } = state ?? {};
    if (at >= expected) {
      this.stored = text;
      this.note.at = state?.at;
      return state;
    }
    if (this.stored === undefined) {
      throw new Error(
        `${this.name} shows the state of ${at || 'nobody'}, and one of ${expected} was written.`,
      );
    }
    return parseDocument(fleetStateSchema, this.stored, this.name);
  }

  /** Writes a state that differs from the one that was read or written last. */
  async keep(state: FleetState, now: Date): Promise<void> {
    if (this.stored !== undefined && isSame(this.stored, fleetStateText(state))) {
      return;
    }
    const earliest = this.note.at === undefined ? 0 : Date.parse(this.note.at) + 1;
    const at = new Date(Math.max(now.getTime(), earliest)).toISOString();
    const text = fleetStateText({ ...state, at });
    await this.parameters.put(this.name, text, 'text');
    this.stored = text;
    this.note.at = at;
  }
}

/** The state that a fleet keeps, or undefined before its first poll. */
export function readFleetState(
  parameters: ParameterStore,
  names: { readonly state: string },
): Promise<FleetState | undefined> {
  return new FleetStateKeeper(parameters, names.state).read();
}

/** What people say of a fleet, or undefined where nobody has said anything. */
export async function readFleetOverrides(
  parameters: Pick<ParameterStore, 'get'>,
  name: string,
): Promise<FleetOverrides | undefined> {
  const text = await parameters.get(name);
  return text === undefined ? undefined : parseDocument(fleetOverridesSchema, text, name);
}

/** Same but for the instant of writing. */
function isSame(one: string, other: string): boolean {
  const rest = (text: string) => JSON.stringify({ ...(JSON.parse(text) as object), at: null });
  return rest(one) === rest(other);
}

/** Which fleet a state is of. */
export interface FleetIdentity {
  readonly fleet: string;
  readonly autoScalingGroup: string;
  readonly cluster: string;
  /** The parameter of what it follows. */
  readonly channel: string;
}

/** The state of a fleet at its first poll: it runs what its deployment started it from. */
export function newFleetState(
  identity: FleetIdentity,
  amiId: string,
  publication: Channel | null,
  at: Date,
): FleetState {
  return {
    schema: 'winbake.fleet-state/1',
    ...identity,
    ring: null,
    amiId,
    publication,
    wanted: null,
    rollout: null,
    last: null,
    template: null,
    lastTried: null,
    ran: [],
    equalAmis: [],
    bad: [],
    hold: null,
    floor: null,
    accepted: null,
    notices: {},
    waiting: null,
    at: at.toISOString(),
  };
}
