/** The executions of the state machine, by ARN. */
export interface Executions {
  /** Whether an execution still runs; one that is not known any more has ended. */
  isRunning(executionArn: string): Promise<boolean>;
  /** Ends an execution at once; `why` stands in its history. One that has ended stays as it is. */
  stop(executionArn: string, why: string): Promise<void>;
}
