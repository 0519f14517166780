import { Stack } from 'aws-cdk-lib';
import type { Role } from 'aws-cdk-lib/aws-iam';
import { allow } from '../internal/allow';
import { stateMachineName } from './fixed-names';
import { imageArns } from './image-arns';

/** Lets a function see whether a rebake runs, why a build failed, and end a build that a person cancelled. */
export function allowToFollowBakes(role: Role, resourceName: string): void {
  const { partition, region, account } = Stack.of(role);
  allow(role, {
    actions: ['states:DescribeExecution'],
    resources: [
      `arn:${partition}:states:${region}:${account}:execution:${stateMachineName({ resourceName })}:*`,
    ],
    wildcardReason: 'The names of executions are drawn when they start.',
  });
  allow(role, {
    actions: [
      'imagebuilder:ListWorkflowExecutions',
      'imagebuilder:ListWorkflowStepExecutions',
      'imagebuilder:GetWorkflowStepExecution',
      'imagebuilder:CancelImageCreation',
    ],
    resources: [
      imageArns(role, resourceName),
      `arn:${partition}:imagebuilder:${region}:${account}:workflow-execution/*`,
      `arn:${partition}:imagebuilder:${region}:${account}:workflow-step-execution/*`,
    ],
    wildcardReason:
      'Every build is a version of the image, with a number that is not known before, and so are the ids of its workflows and steps.',
  });
}
