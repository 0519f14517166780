import type { SimulatedLaunchTemplate } from '../../aws/fleet/launch-template';
import type { SimulatedFleet } from '../../aws/fleet/simulated-fleet';
import type { SimulatedGroup } from '../../aws/fleet/simulated-group';
import type { Place } from '../commands/command-row';
import { ByPlace } from '../simulated-service';
import { SimulatedClusters } from './clusters';

interface Region {
  readonly fleets: Map<string, SimulatedFleet>;
  readonly templates: Map<string, SimulatedLaunchTemplate>;
  readonly versionTokens: Map<string, VersionRequest>;
}

/** A request for a launch template version that had a client token. */
export interface VersionRequest {
  readonly templateId: string;
  readonly amiId: string | undefined;
  readonly userData: string;
}

/** The fleets of all accounts, for which Auto Scaling, EC2 and ECS answer. */
export class SimulatedFleets {
  /** The clusters that they join. */
  readonly clusters = new SimulatedClusters();
  private readonly all: SimulatedFleet[] = [];
  private readonly regions = new ByPlace<Region>(() => ({
    fleets: new Map(),
    templates: new Map(),
    versionTokens: new Map(),
  }));

  /** Deploys a fleet with its launch template; one whose group has the same name gives way. */
  add(fleet: SimulatedFleet): void {
    const { name, template } = fleet.group;
    this.all.push(fleet);
    this.regions.at(fleet.environment).fleets.set(name, fleet);
    this.clusters.add(fleet.environment, fleet.cluster);
    this.addTemplate(fleet.environment, template);
  }

  /** Deploys a launch template, whose group may come later. */
  addTemplate(place: Place, template: SimulatedLaunchTemplate): void {
    this.regions.at(place).templates.set(template.id, template);
  }

  /** Deletes a launch template with its versions. */
  deleteTemplate(place: Place, id: string): void {
    this.regions.at(place).templates.delete(id);
  }

  /** The fleets of a region, those too whose group is gone. */
  at(place: Place): readonly SimulatedFleet[] {
    return [...this.regions.at(place).fleets.values()];
  }

  /** The groups of a region that are there. */
  groupsAt(place: Place): readonly SimulatedGroup[] {
    return this.at(place)
      .map(({ group }) => group)
      .filter(({ isGone }) => !isGone);
  }

  /** When an instance was started from an AMI last, wherever that was. */
  lastLaunch(amiId: string): Date | undefined {
    const times = this.all.flatMap(({ group }) => group.launchesOf(amiId));
    return times.length === 0 ? undefined : new Date(Math.max(...times));
  }

  /** What was asked for in a region by each client token, whatever became of the template. */
  versionTokensAt(place: Place): Map<string, VersionRequest> {
    return this.regions.at(place).versionTokens;
  }

  /** The launch templates of a region, by id. */
  templatesAt(place: Place): ReadonlyMap<string, SimulatedLaunchTemplate> {
    return this.regions.at(place).templates;
  }
}
