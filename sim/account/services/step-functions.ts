import {
  ExecutionAlreadyExists,
  ExecutionDoesNotExist,
  ExecutionStatus,
  InvalidExecutionInput,
  SFNServiceException,
  StateMachineDoesNotExist,
  StateMachineStatus,
  StateMachineType,
  type DescribeExecutionCommandInput,
  type DescribeExecutionCommandOutput,
  type DescribeStateMachineCommandInput,
  type DescribeStateMachineCommandOutput,
  type StartExecutionCommandInput,
  type StartExecutionCommandOutput,
  type StopExecutionCommandInput,
  type StopExecutionCommandOutput,
} from '@aws-sdk/client-sfn';
import { page } from '../provenance';
import { declared, operation, type Call, type SimulatedService } from '../simulated-service';

/** A state machine as a stack makes it. */
export interface SimulatedStateMachine {
  readonly arn: string;
  readonly roleArn: string;
  readonly definition: string;
}

/** An execution; who runs it writes its status. */
export interface SimulatedExecution {
  readonly arn: string;
  readonly stateMachineArn: string;
  readonly name: string;
  readonly input: string;
  readonly startedAt: Date;
  status: ExecutionStatus;
  stoppedAt?: Date;
}

const API = 'https://docs.aws.amazon.com/step-functions/latest/apireference/API_';
const START = page(`${API}StartExecution.html`);
/** How long a name stays taken, and an execution known, after its end. */
const REMEMBERED_MILLISECONDS = 90 * 24 * 3600 * 1000;

/** Step Functions' book of executions; what runs them is reported each start. */
export class SimulatedStepFunctions implements SimulatedService {
  readonly id = 'sfn';
  readonly ServiceException = SFNServiceException;
  private readonly machines = new Map<string, SimulatedStateMachine>();
  private readonly executions = new Map<string, SimulatedExecution>();

  constructor(private readonly run: (execution: SimulatedExecution) => void = () => undefined) {}

  readonly operations = {
    StartExecution: operation<StartExecutionCommandInput, StartExecutionCommandOutput>(START, (call) =>
      this.start(call),
    ),
    DescribeExecution: operation<DescribeExecutionCommandInput, DescribeExecutionCommandOutput>(
      page(`${API}DescribeExecution.html`),
      ({ input, now }) => {
        const found = this.existing(input.executionArn, now);
        return {
          executionArn: found.arn,
          stateMachineArn: found.stateMachineArn,
          name: found.name,
          status: found.status,
          startDate: found.startedAt,
          input: found.input,
          ...(found.stoppedAt === undefined ? {} : { stopDate: found.stoppedAt }),
        };
      },
    ),
    StopExecution: operation<StopExecutionCommandInput, StopExecutionCommandOutput>(
      page(`${API}StopExecution.html`),
      ({ input, now }) => {
        const found = this.existing(input.executionArn, now);
        if (found.status === ExecutionStatus.RUNNING) {
          this.end(found.arn, ExecutionStatus.ABORTED, now);
        }
        return { stopDate: found.stoppedAt ?? now };
      },
    ),
    DescribeStateMachine: operation<DescribeStateMachineCommandInput, DescribeStateMachineCommandOutput>(
      page(`${API}DescribeStateMachine.html`),
      ({ input }) => {
        const { arn, definition, roleArn } = this.machine(input.stateMachineArn);
        return {
          stateMachineArn: arn,
          name: arn.split(':').at(-1) ?? '',
          status: StateMachineStatus.ACTIVE,
          definition,
          roleArn,
          type: StateMachineType.STANDARD,
          creationDate: new Date(0),
        };
      },
    ),
  };

  create(machine: SimulatedStateMachine): void {
    this.machines.set(machine.arn, machine);
  }

  /** The state machine of an ARN that is there. */
  find(arn: string): SimulatedStateMachine | undefined {
    return this.machines.get(arn);
  }

  delete(arn: string): void {
    this.machines.delete(arn);
  }

  /** All executions that were ever started, in that order. */
  get all(): readonly SimulatedExecution[] {
    return [...this.executions.values()];
  }

  end(arn: string, status: ExecutionStatus, now: Date): void {
    const found = this.executions.get(arn);
    if (found !== undefined) {
      found.status = status;
      found.stoppedAt = now;
    }
  }

  /** While an execution of the name runs, a start with the same input gives it back. */
  private start({ input: request, now }: Call<StartExecutionCommandInput>) {
    const { input = '{}', name = `unnamed-${String(this.executions.size)}`, stateMachineArn = '' } = request;
    const machine = this.machine(stateMachineArn);
    if (!isJson(input)) {
      throw declared(InvalidExecutionInput, 'Invalid State Machine Execution Input', START);
    }
    const arn = `${machine.arn.replace(':stateMachine:', ':execution:')}:${name}`;
    const before = this.executions.get(arn);
    if (before !== undefined && this.isRemembered(before, now)) {
      if (before.status === ExecutionStatus.RUNNING && before.input === input) {
        return { executionArn: arn, startDate: before.startedAt };
      }
      throw declared(ExecutionAlreadyExists, `Execution Already Exists: '${arn}'`, START);
    }
    const execution: SimulatedExecution = {
      arn,
      stateMachineArn,
      name,
      input,
      startedAt: now,
      status: ExecutionStatus.RUNNING,
    };
    this.executions.delete(arn);
    this.executions.set(arn, execution);
    this.run(execution);
    return { executionArn: arn, startDate: now };
  }

  private existing(arn = '', now: Date): SimulatedExecution {
    const found = this.executions.get(arn);
    if (found === undefined || !this.isRemembered(found, now)) {
      const provenance = page(`${API}DescribeExecution.html`);
      throw declared(ExecutionDoesNotExist, `Execution Does Not Exist: '${arn}'`, provenance);
    }
    return found;
  }

  private isRemembered({ stoppedAt }: SimulatedExecution, now: Date): boolean {
    return stoppedAt === undefined || now.getTime() - stoppedAt.getTime() < REMEMBERED_MILLISECONDS;
  }

  private machine(arn = ''): SimulatedStateMachine {
    const found = this.machines.get(arn);
    if (found === undefined) {
      throw declared(StateMachineDoesNotExist, `State Machine Does Not Exist: '${arn}'`, START);
    }
    return found;
  }
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
