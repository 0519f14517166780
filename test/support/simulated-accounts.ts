import type { Stack } from 'aws-cdk-lib';
import { Template as SynthesizedTemplate } from 'aws-cdk-lib/assertions';
import { accountRoleName } from '../../lib/contract/names/resources';
import type { JsonObject } from '../../lib/contract/values/json';
import type { SeededPipeline } from '../../lib/contract/names/environment';
import type { ParameterStore, ParameterStores } from '../../lib/core/ports/stores';
import { createLaunchTemplate, type LaunchTemplateEvent } from '../../lib/handlers/launch-template';
import { createSeed, type SeedEvent } from '../../lib/handlers/seed';
import type { DeployedResource, ResourceHandler } from '../../sim/deployment/cloudformation/deployment';
import { SimulatedCloudFormation } from '../../sim/deployment/cloudformation/simulated-cloudformation';
import type { Template } from '../../sim/aws/cloudformation/assembly';
import { statementCovers, statementsOf, callerOf } from '../../sim/aws/iam/role-policies';
import { memoryParameters, type MemoryParameters } from './memory-ports';
import { stackModels } from './stack-models';

interface DeployableStack {
  readonly template: Template;
  readonly environment: { readonly account: string; readonly region: string };
}

/** Accounts of one region, in which stacks are deployed as CloudFormation would, and roles are what was deployed. */
export class SimulatedAccounts {
  private readonly stacks: ReadonlyMap<string, DeployableStack>;
  private readonly parameters = new Map<string, MemoryParameters>();
  private readonly formations = new Map<string, SimulatedCloudFormation>();

  constructor(stacks: readonly Stack[], initial: Readonly<Record<string, string>>) {
    this.stacks = new Map(
      stacks.map((stack) => {
        const { account, region } = stack;
        const template = SynthesizedTemplate.fromStack(stack).toJSON() as Template;
        return [stack.stackName, { template, environment: { account, region } }];
      }),
    );
    for (const { account } of stacks) {
      const parameters = this.parameters.get(account) ?? memoryParameters(initial);
      this.parameters.set(account, parameters);
      this.formations.set(
        account,
        new SimulatedCloudFormation({
          readParameter: (name) => parameters.values.get(name),
          handlers: {
            'Custom::WinbakeSeed': seeding(parameters),
            'Custom::WinbakeLaunchTemplate': cloning(parameters, '/winbake/2022-core/current/publication'),
          },
        }),
      );
    }
  }

  /** The parameters of an account. */
  of(account: string): MemoryParameters {
    return this.parameters.get(account)!;
  }

  /** What deployments did in an account. */
  formation(account: string): SimulatedCloudFormation {
    return this.formations.get(account)!;
  }

  template(name: string): Template {
    return this.stacks.get(name)!.template;
  }

  deploy(name: string): Promise<void> {
    const { environment, template } = this.stacks.get(name)!;
    return this.formation(environment.account).deploy(name, template);
  }

  delete(name: string): Promise<void> {
    return this.formation(this.stacks.get(name)!.environment.account).delete(name);
  }

  /** The parameters that a role of one account reaches: its own account's, and others' through the role that is there. */
  storesOf(roleArn: string): ParameterStores {
    const [, , , , home = ''] = roleArn.split(':');
    return {
      of: ({ account, region }) => {
        try {
          return Promise.resolve(
            account === home
              ? this.of(account)
              : this.reach(roleArn, account, accountRoleName('/winbake', region)),
          );
        } catch (error) {
          return Promise.reject(error instanceof Error ? error : new Error(String(error)));
        }
      },
    };
  }

  private reach(callerArn: string, account: string, name: string): ParameterStore {
    const roleArn = `arn:aws:iam::${account}:role/${name}`;
    callerOf(this.models(), callerArn).require('sts:AssumeRole', roleArn);
    const context = { 'aws:PrincipalArn': callerArn };
    const trusts = statementsOf(this.deployedRole(account, name)?.['AssumeRolePolicyDocument']).some(
      ({ Principal, ...statement }) =>
        JSON.stringify(Principal).includes(`arn:aws:iam::${callerArn.split(':')[4] ?? ''}:root`) &&
        statementCovers({ ...statement, Resource: '*' }, 'sts:AssumeRole', '*', context),
    );
    if (!trusts) {
      throw new Error(`${callerArn} is not authorized to perform: sts:AssumeRole on ${roleArn}`);
    }
    const caller = callerOf(this.models(), roleArn);
    const parameters = this.of(account);
    const arnOf = (parameter: string) => `arn:aws:ssm:eu-central-1:${account}:parameter${parameter}`;
    return {
      get: (parameter) => {
        caller.require('ssm:GetParameter', arnOf(parameter));
        return parameters.get(parameter);
      },
      below: (path) => {
        caller.require('ssm:GetParametersByPath', arnOf(path));
        return parameters.below(path);
      },
      put: (parameter, value, type) => {
        caller.require('ssm:PutParameter', arnOf(parameter));
        return parameters.put(parameter, value, type);
      },
    };
  }

  private deployedRole(account: string, name: string): JsonObject | undefined {
    for (const [stack, { environment, template }] of this.stacks) {
      for (const logicalId of Object.keys(template.Resources)) {
        const resource =
          environment.account === account ? this.formation(account).resource(stack, logicalId) : undefined;
        if (resource?.type === 'AWS::IAM::Role' && resource.properties['RoleName'] === name) {
          return resource.properties;
        }
      }
    }
    return undefined;
  }

  private models() {
    return stackModels(
      Object.fromEntries(
        [...this.stacks].map(([name, { environment, template }]) => [
          name,
          { environment, Resources: template.Resources },
        ]),
      ),
    );
  }
}

/** What the seeds of stacks do to the parameters of the account and region that they are deployed in. */
function seeding(parameters: MemoryParameters): ResourceHandler {
  const seed = createSeed({ parameters, now: () => new Date('2025-10-01T00:00:00Z') }, {});
  const asked = async (RequestType: SeedEvent['RequestType'], { properties }: DeployedResource) => {
    const ResourceProperties = properties as unknown as SeededPipeline;
    const { PhysicalResourceId } = await seed({ RequestType, ResourceProperties });
    return { reference: PhysicalResourceId };
  };
  return {
    create: (resource) => asked('Create', resource),
    update: (resource) => asked('Update', resource),
    delete: async (resource) => {
      await asked('Delete', resource);
    },
  };
}

/** The custom resource of a fleet's first deployment, by its handler; here the number of a version is its AMI. */
function cloning(parameters: ParameterStore, channel: string): ResourceHandler {
  const handler = createLaunchTemplate({
    control: {
      createLaunchTemplateVersion: (_base, amiId) => Promise.resolve(amiId),
      newestRefresh: () => Promise.resolve(undefined),
      ownerOf: () => Promise.resolve(undefined),
      cancelRefresh: () => Promise.resolve(),
    },
    live: () => Promise.resolve(undefined),
    isRollingBack: () => Promise.resolve(false),
    now: () => new Date(),
    parameters,
    sleep: () => Promise.resolve(),
  });
  const answer = async (RequestType: LaunchTemplateEvent['RequestType']) => {
    const { Data, PhysicalResourceId } = await handler({
      RequestType,
      StackId: 'Shop',
      ResourceProperties: {
        Fleet: 'shop',
        Channel: channel,
        AmiOwner: '123456789012',
        LaunchTemplateId: 'lt-1',
        BaseVersion: '1',
      },
    });
    return { reference: PhysicalResourceId, attributes: { ...Data } };
  };
  return { create: () => answer('Create'), update: () => answer('Update') };
}
