import {
  GetImageCommand,
  ImagebuilderClient,
  ListWorkflowExecutionsCommand,
  ListWorkflowStepExecutionsCommand,
} from '@aws-sdk/client-imagebuilder';
import { mockClient } from 'aws-sdk-client-mock';
import { imageBuilderBuilds } from '../../lib/aws/image-builder';

const client = mockClient(ImagebuilderClient);
const builds = imageBuilderBuilds(new ImagebuilderClient({ region: 'eu-central-1' }));
const ARN = 'arn:aws:imagebuilder:eu-central-1:123456789012:image/winbake-2022-core/1.0.3/1';
beforeEach(() => client.reset());

test('instances and times are those of the workflows', async () => {
  const amis = [{ region: 'eu-central-1', image: 'ami-0fedcba9876543210' }, { region: 'eu-west-1' }];
  client
    .on(GetImageCommand, { imageBuildVersionArn: ARN })
    .resolves({ image: { state: { status: 'AVAILABLE' }, outputResources: { amis } } })
    .on(ListWorkflowExecutionsCommand, { imageBuildVersionArn: ARN })
    .resolves({
      workflowExecutions: [
        { workflowExecutionId: 'wf-distribution', type: 'DISTRIBUTION', startTime: 'soon', endTime: '' },
        {
          workflowExecutionId: 'wf-test',
          type: 'TEST',
          startTime: '2025-10-14T22:00:00.000Z',
          endTime: '2025-10-14T22:30:00.000Z',
        },
        {
          workflowExecutionId: 'wf-build',
          type: 'BUILD',
          startTime: '2025-10-14T21:00:00.000Z',
          endTime: '2025-10-14T21:59:00.000Z',
        },
      ],
    })
    .on(ListWorkflowStepExecutionsCommand, { workflowExecutionId: 'wf-build' })
    .resolves({
      steps: [
        { stepExecutionId: 'step-bootstrap', action: 'BootstrapInstanceForImageBuilder' },
        { stepExecutionId: 'step-build', action: 'LaunchInstance', outputs: '{"instanceId":"i-build"}' },
      ],
    })
    .on(ListWorkflowStepExecutionsCommand, { workflowExecutionId: 'wf-test' })
    .resolves({
      steps: [{ stepExecutionId: 'step-test', action: 'LaunchInstance', outputs: '{"instanceId":"i-test"}' }],
    });
  expect(await builds.describe(ARN)).toEqual({
    status: 'AVAILABLE',
    amis: { 'eu-central-1': 'ami-0fedcba9876543210' },
    buildInstanceId: 'i-build',
    testInstanceId: 'i-test',
    startedAt: new Date('2025-10-14T21:00:00Z'),
    endedAt: new Date('2025-10-14T22:30:00Z'),
  });
});

test.each([undefined, '', 'no JSON', '{}', 'null', '{"instanceId":7}'])(
  'a build that failed early has no AMI and no instance, and began when its image was created: outputs %j',
  async (outputs) => {
    client
      .on(GetImageCommand)
      .resolves({ image: { state: { status: 'FAILED' }, dateCreated: '2025-10-14T20:59:00.000Z' } })
      .on(ListWorkflowExecutionsCommand)
      .resolves({ workflowExecutions: [{ workflowExecutionId: 'wf-build', type: 'BUILD' }] })
      .on(ListWorkflowStepExecutionsCommand)
      .resolves({ steps: [{ stepExecutionId: 'step-build', action: 'LaunchInstance', outputs }] });
    expect(await builds.describe(ARN)).toEqual({
      status: 'FAILED',
      amis: {},
      buildInstanceId: undefined,
      testInstanceId: undefined,
      startedAt: new Date('2025-10-14T20:59:00Z'),
      endedAt: undefined,
    });
  },
);
