import type { AmiFault } from '../fleet/ami-faults';
import type { HostFault } from '../host/host-faults';
import type { FaultSetting } from '../registry/faults';

/** What is rehearsed, and under which circumstances. */
export interface RehearsalOptions {
  /** The name of a Windows Server release. */
  readonly release: string;
  readonly asOf: string | undefined;
  /** Goes on for so many months, each until the next Patch Tuesday; absent: one rebake and no more. */
  readonly months?: number | undefined;
  /** The revision that Windows Update brings the pretended host to; absent: the newest of its day. */
  readonly hostRevision: number | undefined;
  readonly history: string | undefined;
  readonly hosts: string | undefined;
  /** What is wrong with the registry. */
  readonly faults: readonly FaultSetting[];
  /** What is wrong with the build machine. */
  readonly hostFaults?: readonly HostFault[];
  /** What is wrong with one published AMI: the second of several months, else the one that is baked. */
  readonly amiFaults?: readonly AmiFault[];
  /** The command that runs the CDK app; absent: that of `cdk.json`. */
  readonly app: string | undefined;
  /** An assembly to rehearse as it is, instead of an app. */
  readonly cdkOut: string | undefined;
  /** The folder in which a relative path and `cdk.json` are looked for. */
  readonly workingFolder: string;
  /** Variables that replace those of the decide function, for policy options. */
  readonly policy: Readonly<Record<string, string>>;
  /** Ends where a bake is due, which then needs no PowerShell: the gate alone. */
  readonly untilBake?: boolean;
  /** Ends the rehearsal; what it made is removed. */
  readonly signal?: AbortSignal;
}
