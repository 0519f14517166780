import { Stack } from 'aws-cdk-lib';
import { Grant, type IGrantable } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import type { IWindowsAmiPipeline, WindowsAmiPipelineAttributes } from '../ami/i-windows-ami-pipeline';
import { defaultPipelineName, type WindowsOs } from '../ami/windows-os';
import { ACCEPT_ALIAS, resourceNameOf } from '../contract/names/resources';
import { DEFAULT_PARAMETER_PREFIX, checkParameterPrefix, checkPipelineName } from '../internal/names';
import { grantChannelReads } from './functions/permissions';
import { functionName } from './props/fixed-names';

/** Lets somebody call exactly one function or alias: the grants of CDK take the aliases of a function along. */
export function grantInvoke(grantee: IGrantable, arn: string): Grant {
  return Grant.addToPrincipal({ grantee, actions: ['lambda:InvokeFunction'], resourceArns: [arn] });
}

/** A pipeline that something else has deployed in this account and region; what it has is known by fixed names. */
export class ImportedPipeline extends Construct implements IWindowsAmiPipeline {
  public readonly os: WindowsOs;
  public readonly pipelineName: string;
  public readonly parameterPrefix: string;
  public readonly parameterPath: string;

  constructor(scope: Construct, id: string, attributes: WindowsAmiPipelineAttributes) {
    super(scope, id);
    this.os = attributes.os;
    this.pipelineName = attributes.pipelineName ?? defaultPipelineName(attributes.os);
    this.parameterPrefix = attributes.parameterPrefix ?? DEFAULT_PARAMETER_PREFIX;
    checkPipelineName(this, this.pipelineName);
    checkParameterPrefix(this, this.parameterPrefix);
    this.parameterPath = `${this.parameterPrefix}/${this.pipelineName}`;
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
