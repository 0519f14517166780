import type { PipelineDescription } from '../../contract/documents/pipeline-description';
import type { Executions } from '../ports/bakes';
import type { DocumentStore, ParameterStores } from '../ports/stores';

/** A function as Lambda describes it. */
interface InspectedFunction {
  /** `Active` where it can be called. */
  readonly state: string;
  /** The ARN of its role. */
  readonly role: string;
  readonly environment: Readonly<Record<string, string>>;
}

/** A schedule by its name. */
interface InspectedSchedule {
  readonly name: string;
  readonly isEnabled: boolean;
}

/** A key of KMS. */
interface InspectedKey {
  /** `Enabled` where it can be used. */
  readonly state: string;
  /** The text of its policy. */
  readonly policy: string;
}

/** An Image Builder pipeline, with what it builds on. */
export interface InspectedImagePipeline {
  readonly isEnabled: boolean;
  readonly instanceTypes: readonly string[];
  /** Undefined for the default VPC. */
  readonly subnetId: string | undefined;
  readonly executionRole: string | undefined;
  readonly instanceProfile: string | undefined;
  /** The keys of AMIs by region; none where the account's default key of EBS is used. */
  readonly keys: readonly { readonly region: string; readonly keyId: string }[];
}

/** How a subnet is connected. */
interface InspectedNetwork {
  /** The subnet that was looked at. */
  readonly subnetId: string;
  /** Where everything else goes, such as `nat-0123`; undefined where the route table has no such route. */
  readonly defaultRoute: string | undefined;
  /** The services that its VPC has an endpoint of, such as `com.amazonaws.eu-central-1.s3`. */
  readonly endpoints: readonly string[];
}

/** A quota of a service in the region. */
export interface InspectedQuota {
  readonly name: string;
  readonly value: number;
}

/** The rate at which the volumes of a fleet's instances are initialized. */
export interface InspectedFleetVolume {
  readonly group: string;
  readonly mebibytesPerSecond: number;
  readonly maxSize: number;
}

/** What EC2 says of an AMI's Fast Launch. */
export interface InspectedFastLaunch {
  /** Such as `enabled` or `enabling-failed`. */
  readonly state: string;
  readonly reason: string;
}

/** Where the instances of a fleet start. */
export interface InspectedFleetSubnets {
  readonly group: string;
  readonly subnetIds: readonly string[];
}

/** What the instances of a fleet offer tasks that join a domain. */
interface InspectedGmsaHosts {
  readonly group: string;
  /** Whether the agent starts with `ECS_GMSA_SUPPORTED`. */
  readonly offersGmsa: boolean;
  /** The ARN of the instances' role; undefined where the launch template names none. */
  readonly role: string | undefined;
}

/** A service on a fleet, whose tasks join a domain that their host is not in. */
export interface InspectedDomainlessService {
  /** Its cluster and name, such as `shop/web`. */
  readonly service: string;
  /** The ARNs of its credential specs. */
  readonly specs: readonly string[];
  /** The ARN of its tasks' execution role. */
  readonly executionRole: string | undefined;
  /** Of all fleets that it may be placed on. */
  readonly hosts: readonly InspectedGmsaHosts[];
}

/** A text with the whole ARN of what holds it. */
interface InspectedText {
  readonly arn: string;
  readonly text: string;
}

