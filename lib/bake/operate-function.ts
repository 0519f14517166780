import { Duration } from 'aws-cdk-lib';
import { Alias } from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';
import type { OperateEnvironment } from '../contract/names/environment';
import { allow } from '../internal/allow';
import { parameterArn } from '../internal/parameter-arn';
import { allowDelivery } from './delivery-writes';
import { ACCEPT_ALIAS } from './fixed-names';
import { allowDocuments, allowPruning, allowRebakes } from './operate-permissions';
import { PipelineFunction, type DescribedPipelineResources } from './pipeline-function';
import { allowToFollowBakes } from './rebake-permissions';

/** Carries out what a person orders, so that nobody needs to write to bucket or parameters. */
export class OperateFunction extends PipelineFunction<OperateEnvironment> {
  /** Whoever may call it by this alias only may only accept findings. */
  public readonly accept: Alias;

  constructor(scope: Construct, id: string, props: DescribedPipelineResources) {
    super(scope, id, props, {
      kind: 'operate',
      does: 'carries out what a person orders',
      timeout: Duration.minutes(15),
      environment: { WINBAKE_PIPELINE_DESCRIPTION: props.description },
    });
    const { bucket, settings } = props;
    allowDelivery(this.role, settings);
    allowDocuments(this.role, bucket);
    allowToFollowBakes(this.role, settings.resourceName);
    allowRebakes(this.role, settings);
    allowPruning(this.role, settings);
    allow(this.role, {
      actions: ['ssm:GetParameter'],
      resources: [parameterArn(this, `${settings.parameterPrefix}/fleets/*`)],
      wildcardReason: 'The states of canary fleets, which belong to other stacks.',
    });
    this.accept = new Alias(this, 'Accept', {
      aliasName: ACCEPT_ALIAS,
      description: 'For those who may accept findings and nothing else',
      version: this.function.latestVersion,
    });
  }
}
