import type { ObjectStorage } from '../../aws/account/stores';
import type { Environment } from '../../aws/cloudformation/environment';
import type { Caller } from '../../aws/iam/role-policies';
import type { SimulatedHost } from '../host/simulated-host';
import type { PowerShell } from '../powershell/powershell-session';
import type { Restarts, ActionResult } from './step-result';

/** What the actions of one instance work with. */
export interface ActionScope {
  readonly host: SimulatedHost;
  readonly shell: PowerShell;
  readonly storage: ObjectStorage;
  /** The instance with its role. */
  readonly caller: Caller;
  /** Reads a parameter of Systems Manager; without it references to parameters are refused. */
  readonly readParameter?: ((name: string) => string | undefined) | undefined;
  /** Where the instance runs; without it, in the simulated account and region. */
  readonly environment?: Environment | undefined;
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