/** What can be seen of a pipeline's parts; nothing is changed. */
export interface PipelineInspector {
  functionOf(name: string): Promise<InspectedFunction | undefined>;
  /** The services that a role trusts, by the ARN or name of the role; undefined where there is no such role. */
  trustOf(role: string): Promise<readonly string[] | undefined>;
  /** The role of an instance profile, by the profile's name. */
  roleOfProfile(profile: string): Promise<string | undefined>;
  /** The role of a state machine, by ARN. */
  roleOfStateMachine(arn: string): Promise<string | undefined>;
  /** The schedules whose names begin so. */
  schedulesOf(namePrefix: string): Promise<readonly InspectedSchedule[]>;
  keyOf(region: string, keyId: string): Promise<InspectedKey | undefined>;
  imagePipeline(arn: string): Promise<InspectedImagePipeline | undefined>;
  /** How a subnet is connected, or where none is named one of the default VPC; undefined where there is none. */
  networkOf(subnetId: string | undefined): Promise<InspectedNetwork | undefined>;
  /** The quotas of a service, by its code such as `ec2`. */
  quotasOf(service: string): Promise<readonly InspectedQuota[]>;
  /** The most virtual processors that an instance of any of the types has. */
  processorsOf(instanceTypes: readonly string[]): Promise<number>;
  /** The virtual processors of the instances that run in the region, of the families that share the standard quota. */
  processorsInUse(): Promise<number>;
  /** How many AMIs the account has in the region. */
  countAmis(): Promise<number>;
  /** The state of an AMI, `available` where instances start from it; undefined where there is none. */
  amiState(region: string, amiId: string): Promise<string | undefined>;
  /** The Fast Launch of an AMI; undefined where it has none. */
  fastLaunchOf(region: string, amiId: string): Promise<InspectedFastLaunch | undefined>;
  /** The groups of fleets whose launch templates name a root device. */
  fleetsWithRootDevice(): Promise<readonly string[]>;
  /** The groups of fleets whose volumes are initialized at a rate. */
  fleetVolumes(): Promise<readonly InspectedFleetVolume[]>;
  /** The subnets of all fleets of the region, by their groups. */
  fleetSubnets(): Promise<readonly InspectedFleetSubnets[]>;
  /** The services on fleets of the region whose tasks have a credential spec of domainless gMSA. */
  domainlessServices(): Promise<readonly InspectedDomainlessService[]>;
  /** What an object, a parameter or a secret holds, by its ARN; undefined where there is none. */
  textAt(arn: string): Promise<InspectedText | undefined>;
  /** Whether the policies of a role allow an action. */
  mayRole(roleArn: string, action: string, resource: string): Promise<boolean>;
}

/** The network as this computer sees it. */
export interface Reach {
  /** Asks an address, and gives the status of the answer. Throws where there is none. */
  status(url: string): Promise<number>;
}

/** What a check says: fine, wrong, or not known since it could not be done from here. */
export type Verdict = 'ok' | 'no' | 'unknown';

/** One line of the doctor's table. */
export interface CheckResult {
  /** What was looked at, such as `quota EC2 vCPUs`. */
  readonly check: string;
  readonly verdict: Verdict;
  /** What was seen. */
  readonly detail: string;
  /** What to do; null where nothing is. */
  readonly wayOut: string | null;
}

/** What the checks look through. */
export interface DoctorPorts {
  readonly documents: DocumentStore;
  readonly stores: ParameterStores;
  readonly executions: Executions;
  readonly inspector: PipelineInspector;
  readonly reach: Reach;
  readonly now: () => Date;
}

/** One matter that is looked into. Where it throws, what it is about counts as not known. */
export type Check = (ports: DoctorPorts, description: PipelineDescription) => Promise<readonly CheckResult[]>;

/** What is seen of the fleets of a region, with nothing of a pipeline's. */
export type FleetInspector = Pick<
  PipelineInspector,
  | 'amiState'
  | 'domainlessServices'
  | 'fleetSubnets'
  | 'fleetVolumes'
  | 'mayRole'
  | 'networkOf'
  | 'quotasOf'
  | 'textAt'
  | 'trustOf'
>;

/** A matter of fleets alone. */
export type FleetCheck = (ports: { readonly inspector: FleetInspector }) => Promise<readonly CheckResult[]>;

/** All is well. */
export function fine(check: string, detail: string): CheckResult {
  return { check, verdict: 'ok', detail, wayOut: null };
}

/** Something is wrong, and what to do. */
export function wrong(check: string, detail: string, wayOut: string): CheckResult {
  return { check, verdict: 'no', detail, wayOut };
}

/** It could not be found out, and how it could be. */
export function unsure(check: string, detail: string, wayOut: string): CheckResult {
  return { check, verdict: 'unknown', detail, wayOut };
}
