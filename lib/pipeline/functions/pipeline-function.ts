import type { Duration } from 'aws-cdk-lib';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import { HandlerFunction } from '../../internal/handler-function';
import { allowKeyUse } from '../../internal/keys';
import { functionName, functionRoleName, type FunctionKind } from '../props/fixed-names';
import type { PipelineSettings } from '../props/pipeline-settings';

/** What every function of a pipeline works with. */
export interface PipelineResources {
  readonly settings: PipelineSettings;
  readonly bucket: IBucket;
  readonly topic: ITopic;
}

/** What a function works with that has to know the whole of the pipeline. */
export interface DescribedPipelineResources extends PipelineResources {
  /** The pipeline as JSON, the document `winbake.pipeline/1`. */
  readonly description: string;
}

/** What differs between the functions of a pipeline. */
export interface PipelineFunctionProps<Environment extends object> {
  readonly kind: FunctionKind;
  /** What it does, as the end of a sentence that begins with the pipeline. */
  readonly does: string;
  readonly timeout: Duration;
  readonly environment: Environment & Record<keyof Environment, string>;
  readonly deadLetterQueue?: IQueue;
}

/** A function of a pipeline: it has fixed names, and works with the pipeline's bucket. */
export class PipelineFunction<Environment extends object> extends HandlerFunction<Environment> {
  constructor(
    scope: Construct,
    id: string,
    { bucket, settings }: PipelineResources,
    props: PipelineFunctionProps<Environment>,
  ) {
    super(scope, id, {
      handler: props.kind,
      functionName: functionName(settings, props.kind),
      roleName: functionRoleName(scope, settings, props.kind),
      description: `Winbake ${settings.pipelineName}: ${props.does}`,
      timeout: props.timeout,
      logRetention: settings.logRetention,
      encryptionKey: settings.encryptionKey,
      environment: props.environment,
      ...(props.deadLetterQueue === undefined ? {} : { deadLetterQueue: props.deadLetterQueue }),
    });
    allowKeyUse(this.role, bucket.encryptionKey, 's3');
  }
}
