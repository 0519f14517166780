import { Duration } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { DEFAULT_GATE_POLICY } from '../core/gate/gate-policy';
import { gatePolicyVariables, type DecideEnvironment } from '../handlers/env';
import { allow } from '../internal/allow';
import { parameterArn, publicParameterArn } from '../internal/parameter-arn';
import { LatePolicy } from './late-policy';
import { PipelineFunction, type PipelineResources } from './pipeline-function';
import { allowToFollowBakes } from './rebake-permissions';

/** What the gate looks at and writes to. */
export interface DecideFunctionProps extends PipelineResources {
  readonly recipeArn: string;
  readonly scriptsSha256: string;
}

/** The gate: looks at the registry, and says whether a bake is due. */
export class DecideFunction extends PipelineFunction<DecideEnvironment> {
  constructor(scope: Construct, id: string, props: DecideFunctionProps) {
    const { settings, bucket, recipeArn, scriptsSha256 } = props;
    const { os, parameterPath } = settings;
    super(scope, id, props, {
      kind: 'decide',
      does: 'decides whether a bake is due',
      timeout: Duration.minutes(2),
      environment: {
        WINBAKE_OS: os.name,
        WINBAKE_BUCKET: bucket.bucketName,
        WINBAKE_PARAMETER_PATH: parameterPath,
        WINBAKE_BASE_AMI_PARAMETER: os.baseAmiParameter,
        WINBAKE_FAMILIES: settings.families.join(','),
        WINBAKE_REGISTRY: settings.registry,
        WINBAKE_RECIPE_ARN: recipeArn,
        WINBAKE_SCRIPTS_SHA256: scriptsSha256,
        WINBAKE_NO_BAKE_WINDOWS: '[]',
        WINBAKE_LINES: '',
        WINBAKE_EXTRAS: '',
        ...gatePolicyVariables({
          ...DEFAULT_GATE_POLICY,
          longestWaitSeconds: settings.longestWait.toSeconds(),
          late: settings.latePolicy === LatePolicy.STOP ? 'stop' : 'usePrevious',
        }),
      },
    });
    allow(this.role, {
      actions: ['s3:GetObject', 's3:PutObject'],
      resources: ['catalog/*', 'bakes/*'].map((keys) => bucket.arnForObjects(keys)),
      wildcardReason:
        'One catalog and one document per order; the keys of orders hold the instant that they were made.',
    });
    allow(this.role, {
      actions: ['s3:GetObject'],
      resources: [bucket.arnForObjects('publications/*')],
      wildcardReason: 'The record of the last publication, whose key holds its revision.',
    });
    // Without it S3 says "forbidden" of a document that does not exist yet.
    allow(this.role, { actions: ['s3:ListBucket'], resources: [bucket.bucketArn] });
    allow(this.role, {
      actions: ['ssm:GetParameter'],
      resources: [
        parameterArn(this, `${parameterPath}/latest/publication`),
        publicParameterArn(this, os.baseAmiParameter),
      ],
    });
    allowToFollowBakes(this.role, settings.resourceName);
  }
}
