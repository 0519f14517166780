import type { ObjectStorage } from '../account/object-storage';
import type { Environment } from '../assembly/environment';
import type { PretendedHost } from '../host/pretended-host';
import type { Caller } from '../iam/role-policies';
import type { PowerShell } from '../powershell/powershell-session';
import type { Restarts } from './restarts';

/** What the actions of one instance work with. */
export interface ActionScope {
  readonly host: PretendedHost;
  readonly shell: PowerShell;
  readonly storage: ObjectStorage;
  /** The instance with its role. */
  readonly caller: Caller;
  /** Reads a parameter of Systems Manager; without it references to parameters are refused. */
  readonly readParameter?: ((name: string) => string | undefined) | undefined;
  /** Where the instance runs; without it, in the pretended account and region. */
  readonly environment?: Environment | undefined;
  /** The restarts of all documents on the instance; without it each phase has its own count. */
  readonly restarts?: Restarts | undefined;
  /** Ends what is under way. */
  readonly signal?: AbortSignal | undefined;
}
