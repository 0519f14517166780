/** The state machine of a pipeline. */
export interface Rebakes {
  /** Starts an execution; one of that name that was started before is left as it is. */
  start(stateMachineArn: string, name: string, input: Readonly<Record<string, unknown>>): Promise<void>;
}
