import { Resource, Token } from 'aws-cdk-lib';
import type { Metric, MetricOptions } from 'aws-cdk-lib/aws-cloudwatch';
import type { OnEventOptions, Rule } from 'aws-cdk-lib/aws-events';
import type { Grant, IGrantable } from 'aws-cdk-lib/aws-iam';
import type { IWindowsAmiPipeline } from '../ami/i-windows-ami-pipeline';
import type { WindowsOs } from '../ami/windows-os';
import type { PipelineMetricName } from '../contract/names/metrics';
import type { EventType } from '../core/ports/notices';
import { refuse } from '../internal/validate';
import { grantChannelReads } from './functions/permissions';
import { pipelineMetric, pipelineRule } from './pipeline-alarms';

/**
 * What is the same of a pipeline of this app and of one that another app has deployed.
 *
 * @internal
 */
export abstract class PipelineBase extends Resource implements IWindowsAmiPipeline {
  public abstract readonly os: WindowsOs;
  public abstract readonly pipelineName: string;
  public abstract readonly parameterPrefix: string;
  public abstract readonly parameterPath: string;

  public abstract grantOperate(grantee: IGrantable): Grant;
  public abstract grantAccept(grantee: IGrantable): Grant;

  /** Grants reading what the channels and revisions point to, in the region of the pipeline. */
  public grantRead(grantee: IGrantable): Grant {
    return grantChannelReads({ partition: this.stack.partition, ...this.env }, grantee, [this.parameterPath]);
  }

  /** Seconds from the first step of a bake on its build instance to its publication; the longest of an hour unless said. */
  public metricBakeDuration(options: MetricOptions = {}): Metric {
    return this.metric('BakeDuration', options);
  }

  /** Hours for which `current` has been without the oldest update of Microsoft's that it lacks; 0 where it lacks none. */
  public metricHoursUnpatched(options: MetricOptions = {}): Metric {
    return this.metric('HoursUnpatched', options);
  }

  /** How much of `patchWithin` is spent, in percent; above 100 it is overdrawn. */
  public metricPatchBudgetUsed(options: MetricOptions = {}): Metric {
    return this.metric('PatchBudgetUsed', options);
  }

  /** Hours since the gate decided last, whatever it decided. */
  public metricHoursSinceDecision(options: MetricOptions = {}): Metric {
    return this.metric('HoursSinceDecision', options);
  }

  /** Does something when an AMI was published, with the event `Winbake AMI Published`; see docs/events.md. */
  public onPublished(id: string, options: OnEventOptions = {}): Rule {
    return this.onEvent(id, 'Winbake AMI Published', options);
  }

  /**
   * Does something when `current` has moved, with the event `Winbake Images Published`, which holds the digests of what hosts have
   * cached then: apps are built anew on these.
   */
  public onImagesPublished(id: string, options: OnEventOptions = {}): Rule {
    return this.onEvent(id, 'Winbake Images Published', options);
  }

  /** Does something when a bake failed and is not tried again by itself, with the event `Winbake Bake Failed`. */
  public onFailed(id: string, options: OnEventOptions = {}): Rule {
    return this.onEvent(id, 'Winbake Bake Failed', options);
  }

  /** Does something when the gate waits for a person's choice, with the event `Winbake Needs Operator`. */
  public onNeedsOperator(id: string, options: OnEventOptions = {}): Rule {
    return this.onEvent(id, 'Winbake Needs Operator', options);
  }

  private metric(name: PipelineMetricName, options: MetricOptions): Metric {
    return pipelineMetric(this, this.pipelineName, name, { ...this.elsewhere(), ...options });
  }

  private onEvent(id: string, type: EventType, options: OnEventOptions): Rule {
    const { account, region } = this.elsewhere();
    if ([account, region].some((one) => one !== undefined && !Token.isUnresolved(one))) {
      const { env, stack } = this;
      refuse(
        this,
        id,
        `must be in the account and region of the pipeline, whose bus has its events: ${env.account}, ${env.region}`,
        `${stack.account}, ${stack.region}`,
        'Make the rule in a stack there.',
      );
    }
    return pipelineRule(this, id, { pipelineName: this.pipelineName, type }, options);
  }

  /** Account and region of the pipeline where they are not the stack's. */
  private elsewhere(): Pick<MetricOptions, 'account' | 'region'> {
    const { env, stack } = this;
    return {
      ...(env.account === stack.account ? {} : { account: env.account }),
      ...(env.region === stack.region ? {} : { region: env.region }),
    };
  }
}
