import type { SeededPipeline } from '../../contract/names/environment';
import { UsageError, WinbakeError } from '../../contract/values/errors';
import type { JsonObject } from '../../contract/values/json';
import { osOf } from '../../contract/values/release';
import { createSeed } from '../../handlers/seed';
import type { StackModel } from '../assembly/stack-model';
import { callerOf } from '../iam/role-policies';
import { readRecipe } from '../image-builder/read-recipe';
import { refusedWorkflows } from '../image-builder/workflows';
import type { PretendedAccount } from './pretended-account';
import { functionByArn, functionsOf, stateMachineCalling, type TemplateFunction } from './template-functions';

/** The pipeline of the assembly that bakes the wanted release. */
export interface DeployedPipeline {
  readonly stack: StackModel;
  readonly decide: TemplateFunction;
  readonly parameterPath: string;
  readonly stateMachine: ReturnType<typeof stateMachineCalling>;
}

/** Finds the pipeline of a release; throws a `UsageError` that names those there are. */
export function findPipeline(account: PretendedAccount, release: string): DeployedPipeline {
  const pipelines = account.stacks.flatMap((stack) =>
    functionsOf(stack)
      .filter((one) => one.kind === 'decide')
      .map((decide) => ({ stack, decide })),
  );
  const found = pipelines.find(({ decide }) => osOf(osNameOf(decide)).release.name === release);
  if (found === undefined) {
    const names = pipelines.map(({ decide }) => osNameOf(decide)).join(', ');
    throw new UsageError(
      `The assembly has no pipeline for Windows Server ${release}; it has: ${names === '' ? 'none' : names}.`,
    );
  }
  const { stack, decide } = found;
  return {
    stack,
    decide,
    parameterPath: decide.environment['WINBAKE_PARAMETER_PATH'] ?? '',
    stateMachine: stateMachineCalling(stack, decide.arn),
  };
}

/**
 * Deploys as far as it changes the account: what AWS publishes is there, and the stacks' seeds run. What CloudFormation would
 * refuse of the recipe is refused here, before any work.
 */
export async function deployPipeline(
  account: PretendedAccount,
  pipeline: DeployedPipeline,
  now: Date,
): Promise<void> {
  readRecipes(account, pipeline);
  publishBaseAmi(account, pipeline, now.toISOString());
  for (const { properties } of pipeline.stack.resources('Custom::WinbakeSeed')) {
    const provider = String(properties['ServiceToken']);
    const { functionArn, providerRole } = providedFunction(pipeline.stack, provider);
    callerOf(account.stacks, providerRole).require('lambda:InvokeFunction', `${functionArn}:$LATEST`);
    const seed = functionByArn(account.stacks, functionArn);
    const parameters = account.parameters.store(callerOf(account.stacks, seed.roleArn));
    await createSeed(
      { parameters, now: () => now },
      { ...seed.environment, AWS_REGION: account.environment.region },
    )({ RequestType: 'Create', ResourceProperties: seededBy(properties) });
  }
}

function seededBy(properties: JsonObject): SeededPipeline {
  const text = (name: string) => String(properties[name]);
  return {
    os: text('os'),
    parameterPath: text('parameterPath'),
    baseAmiParameter: text('baseAmiParameter'),
  };
}

/** Lets AWS publish a base AMI; one of a name that was published before is the same. */
export function publishBaseAmi(account: PretendedAccount, { decide }: DeployedPipeline, name: string): void {
  const parameter = decide.environment['WINBAKE_BASE_AMI_PARAMETER'] ?? '';
  account.parameters.publish(parameter, account.amis.create(`${parameter} ${name}`));
}

/** Reads the recipes of the Image Builder pipelines that the state machine starts. */
function readRecipes({ stacks }: PretendedAccount, { stateMachine }: DeployedPipeline): void {
  const definition = JSON.stringify(stateMachine.definition);
  for (const stack of stacks) {
    for (const logicalId of stack.logicalIds('AWS::ImageBuilder::ImagePipeline')) {
      const arn = stack.reference(logicalId);
      if (definition.includes(arn)) {
        const refusal = refusedWorkflows(readRecipe(stacks, arn).workflows);
        if (refusal !== undefined) {
          throw new WinbakeError(
            'REHEARSAL_FAILED',
            `Image Builder would refuse the pipeline ${arn}: ${refusal}`,
          );
        }
      }
    }
  }
}

/**
 * The function behind CDK's provider framework, which is what a custom resource calls.
 * @see https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.custom_resources-readme.html#provider-framework
 */
export function providedFunction(
  stack: StackModel,
  providerArn: string,
): { readonly functionArn: string; readonly providerRole: string } {
  for (const logicalId of stack.logicalIds('AWS::Lambda::Function')) {
    if (stack.resolve({ 'Fn::GetAtt': [logicalId, 'Arn'] }) === providerArn) {
      const { Environment, Role } = stack.properties(logicalId, ['Environment', 'Role']);
      const variables = (Environment as { Variables?: Record<string, string> } | undefined)?.Variables;
      return {
        functionArn: variables?.['USER_ON_EVENT_FUNCTION_ARN'] ?? providerArn,
        providerRole: String(Role),
      };
    }
  }
  throw new UsageError(`The seed of ${stack.stack.name} calls ${providerArn}, which is not in the assembly.`);
}

function osNameOf(decide: TemplateFunction): string {
  return decide.environment['WINBAKE_OS'] ?? '';
}
