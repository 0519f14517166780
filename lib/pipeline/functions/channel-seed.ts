import { CustomResource, Duration } from 'aws-cdk-lib';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { IStateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';
import type { SeedEnvironment, SeededPipeline } from '../../contract/names/environment';
import { allow } from '../../internal/allow';
import { HandlerFunction } from '../../internal/handler-function';
import { ResourceProvider } from '../../internal/resource-provider';
import type { WindowsOs } from '../../ami/windows-os';
import type { BaseAmiSource } from '../props/base-ami';
import { allowChannelWrites } from './permissions';

/** The channels of one pipeline, and what they point to until something was published. */
export interface SeededChannels {
  /** The id of its resource. */
  readonly id: string;
  readonly os: WindowsOs;
  readonly parameterPath: string;
  readonly baseAmi: Pick<BaseAmiSource, 'parameterArn' | 'parameterName'>;
}

/** Which channels are seeded. */
export interface ChannelSeedProps {
  /** Whose channels they are, as a person reads it. */
  readonly of: string;
  readonly seeded: readonly SeededChannels[];
  readonly logRetention: RetentionDays;
  readonly encryptionKey: IKey | undefined;
  /** What a deployment starts; left out where nothing is baked. */
  readonly stateMachine?: IStateMachine;
}

/**
 * Points channels to the plain base AMI where nothing was published yet, so that fleets can be deployed before the first bake
 * has ended, and starts a rebake. What is there already stays.
 */
export class ChannelSeed extends Construct {
  constructor(
    scope: Construct,
    id: string,
    { encryptionKey, logRetention, of, seeded, stateMachine }: ChannelSeedProps,
  ) {
    super(scope, id);
    const handler = new HandlerFunction<SeedEnvironment>(this, 'Handler', {
      handler: 'seed',
      description: `Winbake ${of}: seeds the channels with the base AMI`,
      timeout: Duration.minutes(5),
      logRetention,
      encryptionKey,
      environment: { WINBAKE_STATE_MACHINE_ARN: stateMachine?.stateMachineArn ?? '' },
    });
    if (stateMachine !== undefined) {
      allow(handler.role, {
        actions: ['states:StartExecution'],
        resources: [stateMachine.stateMachineArn],
      });
    }
    allow(handler.role, {
      actions: ['ssm:GetParameter'],
      resources: [...new Set(seeded.map(({ baseAmi }) => baseAmi.parameterArn))],
    });
    allowChannelWrites(
      handler.role,
      seeded.map(({ parameterPath }) => parameterPath),
    );
    const { serviceToken } = new ResourceProvider(this, 'Provider', {
      handler: handler.function,
      logRetention,
      encryptionKey,
    });
    for (const { baseAmi, id: seedId, os, parameterPath } of seeded) {
      const properties: SeededPipeline = {
        os: os.name,
        parameterPath,
        baseAmiParameter: baseAmi.parameterName,
      };
      const seed = new CustomResource(this, seedId, {
        serviceToken,
        resourceType: 'Custom::WinbakeSeed',
        properties: { ...properties },
      });
      if (stateMachine !== undefined) {
        // The rebake that it starts needs all that the state machine may do and call.
        seed.node.addDependency(stateMachine);
      }
    }
  }
}
