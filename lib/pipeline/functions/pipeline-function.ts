import type { Duration } from 'aws-cdk-lib';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import type { NoticeEnvironment } from '../../contract/names/environment';
import { HandlerFunction } from '../../internal/handler-function';
import { allowKeyUse } from '../../internal/keys';
import { functionName, functionRoleName, type FunctionKind } from '../props/fixed-names';
import { allowNotices } from '../../internal/notice-topic';
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
export interface PipelineFunctionProps<Environment extends NoticeEnvironment> {
  readonly kind: FunctionKind;
  /** What it does, as the end of a sentence that begins with the pipeline. */
  readonly does: string;
  readonly timeout: Duration;
  readonly environment: Omit<Environment, keyof NoticeEnvironment>;
  readonly deadLetterQueue?: IQueue;
}

/** A function of a pipeline: it has fixed names, and may tell people. */
export class PipelineFunction<Environment extends NoticeEnvironment> extends HandlerFunction<Environment> {
  constructor(
    scope: Construct,
    id: string,
    { bucket, settings, topic }: PipelineResources,
    props: PipelineFunctionProps<Environment>,
  ) {
    const shared: NoticeEnvironment = { WINBAKE_TOPIC_ARN: topic.topicArn };
    super(scope, id, {
      handler: props.kind,
      functionName: functionName(settings, props.kind),
      roleName: functionRoleName(scope, settings, props.kind),
      description: `Winbake ${settings.pipelineName}: ${props.does}`,
      timeout: props.timeout,
      logRetention: settings.logRetention,
      encryptionKey: settings.encryptionKey,
      environment: { ...shared, ...props.environment } as unknown as Environment &
        Record<keyof Environment, string>,
      ...(props.deadLetterQueue === undefined ? {} : { deadLetterQueue: props.deadLetterQueue }),
    });
    allowNotices(this.role, topic);
    allowKeyUse(this.role, bucket.encryptionKey, 's3');
  }
}
