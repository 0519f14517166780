import { App, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { parse } from 'yaml';
import { POLL_INTERVAL_SECONDS, MOST_ATTEMPTS, RETRY_SECONDS } from '../../lib/contract/values/gate-policy';
import { workflowAction } from '../../lib/core/aws-rules/image-builder/workflow-actions';
import {
  CachedImage,
  ImageFamily,
  WindowsAmiPipeline,
  WindowsOs,
  type WindowsAmiPipelineProps,
} from '../../lib/index';
import { readWorkflows } from '../../sim/aws/image-builder/workflows';
import { SERVICE_LIMITS } from '../../sim/aws/states/execution-limits';
import { addAllPropsPipeline } from '../support/all-props-pipeline';
import { RebakeWorld } from '../support/rebake-world';
import { stackModels } from '../support/stack-models';

interface Component {
  readonly phases: readonly {
    readonly name: string;
    readonly steps: readonly {
      readonly name: string;
      readonly timeoutSeconds?: number;
      readonly maxAttempts?: number;
    }[];
  }[];
}

const { pipeline, stack } = addAllPropsPipeline(new App());
const [model] = stackModels({ All: Template.fromStack(stack).toJSON() });
const [imagePipeline] = model!.logicalIds('AWS::ImageBuilder::ImagePipeline');
const workflows = readWorkflows([model!], model!.properties(imagePipeline!, ['Workflows']));

/** Every component of the recipe that is ours; the user's have what is left. */
const components = model!
  .logicalIds('AWS::ImageBuilder::Component')
  .map((logicalId) => model!.properties(logicalId, ['Name', 'Data']))
  .filter(({ Name }) => !String(Name).includes('-own-'))
  .map(({ Data }) => parse(String(Data)) as Component);

/** What a stage of components takes where each attempt of each step takes all of its time. */
function longestPhase(phase: string): number {
  return components
    .flatMap(({ phases }) => phases)
    .filter(({ name }) => name === phase)
    .flatMap(({ steps }) => steps)
    .reduce((sum, { maxAttempts = 1, timeoutSeconds = Number.NaN }) => sum + timeoutSeconds * maxAttempts, 0);
}

function longestOf(type: string): number {
  return workflows
    .filter((workflow) => workflow.type === type)
    .flatMap(({ steps }) => steps)
    .reduce((sum, { timeoutSeconds }) => sum + timeoutSeconds, 0);
}

const longestDistribution = ['DistributeImage', 'ModifyImageAttributes', 'ApplyImageConfigurations'].reduce(
  (sum, action) => sum + workflowAction(action)!.preset * 60,
  0,
);

test('every limit of time holds those inside it: steps, components, workflows, the rebake, its state machine', async () => {
  expect([pipeline.pipelineName, components.length]).toEqual(['web', 4]);
  for (const [type, phase] of [
    ['BUILD', 'build'],
    ['TEST', 'test'],
  ]) {
    const { steps } = workflows.find((workflow) => workflow.type === type)!;
    const limit = steps.find(({ action }) => action === 'ExecuteComponents')!.timeoutSeconds;
    expect(longestPhase(phase!)).toBeGreaterThan(0);
    expect(longestPhase(phase!)).toBeLessThanOrEqual(limit);
  }
  const longestBake = longestOf('BUILD') + longestOf('TEST') + longestDistribution;

  const world = new RebakeWorld('2025-10-20T00:00:00Z');
  const never = { status: 'AVAILABLE', minutes: 60 * 24 * 365 };
  world.plans.push(never, never);
  const { history } = await world.rebake();
  const enteredAt = (name: string) =>
    history.filter(({ state }) => state === name).map((entry) => entry.enteredAt.getTime() / 1000);
  const [started, ended] = [enteredAt('StartBake'), enteredAt('CancelBake')];
  expect([started.length, ended.length]).toEqual([MOST_ATTEMPTS, MOST_ATTEMPTS]);
  const followed = ended.map((at, index) => at - started[index]!);
  expect(Math.min(...followed)).toBeGreaterThanOrEqual(longestBake);

  const { TimeoutSeconds: limit } = world.definition as { readonly TimeoutSeconds: number };
  const longestFollowed = MOST_ATTEMPTS * (Math.max(...followed) + RETRY_SECONDS);
  expect(limit).toBeGreaterThan(longestFollowed + 168 * 3600);
  const tasks = ['Decide', 'StartBake', 'NoteStart', 'GetImage', 'CancelBake', 'EvaluateFailure'];
  const events = history
    .map(({ state }) => (tasks.includes(state) ? 5 : 2))
    .reduce<number>((a, b) => a + b, 0);
  // The rest of its time it waits for images: a call, a choice and a wait each time.
  const waiting = ((limit - longestFollowed) / POLL_INTERVAL_SECONDS) * 9;
  expect(events + waiting).toBeLessThan(SERVICE_LIMITS.historyEvents);
});

test('the verification has time for each image that the AMI may hold', () => {
  const secondsOf = (props: Partial<WindowsAmiPipelineProps>): number => {
    const scope = new Stack(new App(), 'Platform');
    new WindowsAmiPipeline(scope, 'Pipeline', { os: WindowsOs.SERVER_2022_CORE, ...props });
    const [one] = stackModels({ Platform: Template.fromStack(scope).toJSON() });
    const verify = one!
      .logicalIds('AWS::ImageBuilder::Component')
      .map((logicalId) => parse(String(one!.properties(logicalId, ['Data'])['Data'])) as Component)
      .flatMap(({ phases }) => phases)
      .flatMap(({ steps }) => steps)
      .find(({ name }) => name === 'VerifyImages');
    return verify?.timeoutSeconds ?? Number.NaN;
  };
  const { SERVERCORE, NANOSERVER } = ImageFamily;
  const one = secondsOf({ families: [SERVERCORE] });
  // Each image: two starts of ten minutes, and some calls of docker.
  expect(one).toBeGreaterThanOrEqual(3 * 600 + 300);
  expect(secondsOf({ families: [SERVERCORE, NANOSERVER] }) - one).toBeGreaterThanOrEqual(2 * 600);
  const without = secondsOf({ families: [SERVERCORE], previousRevisions: 0 });
  expect(one - without).toBeGreaterThanOrEqual(2 * 600);
  expect(secondsOf({ families: [SERVERCORE], previousRevisions: 2 }) - one).toBeGreaterThanOrEqual(2 * 600);
  const extras = [CachedImage.ofFamily(ImageFamily.FRAMEWORK_SDK)];
  expect(secondsOf({ families: [SERVERCORE], extras }) - one).toBeGreaterThanOrEqual(2 * 600);
});
