import {
  CloudFormationServiceException,
  type DescribeStacksCommandInput,
  type DescribeStacksCommandOutput,
  type StackStatus,
} from '@aws-sdk/client-cloudformation';
import { unmodelled } from '../../aws/cloudformation/environment';
import type { Place } from '../commands/command-row';
import { page, reported } from '../provenance';
import { ByPlace, operation, undeclared, type Call, type SimulatedService } from '../simulated-service';

/** A stack as a deployment has it. */
export interface SimulatedStack {
  readonly name: string;
  readonly arn: string;
  readonly createdAt: Date;
  /** What is done to it now. */
  readonly status: () => StackStatus;
}

/** CloudFormation, as it answers for the stacks of all accounts. */
export class SimulatedStacks implements SimulatedService {
  readonly id = 'cloudformation';
  readonly ServiceException = CloudFormationServiceException;
  private readonly regions = new ByPlace<SimulatedStack[]>(() => []);

  readonly operations = {
    DescribeStacks: operation<DescribeStacksCommandInput, DescribeStacksCommandOutput>(
      page('https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_DescribeStacks.html'),
      (call) => this.describe(call),
    ),
  };

  /** Deploys a stack; one of the same name gives way. */
  add(place: Place, stack: SimulatedStack): void {
    const stacks = this.regions.at(place);
    const before = stacks.findIndex(({ name }) => name === stack.name);
    stacks.splice(before === -1 ? stacks.length : before, before === -1 ? 0 : 1, stack);
  }

  private describe({ input: { StackName: wanted }, place }: Call<DescribeStacksCommandInput>) {
    if (wanted === undefined) {
      throw unmodelled('a list of all stacks of CloudFormation');
    }
    const stack = this.regions.at(place).find(({ arn, name }) => name === wanted || arn === wanted);
    if (stack === undefined) {
      throw undeclared(
        CloudFormationServiceException,
        { name: 'ValidationError', message: `Stack with id ${wanted} does not exist`, status: 400 },
        reported('https://github.com/boto/boto3/issues/2807'),
      );
    }
    const { arn, createdAt, name, status } = stack;
    return {
      Stacks: [{ StackId: arn, StackName: name, CreationTime: createdAt, StackStatus: status() }],
    };
  }
}
