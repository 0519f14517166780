import { WinbakeError } from '../../core/errors/winbake-error';
import type { FinishedBake } from '../../core/publish/publish-bake';
import { createDecide, type DecideAnswer, type DecideEvent } from '../../handlers/decide';
import { createPublish } from '../../handlers/publish';
import { REGION } from '../assembly/physical-names';
import { unmodelled } from '../assembly/unmodelled';
import { callerOf } from '../iam/role-policies';
import type { PretendedImageBuilder } from '../image-builder/pretended-image-builder';
import { copyJson } from '../states/json-value';
import { runStateMachine } from '../states/run-state-machine';
import type { ReportedDecision } from './rehearsal-report';
import { withRegistry, type Stage } from './stage';
import { callTask } from './state-machine-tasks';
import { functionByArn, type TemplateFunction } from './template-functions';

/** What a rebake adds to the stage. */
export interface RebakeOptions {
  /** Undefined where this computer has no PowerShell: then a bake that is due is not run. */
  readonly imageBuilder: PretendedImageBuilder | undefined;
  /** Variables that replace those of the decide function. */
  readonly policy: Readonly<Record<string, string>>;
}

/** What the state machine decided, look by look, and whether it came to an end. */
export interface RebakeResult {
  readonly decisions: readonly ReportedDecision[];
  /** False where a bake was due and could not be run here. */
  readonly wasRun: boolean;
}

const START_BAKE = 'arn:aws:states:::aws-sdk:imagebuilder:startImagePipelineExecution';

/**
 * Runs the pipeline's state machine from the template once, as its schedule would start it. Throws a `WinbakeError` with
 * the cause where it fails.
 */
export async function rebake(stage: Stage, options: RebakeOptions): Promise<RebakeResult> {
  const { account, clock, log, pipeline } = stage;
  const { definition, roleArn, arn } = pipeline.stateMachine;
  const decisions: ReportedDecision[] = [];
  const surroundings = {
    caller: callerOf(account.stacks, roleArn),
    imageBuilder: options.imageBuilder,
    invoke: async (functionArn: string, payload: unknown) => {
      const target = functionByArn(account.stacks, functionArn);
      const answer = await invoke(stage, options, target, payload);
      if (target.kind === 'decide') {
        decisions.push(reported(clock.now(), answer as DecideAnswer));
        log.tell((answer as DecideAnswer).reason);
      }
      return answer;
    },
  };
  const result = await runStateMachine({
    definition,
    input: { trigger: 'patchTuesday' },
    executionName: 'rehearsal',
    executionArn: `${arn.replace(':stateMachine:', ':execution:')}:rehearsal`,
    clock,
    random: () => 0.5,
    tasks: async ({ resource, parameters }) => {
      if (resource === START_BAKE && options.imageBuilder === undefined) {
        throw new BakeNotRun();
      }
      return copyJson(await callTask(surroundings, { resource, parameters })) ?? null;
    },
  }).catch((error: unknown) => {
    if (error instanceof BakeNotRun) {
      return undefined;
    }
    throw error;
  });
  if (result?.status === 'FAILED') {
    const cause = result.cause ?? 'no cause is known';
    const error = result.error ?? 'no error name';
    throw new WinbakeError('REHEARSAL_FAILED', `The state machine failed (${error}): ${cause}`);
  }
  return { decisions, wasRun: result !== undefined };
}

/** Ends the state machine where a bake is due that this computer cannot run. */
class BakeNotRun extends WinbakeError {
  constructor() {
    super(
      'REHEARSAL_FAILED',
      'There is no PowerShell and no .NET SDK on this computer, so no bake can be rehearsed.',
    );
  }
}

function reported(at: Date, { decision, findings }: DecideAnswer): ReportedDecision {
  return { at: at.toISOString(), decision, findings };
}

async function invoke(
  stage: Stage,
  { imageBuilder, policy }: RebakeOptions,
  target: TemplateFunction,
  payload: unknown,
): Promise<unknown> {
  const { account, clock } = stage;
  const caller = callerOf(account.stacks, target.roleArn);
  const environment = { ...target.environment, AWS_REGION: REGION };
  const parameters = account.parameters.store(caller);
  const documents = account.storage.documents(target.environment['WINBAKE_BUCKET'] ?? '', caller);
  const now = () => clock.now();
  if (target.kind === 'decide') {
    return withRegistry(stage, (registry) =>
      createDecide(
        { registry, documents, parameters, now },
        { ...environment, ...policy },
      )(payload as DecideEvent),
    );
  }
  if (target.kind === 'publish' && imageBuilder !== undefined) {
    const ports = {
      documents,
      parameters,
      builds: imageBuilder.describer(caller),
      tags: account.amis.writer(caller),
      now,
    };
    return createPublish(ports, environment)(payload as FinishedBake);
  }
  throw unmodelled(`a state machine that calls the function '${target.kind}'`);
}
