import { Duration } from 'aws-cdk-lib';
import { Alias } from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';
import type { OperateEnvironment } from '../handlers/env';
import { allowChannelWrites } from './channel-writes';
import { PipelineFunction, type PipelineResources } from './pipeline-function';

/** Carries out what a person orders, so that nobody needs to write to bucket or parameters. */
export class OperateFunction extends PipelineFunction<OperateEnvironment> {
  /** Whoever may call it by this alias only may only accept findings. */
  public readonly accept: Alias;

  constructor(scope: Construct, id: string, props: PipelineResources) {
    super(scope, id, props, {
      kind: 'operate',
      does: 'carries out what a person orders',
      timeout: Duration.minutes(15),
      environment: {},
    });
    allowChannelWrites(this.role, props.settings.parameterPath);
    this.accept = new Alias(this, 'Accept', {
      aliasName: 'accept',
      description: 'For those who may accept findings and nothing else',
      version: this.function.latestVersion,
    });
  }
}
