import { GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { SFNClient } from '@aws-sdk/client-sfn';
import { SSMClient } from '@aws-sdk/client-ssm';
import { stepFunctionsRebakes } from '../aws/step-functions';
import { ssmParameterStore } from '../aws/stores/ssm-parameter-store';
import type { ParameterStore } from '../core/ports/stores';
import type { Rebakes } from '../core/ports/bakes';
import { seedChannels } from '../core/publish/seed-channels';
import type { SeededPipeline, StoredScripts } from '../contract/names/environment';
import { osOf } from '../contract/values/release';
import { createLog, withLog } from './log';
import { LAMBDA, untilTaken, type Runtime } from './runtime';

/** What seeding works with. */
export interface SeedPorts {
  readonly parameters: ParameterStore;
  readonly now: () => Date;
  /** Absent where nothing is baked, as in another account. */
  readonly rebakes?: Rebakes;
  /** Absent where nothing is baked. */
  readonly storeScripts?: (scripts: StoredScripts) => Promise<void>;
}

/** A custom resource's request, as far as seeding reads it. */
export interface SeedEvent {
  readonly RequestType: 'Create' | 'Update' | 'Delete';
  readonly ResourceProperties: SeededPipeline | StoredScripts;
  /** The same for each try of one request. */
  readonly RequestId?: string;
}

/**
 * Makes the seed function over its ports; its environment is `SeedEnvironment`. What was seeded stays when the stack goes:
 * fleets may still run what the channels point to. Once the channels are there a deployment starts a rebake, which decides by
 * itself whether there is anything to bake; that of one request is started once.
 *
 * It also stores the instance scripts beside those of earlier deployments, which a bake under way goes on reading.
 */
export function createSeed(ports: SeedPorts, environment: NodeJS.ProcessEnv) {
  return async (event: SeedEvent): Promise<{ readonly PhysicalResourceId: string }> => {
    const properties = event.ResourceProperties;
    if ('archiveKey' in properties) {
      if (event.RequestType !== 'Delete') {
        await ports.storeScripts?.(properties);
      }
      return { PhysicalResourceId: `s3://${properties.bucket}` };
    }
    const { baseAmiParameter, os, parameterPath: path } = properties;
    if (event.RequestType !== 'Delete') {
      const { release } = osOf(os);
      const baseAmiId = await ports.parameters.get(baseAmiParameter);
      if (baseAmiId === undefined) {
        throw new Error(`The parameter ${baseAmiParameter} does not exist; does this region have that AMI?`);
      }
      await seedChannels(ports.parameters, path, release, baseAmiId, ports.now());
      await startRebake(ports, environment, event);
    }
    return { PhysicalResourceId: path };
  };
}

async function startRebake(
  { rebakes }: SeedPorts,
  { WINBAKE_STATE_MACHINE_ARN: stateMachineArn }: NodeJS.ProcessEnv,
  { RequestId }: SeedEvent,
): Promise<void> {
  if (rebakes !== undefined && stateMachineArn && RequestId !== undefined) {
    await rebakes.start(stateMachineArn, `deploy-${RequestId}`, { trigger: 'deploy' });
  }
}

/** The seed function on the services of AWS: points the channels of a new pipeline to the plain base AMI. */
export function create(environment: NodeJS.ProcessEnv, { now, sleep, write }: Runtime = LAMBDA) {
  const s3 = new S3Client();
  const ports = {
    parameters: ssmParameterStore(new SSMClient(), sleep),
    rebakes: stepFunctionsRebakes(new SFNClient()),
    storeScripts: async ({ archiveBucket, archiveKey, bucket, key }: StoredScripts) => {
      const { Body } = await s3.send(new GetObjectCommand({ Bucket: archiveBucket, Key: archiveKey }));
      const archive = await Body?.transformToByteArray();
      await s3.send(new PutObjectCommand({ Bucket: bucket, Key: key, Body: archive }));
    },
    now,
  };
  const log = createLog({ parameterPath: environment['WINBAKE_PARAMETER_PATH'] }, write);
  return withLog(log, untilTaken(sleep, createSeed(ports, environment)), ({ PhysicalResourceId }) => ({
    seeded: PhysicalResourceId,
  }));
}
