import { Stack } from 'aws-cdk-lib';
import type { Grant, IGrantable } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { resourceNameOf } from '../core/destroy/left-names';
import { DEFAULT_PARAMETER_PREFIX, checkParameterPrefix, checkPipelineName } from '../internal/names';
import { grantChannelReads } from './channel-reads';
import { ACCEPT_ALIAS, functionName } from './fixed-names';
import { grantInvoke } from './grant-invoke';
import type { IWindowsAmiPipeline } from './i-windows-ami-pipeline';

/** A pipeline that something else has deployed in this account and region; what it has is known by fixed names. */
export class ImportedPipeline extends Construct implements IWindowsAmiPipeline {
  public readonly parameterPath: string;

  constructor(
    scope: Construct,
    id: string,
    public readonly pipelineName: string,
    public readonly parameterPrefix = DEFAULT_PARAMETER_PREFIX,
  ) {
    super(scope, id);
    checkPipelineName(this, pipelineName);
    checkParameterPrefix(this, parameterPrefix);
    this.parameterPath = `${parameterPrefix}/${pipelineName}`;
  }

  public grantRead(grantee: IGrantable): Grant {
    return grantChannelReads(this, grantee, [this.parameterPath]);
  }

  public grantOperate(grantee: IGrantable): Grant {
    return grantInvoke(grantee, this.operateArn);
  }

  public grantAccept(grantee: IGrantable): Grant {
    return grantInvoke(grantee, `${this.operateArn}:${ACCEPT_ALIAS}`);
  }

  private get operateArn(): string {
    const { account, partition, region } = Stack.of(this);
    const name = functionName({ resourceName: resourceNameOf(this.pipelineName) }, 'operate');
    return `arn:${partition}:lambda:${region}:${account}:function:${name}`;
  }
}
