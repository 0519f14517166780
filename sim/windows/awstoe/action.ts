import type { SimulatedHost } from '../host/simulated-host';
import type { PowerShell } from '../powershell/powershell-session';
import type { Restarts, ActionResult } from './step-result';

/** S3 as an instance reaches it by its role; what the role may not do is thrown as the service's own error. */
export interface InstanceStorage {
  readonly get: (bucket: string, key: string) => Promise<Buffer | undefined>;
  readonly put: (bucket: string, key: string, body: Buffer) => Promise<void>;
}

/** What the actions of one instance work with. */
export interface ActionScope {
  readonly host: SimulatedHost;
  readonly shell: PowerShell;
  readonly storage: InstanceStorage;
  /** Reads a parameter of Systems Manager by the instance's role; without it references to parameters are refused. */
  readonly readParameter?: ((name: string) => string | undefined) | undefined;
  /** The restarts of all documents on the instance; without it each phase has its own count. */
  readonly restarts?: Restarts | undefined;
  /** Ends what is under way. */
  readonly signal?: AbortSignal | undefined;
}

/** An action module of AWSTOE. */
export interface Action {
  /** The outputs that later steps may refer to. */
  readonly outputs: readonly string[];
  /** Refuses inputs that AWSTOE would refuse, or that have no model; their references are not filled in yet. */
  readonly check: (inputs: unknown, where: string) => void;
  /** Does its work, within that many seconds where there is a limit. */
  readonly run: (
    scope: ActionScope,
    inputs: unknown,
    timeoutSeconds: number | undefined,
  ) => Promise<ActionResult> | ActionResult;
}

/** An action that reads its inputs by one rule, before anything runs and once more with their references filled in. */
export function actionOf<Inputs>(
  read: (inputs: unknown, where: string) => Inputs,
  run: (
    scope: ActionScope,
    inputs: Inputs,
    timeoutSeconds: number | undefined,
  ) => Promise<ActionResult> | ActionResult,
  outputs: readonly string[] = [],
): Action {
  return {
    outputs,
    check: (inputs, where) => {
      read(inputs, where);
    },
    run: (scope, inputs, timeoutSeconds) => run(scope, read(inputs, 'the inputs of a step'), timeoutSeconds),
  };
}
