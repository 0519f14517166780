/** A value of the registry. */
export type RegistryValue = string | number | readonly string[];

/** What a Windows machine says of itself, as `host.json` keeps it; scripts and docker read and change it there. */
export interface HostFacts {
  readonly currentBuild: string;
  readonly ubr: number;
  readonly productName: string;
  readonly installationType: string;
  /** Whether the keys of a pending restart are there, or the name of the only one that is. */
  readonly pendingReboot: boolean | string;
  /** The status of each service by its name. */
  readonly services: Readonly<Record<string, string>>;
  /** How services start; one that is not named starts automatically. */
  readonly startTypes?: Readonly<Record<string, string>>;
  readonly instanceId: string;
  /** The article numbers of the updates that are installed, such as `KB5066782`; absent: none. */
  readonly hotFixes?: readonly string[];
  readonly freeBytes?: number;
  /** How far its clock is ahead of this computer's. */
  readonly clockOffsetSeconds?: number;
  /** Whether docker's network `nat` is there; it is unless this is false. */
  readonly natNetwork?: boolean;
  /** Values of the registry that were set, by key and name, such as `HKLM:\\SOFTWARE\\Mine`. */
  readonly registry?: Readonly<Record<string, Readonly<Record<string, RegistryValue>>>>;
  /** A fault: a restart leaves the pending one pending. */
  readonly staysPending?: boolean;
  /** A fault: what Windows Update offers cannot be installed. */
  readonly updatesFail?: boolean;
  /** A fault: so many pulls end with these words of docker's. */
  readonly failingPulls?: { readonly left: number; readonly message: string };
  /** A fault: after each boot so many calls of docker find no engine; `left` counts those of this boot. */
  readonly lateDocker?: { readonly calls: number; readonly left: number };
  /** A fault: what is pulled is not what its digest names. */
  readonly wrongDigests?: boolean;
  /** A fault: the revision that Windows has after the first pull. */
  readonly driftsTo?: number;
}
