import type { Ask } from './confirm';
import type { FleetAccess } from './fleet-access';
import type { PlaceOptions } from './pipeline-options';

/** What the commands of fleets work with. */
export interface FleetTools {
  readonly open: (place: PlaceOptions) => Promise<FleetAccess>;
  readonly ask: Ask;
  readonly now: () => Date;
}
