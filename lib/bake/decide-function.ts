import { Duration } from 'aws-cdk-lib';
import type { IRole } from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import { gatePolicyVariables, type DecideEnvironment } from '../contract/names/environment';
import { allow } from '../internal/allow';
import { parameterArn } from '../internal/parameter-arn';
import { allowAnnouncements } from './announcement-writes';
import type { BaseAmiSource } from './base-ami-source';
import { PipelineFunction, type PipelineResources } from './pipeline-function';
import { allowToFollowBakes } from './rebake-permissions';

/** What the gate looks at and writes to. */
export interface DecideFunctionProps extends PipelineResources {
  readonly baseAmi: BaseAmiSource;
  readonly recipeArn: string;
  readonly scriptsSha256: string;
  readonly instanceRole: IRole & { readonly roleId: string };
}

/** The gate: looks at the registry, and says whether a bake is due. */
export class DecideFunction extends PipelineFunction<DecideEnvironment> {
  constructor(scope: Construct, id: string, props: DecideFunctionProps) {
    const { baseAmi, bucket, instanceRole, recipeArn, scriptsSha256, settings } = props;
    const { gate, os, parameterPath } = settings;
    super(scope, id, props, {
      kind: 'decide',
      does: 'decides whether a bake is due',
      timeout: Duration.minutes(2),
      environment: {
        WINBAKE_PIPELINE: settings.pipelineName,
        WINBAKE_OS: os.name,
        WINBAKE_BUCKET: bucket.bucketName,
        WINBAKE_PARAMETER_PATH: parameterPath,
        WINBAKE_BASE_AMI_PARAMETER: baseAmi.parameterName,
        WINBAKE_FAMILIES: settings.families.join(','),
        WINBAKE_REGISTRY: settings.registry,
        WINBAKE_RECIPE_ARN: recipeArn,
        WINBAKE_SCRIPTS_SHA256: scriptsSha256,
        WINBAKE_INSTANCE_ROLE_ID: instanceRole.roleId,
        WINBAKE_NO_BAKE_WINDOWS: settings.noBakeWindows,
        WINBAKE_LINES: Object.entries(gate.lines)
          .map(([family, line]) => `${family}=${line}`)
          .join(','),
        WINBAKE_EXTRAS: settings.extras.join(' '),
        ...gatePolicyVariables(gate),
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
      resources: [bucket.arnForObjects('failures/*')],
      wildcardReason: 'Why a component failed; the key holds the instance, which is not known before.',
    });
    allow(this.role, {
      actions: ['s3:GetObject'],
      resources: [bucket.arnForObjects('publications/*')],
      wildcardReason: 'The record of the last publication, whose key holds its revision.',
    });
    allow(this.role, {
      actions: ['s3:GetObject', 's3:PutObject'],
      resources: [bucket.arnForObjects('notices.json')],
    });
    // Without it S3 says "forbidden" of a document that does not exist yet.
    allow(this.role, { actions: ['s3:ListBucket'], resources: [bucket.bucketArn] });
    allow(this.role, {
      actions: ['ssm:GetParameter'],
      resources: [parameterArn(this, `${parameterPath}/latest/publication`), baseAmi.parameterArn],
    });
    allowAnnouncements(this.role);
    allowToFollowBakes(this.role, settings.resourceName);
  }
}
