import { Grant, type IGrantable } from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import type { WindowsAmiPipelineAttributes } from '../ami/i-windows-ami-pipeline';
import { defaultPipelineName, type WindowsOs } from '../ami/windows-os';
import { ACCEPT_ALIAS, resourceNameOf } from '../contract/names/resources';
import { DEFAULT_PARAMETER_PREFIX, checkParameterPrefix, checkPipelineName } from '../internal/names';
import { PipelineBase } from './pipeline-base';
import { functionName } from './props/fixed-names';

/** Lets somebody call exactly one function or alias: the grants of CDK take the aliases of a function along. */
export function grantInvoke(grantee: IGrantable, arn: string): Grant {
  return Grant.addToPrincipal({ grantee, actions: ['lambda:InvokeFunction'], resourceArns: [arn] });
}

/** A pipeline that another app has deployed; what it has is known by fixed names. */
export class ImportedPipeline extends PipelineBase {
  public readonly os: WindowsOs;
  public readonly pipelineName: string;
  public readonly parameterPrefix: string;
  public readonly parameterPath: string;

  constructor(scope: Construct, id: string, attributes: WindowsAmiPipelineAttributes) {
    const { account, region } = attributes;
    super(scope, id, {
      ...(account === undefined ? {} : { account }),
      ...(region === undefined ? {} : { region }),
    });
    this.os = attributes.os;
    this.pipelineName = attributes.pipelineName ?? defaultPipelineName(attributes.os);
    this.parameterPrefix = attributes.parameterPrefix ?? DEFAULT_PARAMETER_PREFIX;
    checkPipelineName(this, this.pipelineName);
    checkParameterPrefix(this, this.parameterPrefix);
    this.parameterPath = `${this.parameterPrefix}/${this.pipelineName}`;
  }

  public grantOperate(grantee: IGrantable): Grant {
    return grantInvoke(grantee, this.operateArn);
  }

  public grantAccept(grantee: IGrantable): Grant {
    return grantInvoke(grantee, `${this.operateArn}:${ACCEPT_ALIAS}`);
  }

  private get operateArn(): string {
    const { account, region } = this.env;
    const name = functionName({ resourceName: resourceNameOf(this.pipelineName) }, 'operate');
    return `arn:${this.stack.partition}:lambda:${region}:${account}:function:${name}`;
  }
}
