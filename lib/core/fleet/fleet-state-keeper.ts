import { fleetStateSchema, type FleetState } from '../../contract/documents/fleet-state';
import { fleetWordsSchema, type FleetWords } from '../../contract/documents/overrides';
import { parseDocument } from '../../contract/documents/document';
import type { ParameterStore } from '../ports/parameter-store';
import { fleetStateText } from './bound-fleet-state';

/** Reads and writes the state of one fleet; what is as it was is not written again. */
export class FleetStateKeeper {
  private stored: string | undefined;

  constructor(
    private readonly parameters: ParameterStore,
    private readonly name: string,
  ) {}

  /** The state, or undefined before the first look. */
  async read(): Promise<FleetState | undefined> {
    this.stored = await this.parameters.get(this.name);
    return this.stored === undefined ? undefined : parseDocument(fleetStateSchema, this.stored, this.name);
  }

  /** Writes a state that differs from the one that was read or written last. */
  async keep(state: FleetState, now: Date): Promise<void> {
    if (this.stored !== undefined && isSame(this.stored, fleetStateText(state))) {
      return;
    }
    const text = fleetStateText({ ...state, at: now.toISOString() });
    await this.parameters.put(this.name, text, 'text');
    this.stored = text;
  }
}

/** The state that a fleet keeps, or undefined before its first look. */
export function readFleetState(
  parameters: ParameterStore,
  names: { readonly state: string },
): Promise<FleetState | undefined> {
  return new FleetStateKeeper(parameters, names.state).read();
}

/** What people say of a fleet, or undefined where nobody has said anything. */
export async function readFleetWords(
  parameters: Pick<ParameterStore, 'get'>,
  name: string,
): Promise<FleetWords | undefined> {
  const text = await parameters.get(name);
  return text === undefined ? undefined : parseDocument(fleetWordsSchema, text, name);
}

/** Same but for the instant of writing. */
function isSame(one: string, other: string): boolean {
  const rest = (text: string) => JSON.stringify({ ...(JSON.parse(text) as object), at: null });
  return rest(one) === rest(other);
}
