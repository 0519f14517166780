import {
  AlreadyExistsException,
  CloudFormationServiceException,
  type CreateStackCommandInput,
  type CreateStackCommandOutput,
  type DeleteStackCommandInput,
  type DeleteStackCommandOutput,
  type DescribeStackEventsCommandInput,
  type DescribeStackEventsCommandOutput,
  type DescribeStacksCommandInput,
  type DescribeStacksCommandOutput,
  type Stack,
  type StackStatus,
} from '@aws-sdk/client-cloudformation';
import { unmodelled } from '../../aws/cloudformation/environment';
import { stackArn } from '../../aws/cloudformation/physical-names';
import type { Place } from '../commands/command-row';
import { page, reported } from '../provenance';
import {
  ByPlace,
  declared,
  operation,
  undeclared,
  type Call,
  type SimulatedService,
} from '../simulated-service';

/** A stack as a deployment has it. */
export interface SimulatedStack {
  readonly name: string;
  readonly arn: string;
  readonly createdAt: Date;
  /** What is done to it now. */
  readonly status: () => StackStatus;
  readonly tags?: Readonly<Record<string, string>>;
  /** What CloudFormation says of its status. */
  readonly reason?: () => string;
}

/** The resources of a stack that a call makes. */
export interface MadeResources {
  /** What could not be made, and why; undefined where all was. */
  readonly failure?: { readonly logicalId: string; readonly type: string; readonly reason: string };
  /** Deletes them; why that cannot be, or undefined. */
  readonly delete: () => string | undefined;
}

/** Makes the resources of a template, as whoever calls may. */
export type MakeResources = (
  call: Call<CreateStackCommandInput>,
  stack: { readonly name: string; readonly tags: Readonly<Record<string, string>> },
) => MadeResources;

/** How long CloudFormation is at work on a small stack; an assumption. */
const WORK = 60_000;

const API = 'https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_';

/** CloudFormation, as it answers for the stacks of all accounts. */
export class SimulatedStacks implements SimulatedService {
  readonly id = 'cloudformation';
  readonly ServiceException = CloudFormationServiceException;
  private readonly regions = new ByPlace<SimulatedStack[]>(() => []);
  private readonly made = new Map<string, MadeStack>();

  constructor(
    private readonly make: MakeResources = () => {
      throw unmodelled('a stack that a call makes');
    },
  ) {}

  readonly operations = {
    CreateStack: operation<CreateStackCommandInput, CreateStackCommandOutput>(
      page(`${API}CreateStack.html`),
      (call) => this.create(call),
    ),
    DeleteStack: operation<DeleteStackCommandInput, DeleteStackCommandOutput>(
      page(`${API}DeleteStack.html`),
      (call) => this.delete(call),
    ),
    DescribeStackEvents: operation<DescribeStackEventsCommandInput, DescribeStackEventsCommandOutput>(
      page(`${API}DescribeStackEvents.html`),
      (call) => this.events(call),
    ),
    DescribeStacks: operation<DescribeStacksCommandInput, DescribeStacksCommandOutput>(
      page(`${API}DescribeStacks.html`),
      (call) => this.describe(call),
    ),
  };

  /** Deploys a stack; one of the same name gives way. */
  add(place: Place, stack: SimulatedStack): void {
    const stacks = this.regions.at(place);
    const before = stacks.findIndex(({ name }) => name === stack.name);
    stacks.splice(before === -1 ? stacks.length : before, before === -1 ? 0 : 1, stack);
  }

  /** The names of the stacks of a region. */
  namesAt(place: Place): readonly string[] {
    return this.regions.at(place).map(({ name }) => name);
  }

  private create(call: Call<CreateStackCommandInput>) {
    const { input, now, place } = call;
    const { StackName: name = '', Tags = [] } = input;
    this.settle(place, now);
    if (this.regions.at(place).some((one) => one.name === name)) {
      throw declared(
        AlreadyExistsException,
        `Stack [${name}] already exists`,
        reported('https://github.com/andresionek91/airflow-autoscaling-ecs/issues/15'),
      );
    }
    const tags = Object.fromEntries(Tags.map(({ Key = '', Value = '' }) => [Key, Value]));
    const made = new MadeStack(this.make(call, { name, tags }), now);
    const arn = stackArn(name, place, this.made.size + 2);
    this.made.set(arn, made);
    const [status, reason] = [() => made.status, () => made.reason];
    this.add(place, { name, arn, createdAt: now, tags, status, reason });
    return { StackId: arn };
  }

