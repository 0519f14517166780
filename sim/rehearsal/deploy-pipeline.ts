import { gatePolicyOf } from '../../lib/contract/documents/gate-policy';
import type { JsonObject } from '../../lib/contract/values/json';
import { UsageError, WinbakeError } from '../../lib/contract/values/errors';
import { GATE_POLICY_SCHEMA, type GatePolicy } from '../../lib/contract/values/gate-policy';
import { type Release, osOf } from '../../lib/contract/values/release';
import type { StackModel } from '../aws/cloudformation/stack-model';
import { requireTemplateRules } from '../aws/image-builder/held-to-rules';
import { readRecipe } from '../aws/image-builder/read-recipe';
import { refusedWorkflows } from '../aws/image-builder/workflows';
import type { HostRevisionLookup } from '../registry/history/host-revisions';
import type { FreshHost } from '../windows/host/host-faults';
import { FunctionError, type SimulatedAccount } from './simulated-account';
import { requireServiceRights } from './service-rights';
import { functionsOf, stateMachineCalling, type TemplateFunction } from './template-functions';

/** AWS publishes its AMIs some days after Patch Tuesday; three is what was seen most often. */
const AMI_DELAY_MILLISECONDS = 3 * 24 * 3600 * 1000;

const FREE_BYTES = 75 * 1024 ** 3;

/**
 * The base AMI's host at an instant: it lags behind what Windows Update offers. Throws a `UsageError` where no revision is
 * known at that moment.
 * @see https://docs.aws.amazon.com/AWSEC2/latest/WindowsGuide/windows-ami-version-history.html
 */
export function baseHostAt(
  os: { readonly name: string; readonly release: Release },
  revisions: HostRevisionLookup,
  now: Date,
  given: number | undefined,
  instanceId: string,
): FreshHost {
  const { build, name } = os.release;
  const offeredRevision = given ?? revisions(build, now);
  if (offeredRevision === undefined) {
    throw new UsageError(
      `No revision of Windows Server ${name} is known at ${now.toISOString()}; give one with --host-revision or --hosts.`,
    );
  }
  const released = revisions(build, new Date(now.getTime() - AMI_DELAY_MILLISECONDS)) ?? offeredRevision;
  return {
    offeredRevision,
    facts: {
      currentBuild: String(build),
      ubr: Math.min(released, offeredRevision),
      productName: `Windows Server ${name} Datacenter`,
      installationType: os.name.endsWith('_CORE') ? 'Server Core' : 'Server',
      pendingReboot: false,
      services: { docker: 'Running', UsoSvc: 'Running', wuauserv: 'Running' },
      instanceId,
      freeBytes: FREE_BYTES,
      clockOffsetSeconds: Math.round((now.getTime() - Date.now()) / 1000),
    },
  };
}

/** The pipeline of the assembly that bakes the wanted release. */
export interface DeployedPipeline {
  readonly stack: StackModel;
  /** With the policy that is rehearsed in its environment. */
  readonly decide: TemplateFunction;
  readonly policy: GatePolicy;
  readonly parameterPath: string;
  readonly stateMachine: ReturnType<typeof stateMachineCalling>;
}

/** Finds the pipeline of a release, and replaces what is to be rehearsed of its policy; throws a `UsageError` that names those there are. */
export function findPipeline(
  account: SimulatedAccount,
  release: string,
  replaced: Partial<GatePolicy> = {},
): DeployedPipeline {
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
  const policy = { ...gatePolicyOf(decide.environment), ...replaced };
  const changed = {
    ...decide,
    environment: {
      ...decide.environment,
      WINBAKE_GATE_POLICY: JSON.stringify({ schema: GATE_POLICY_SCHEMA, ...policy }),
    },
  };
  account.functions.change(changed);
  return {
    stack,
    decide: changed,
    policy,
    parameterPath: decide.environment['WINBAKE_PARAMETER_PATH'] ?? '',
    stateMachine: stateMachineCalling(stack, decide.arn),
  };
}

/**
 * Deploys as far as it changes the account: what AWS publishes is there, and the stacks' seeds run. What CloudFormation would
 * refuse of a template or a recipe is refused here, before any work.
 */
export async function deployPipeline(account: SimulatedAccount, pipeline: DeployedPipeline): Promise<void> {
  for (const { stack } of account.stacks) {
    requireTemplateRules(stack);
  }
  readRecipes(account, pipeline);
  publishBaseAmi(account, pipeline, account.clock.now().toISOString());
  for (const stack of account.stacks) {
    requireServiceRights(account, stack);
  }
  for (const stack of account.stacks) {
    await seedChannels(account, stack, pipeline.parameterPath);
  }
}

/** Lets the functions of a stack seed the channels of a pipeline, its own or another account's, and store its instance scripts first. */
async function seedChannels(
  account: SimulatedAccount,
  stack: StackModel,
  parameterPath: string,
): Promise<void> {
  const types = ['Custom::WinbakeScripts', 'Custom::WinbakeSeed'];
  for (const { logicalId, properties } of types.flatMap((type) => stack.resources(type))) {
    if ((properties['parameterPath'] ?? parameterPath) === parameterPath) {
      const { call, request } = creationOf(account, stack, logicalId, properties);
      await call(request);
    }
  }
}

/** The request that creates a custom resource, and how its function is called; what that throws fails the deployment. */
export function creationOf(
  account: SimulatedAccount,
  stack: StackModel,
  logicalId: string,
  properties: JsonObject,
) {
  const { functionArn, providerRole } = providedFunction(stack, String(properties['ServiceToken']));
  const caller = account.sessionOf(providerRole, 'provider', 'lambda.amazonaws.com');
  return {
    request: creationRequest(stack, logicalId, properties),
    call: async (payload: object): Promise<unknown> => {
      try {
        return await account.invoke(caller, functionArn, payload, '$LATEST');
      } catch (error) {
        throw error instanceof FunctionError
          ? new WinbakeError(
              'REHEARSAL_FAILED',
              `The deployment of ${stack.stack.name} would fail at ${logicalId}: ${error.thrown}`,
              { cause: error },
            )
          : error;
      }
    },
  };
}

/**
 * What CDK's provider framework hands on of CloudFormation's request for a new custom resource: all but the address of the answer.
 * @see https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/crpg-ref-requests.html
 */
function creationRequest(stack: StackModel, logicalId: string, properties: JsonObject): JsonObject {
  return {
    RequestType: 'Create',
    RequestId: 'rehearsal',
    ResponseURL: '...',
    StackId: stack.resolve({ Ref: 'AWS::StackId' }),
    LogicalResourceId: logicalId,
    ResourceType: stack.stack.template.Resources[logicalId]?.Type ?? '',
    ResourceProperties: properties,
  };
}

/**
 * Lets AWS publish a base AMI, and what the seeds of other accounts and regions read, which may be another one; one of a name that
 * was published before is the same.
 */
export function publishBaseAmi(
  account: SimulatedAccount,
  { decide, parameterPath }: DeployedPipeline,
  name: string,
): void {
  const seeded = account.stacks
    .flatMap((stack) => stack.resources('Custom::WinbakeSeed'))
    .filter(({ properties }) => properties['parameterPath'] === parameterPath)
    .map(({ properties }) => String(properties['baseAmiParameter']));
  for (const parameter of new Set([decide.environment['WINBAKE_BASE_AMI_PARAMETER'] ?? '', ...seeded])) {
    account.publishAmi(parameter, name);
  }
}

/** Reads the recipes of the Image Builder pipelines that the state machine starts. */
function readRecipes({ stacks }: SimulatedAccount, { stateMachine }: DeployedPipeline): void {
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
