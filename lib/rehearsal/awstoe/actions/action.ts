import type { ActionScope } from '../action-scope';
import type { ActionResult } from '../step-result';

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