  /** One that is not there is no error. */
  private delete({ input: { StackName }, now, place }: Call<DeleteStackCommandInput>): object {
    this.settle(place, now);
    const stack = this.regions.at(place).find(({ arn, name }) => name === StackName || arn === StackName);
    const made = stack && this.made.get(stack.arn);
    if (stack !== undefined && made === undefined) {
      throw unmodelled(`the deletion of ${stack.name}, which no call has made`);
    }
    made?.beginDeletion(now);
    return {};
  }

  /** Of a stack that a call made, what could not be made. */
  private events({ input: { StackName = '' }, now, place }: Call<DescribeStackEventsCommandInput>) {
    this.settle(place, now);
    const { arn, createdAt, name } = this.find(StackName, place);
    const { failure } = this.made.get(arn) ?? {};
    return {
      StackEvents:
        failure === undefined
          ? []
          : [
              {
                ...{ StackId: arn, StackName: name, EventId: `${failure.logicalId}-CREATE_FAILED-1` },
                ...{ LogicalResourceId: failure.logicalId, ResourceType: failure.type, Timestamp: createdAt },
                ResourceStatus: 'CREATE_FAILED' as const,
                ResourceStatusReason: failure.reason,
              },
            ],
    };
  }

  /** What CloudFormation has come to meanwhile; one that is deleted is shown by its ARN alone. */
  private settle(place: Place, now: Date): void {
    const stacks = this.regions.at(place);
    for (const stack of [...stacks]) {
      if (this.made.get(stack.arn)?.settle(now) === true) {
        stacks.splice(stacks.indexOf(stack), 1);
      }
    }
  }

  private describe({
    input: { NextToken, StackName: wanted },
    now,
    place,
  }: Call<DescribeStacksCommandInput>) {
    this.settle(place, now);
    if (NextToken !== undefined) {
      throw unmodelled('a second page of stacks');
    }
    const stacks = wanted === undefined ? this.regions.at(place) : [this.find(wanted, place)];
    return { Stacks: stacks.map(described) };
  }

  private find(wanted: string, place: Place): SimulatedStack {
    const found = this.regions.at(place).find(({ arn, name }) => name === wanted || arn === wanted);
    if (found === undefined) {
      throw undeclared(
        CloudFormationServiceException,
        { name: 'ValidationError', message: `Stack with id ${wanted} does not exist`, status: 400 },
        reported('https://github.com/boto/boto3/issues/2807'),
      );
    }
    return found;
  }
}

/** A stack that a call has made, in time. */
class MadeStack {
  status: StackStatus = 'CREATE_IN_PROGRESS';
  reason = '';
  private workEndsAt: number;

  constructor(
    private readonly resources: MadeResources,
    now: Date,
  ) {
    this.workEndsAt = now.getTime() + WORK;
  }

  /** What could not be made, once that is known. */
  get failure(): MadeResources['failure'] {
    return this.status === 'CREATE_IN_PROGRESS' ? undefined : this.resources.failure;
  }

  beginDeletion(now: Date): void {
    if (this.status !== 'DELETE_IN_PROGRESS') {
      [this.status, this.reason] = ['DELETE_IN_PROGRESS', ''];
      this.workEndsAt = now.getTime() + WORK;
    }
  }

  /** Lets what is under way end; true where nothing of it is left. */
  settle(now: Date): boolean {
    if (!this.status.endsWith('_IN_PROGRESS') || now.getTime() < this.workEndsAt) {
      return false;
    }
    if (this.status === 'CREATE_IN_PROGRESS') {
      this.status = this.resources.failure === undefined ? 'CREATE_COMPLETE' : 'CREATE_FAILED';
      return false;
    }
    const failure = this.resources.delete();
    if (failure !== undefined) {
      [this.status, this.reason] = ['DELETE_FAILED', failure];
    }
    return failure === undefined;
  }
}

function described({ arn, createdAt, name, reason, status, tags = {} }: SimulatedStack): Stack {
  const StackStatusReason = reason?.() ?? '';
  return {
    StackId: arn,
    StackName: name,
    CreationTime: createdAt,
    StackStatus: status(),
    ...(StackStatusReason === '' ? {} : { StackStatusReason }),
    Tags: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })),
  };
}
