import { join } from 'node:path';
import { osOf } from '../../lib/contract/values/release';
import { Amis } from '../aws/account/amis';
import { SimulatedExecutions, EventBus, Topics } from '../aws/account/notices';
import { ObjectStorage, Parameters } from '../aws/account/stores';
import { SIMULATED_ENVIRONMENT, type Environment } from '../aws/cloudformation/environment';
import { readAssembly, type AssemblyStack } from '../aws/cloudformation/read-assembly';
import { StackModel } from '../aws/cloudformation/stack-model';
import { variablesOf } from './template-functions';

/** What a deployment puts into an account before any of its code runs. */
export class SimulatedAccount {
  /** The account and region of the pipeline that is rehearsed. */
  readonly environment: Environment;
  readonly amis: Amis;
  readonly storage = new ObjectStorage();
  readonly executions = new SimulatedExecutions();
  readonly parameters: Parameters;
  readonly bus: EventBus;
  readonly topics = new Topics();
  /** In the order of deployment. */
  readonly stacks: readonly StackModel[];

  constructor(assemblyFolder: string, release?: string) {
    const assembly = readAssembly(assemblyFolder);
    this.environment = assembly.find((one) => bakes(one, release))?.environment ?? SIMULATED_ENVIRONMENT;
    this.amis = new Amis(this.environment.region);
    this.parameters = new Parameters(this.amis, this.environment);
    this.bus = new EventBus(this.environment);
    const stacks: StackModel[] = [];
    for (const stack of assembly) {
      const model = new StackModel(
        stack,
        (name) => this.parameters.read(name),
        () => stacks,
      );
      stacks.push(model);
      for (const { bucketName, objectKey, path } of stack.assets) {
        if (path.endsWith('.zip')) {
          this.storage.putFile(substituted(bucketName, model.environment), objectKey, join(path));
        }
      }
    }
    this.stacks = stacks;
  }
}

/** Whether a stack has a pipeline for a release, or any pipeline where none is named. */
function bakes({ template }: AssemblyStack, release: string | undefined): boolean {
  return Object.values(template.Resources).some(({ Type, Properties = {} }) => {
    const variables = Type === 'AWS::Lambda::Function' ? variablesOf(Properties) : {};
    const os = 'WINBAKE_RECIPE_ARN' in variables ? variables['WINBAKE_OS'] : undefined;
    return typeof os === 'string' && (release === undefined || osOf(os).release.name === release);
  });
}

/** Asset manifests name account and region as templates do. */
function substituted(text: string, { account, region }: Environment): string {
  return text.replaceAll('${AWS::AccountId}', account).replaceAll('${AWS::Region}', region);
}
