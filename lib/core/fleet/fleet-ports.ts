import type { ContainerHosts, FleetControl } from '../ports/fleets';
import type { Notifier } from '../ports/notices';
import type { ParameterStore } from '../ports/stores';
import type { FleetStateKeeper, FleetIdentity } from './fleet-state';

/** What a reconciler works with. */
export interface FleetPorts {
  readonly control: FleetControl;
  readonly hosts: ContainerHosts;
  readonly parameters: ParameterStore;
  readonly notifier: Notifier;
  readonly now: () => Date;
}

/** Which fleet it is, and which parameters it follows and keeps. */
export interface FleetParameters extends FleetIdentity {
  /** The account whose AMIs it takes; undefined takes any. */
  readonly amiOwner?: string | undefined;
  readonly state: string;
  readonly overrides: string;
  /** What pauses the fleet while a deployment changes its group. */
  readonly deployment: string;
  /** What has failed on other fleets of the pipeline. */
  readonly failed: string;
  /** How soon its newest instances ran their first task. */
  readonly starts: string;
  /** The log of a month. */
  readonly log: (month: string) => string;
}

/** Where an action is carried out. */
export interface ActionPlace {
  readonly ports: FleetPorts;
  readonly names: FleetParameters;
  readonly keeper: FleetStateKeeper;
}
