import type { OperateAnswer } from '../../contract/documents/operate-request';
import type { Channel } from '../../contract/documents/publication';
import type { FleetPorts } from '../fleet/fleet-ports';
import type { FleetDeletion } from '../ports/fleets';

/** A stack of a trial, as CloudFormation shows it. */
export interface TrialStack {
  /** Of the trial. */
  readonly id: string;
  readonly name: string;
  readonly createdAt: Date;
  /** Such as `CREATE_COMPLETE`. */
  readonly status: string;
  /** What CloudFormation says of the status; empty where nothing. */
  readonly reason: string;
}

/** How the pipeline stands while its bake is waited for. */
export interface TrialPipeline {
  readonly latest: Channel | null;
  readonly rebake: 'idle' | 'waiting' | 'baking';
  /** The publication that the last bake came out equal to, and when; null where none did. */
  readonly equal: { readonly publication: string; readonly at: string } | null;
  /** Why it is so, in the pipeline's own words; messages to people first. */
  readonly why: string;
}

/** What a trial works with; waits end early where the person ends the command. */
export interface TrialPorts {
  readonly now: () => Date;
  /** Waits; rejects once `signal` is aborted. */
  readonly sleep: (seconds: number, signal?: AbortSignal) => Promise<void>;
  /** Says how it goes. */
  readonly report: (text: string) => void;
  readonly orderBake: () => Promise<OperateAnswer>;
  readonly readPipeline: () => Promise<TrialPipeline>;
  readonly stacks: TrialStacks;
  /** The group of a trial, to be rolled; its launch template is that of its stack. */
  readonly openFleet: (name: string) => Promise<Pick<FleetPorts, 'control' | 'hosts'>>;
  /** The same, to be deleted. */
  readonly openDeletion: (name: string) => FleetDeletion;
}

/** The stacks of the trials of one pipeline; no other is seen or changed. */
export interface TrialStacks {
  list(): Promise<readonly TrialStack[]>;
  create(name: string, tags: Readonly<Record<string, string>>, template: object): Promise<void>;
  /** Why a stack could not be made, in the words of the resource that failed first; empty where nothing says it. */
  whyFailed(stack: TrialStack): Promise<string>;
  delete(stack: TrialStack): Promise<void>;
}
