import type { Executions } from '../../core/ports/bakes';
import type { Caller } from '../iam/role-policies';

/** The executions of state machines in the pretended account. */
export class PretendedExecutions {
  private readonly running = new Set<string>();
  private started = 0;

  /** Begins an execution of a state machine, and gives its name and ARN. */
  begin(stateMachineArn: string): { readonly name: string; readonly arn: string } {
    this.started += 1;
    const name = `rehearsal-${this.started}`;
    const arn = `${stateMachineArn.replace(':stateMachine:', ':execution:')}:${name}`;
    this.running.add(arn);
    return { name, arn };
  }

  end(arn: string): void {
    this.running.delete(arn);
  }

  /** The executions as a caller may see them. */
  port(caller: Caller): Executions {
    return {
      isRunning: (arn) => {
        caller.require('states:DescribeExecution', arn);
        return Promise.resolve(this.running.has(arn));
      },
      stop: (arn) => {
        caller.require('states:StopExecution', arn);
        this.end(arn);
        return Promise.resolve();
      },
    };
  }
}
