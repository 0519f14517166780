import { Rule, type OnEventOptions } from 'aws-cdk-lib/aws-events';
import type { Construct } from 'constructs';
import { EVENT_SOURCE, type EventType } from '../core/ports/notices';

/** A rule for one kind of event of one pipeline; a pattern in the options narrows it further. */
export function pipelineRule(
  scope: Construct,
  id: string,
  { pipelineName, type }: { readonly pipelineName: string; readonly type: EventType },
  { target, ...options }: OnEventOptions = {},
): Rule {
  const rule = new Rule(scope, id, {
    description: `Winbake ${pipelineName}: ${type}`,
    ...options,
  });
  rule.addEventPattern({
    source: [EVENT_SOURCE],
    detailType: [type],
    detail: { pipeline: [pipelineName] },
  });
  if (target !== undefined) {
    rule.addTarget(target);
  }
  return rule;
}
