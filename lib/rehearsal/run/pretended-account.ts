import { join } from 'node:path';
import { Amis } from '../account/amis';
import { PretendedExecutions } from '../account/executions';
import { ObjectStorage } from '../account/object-storage';
import { Parameters } from '../account/parameters';
import { ACCOUNT, REGION } from '../assembly/physical-names';
import { readAssembly } from '../assembly/read-assembly';
import { StackModel } from '../assembly/stack-model';

/** What a deployment puts into an account before any of its code runs. */
export class PretendedAccount {
  readonly amis = new Amis();
  readonly storage = new ObjectStorage();
  readonly executions = new PretendedExecutions();
  readonly parameters = new Parameters(this.amis);
  /** In the order of deployment. */
  readonly stacks: readonly StackModel[];

  constructor(assemblyFolder: string) {
    const stacks: StackModel[] = [];
    for (const stack of readAssembly(assemblyFolder)) {
      stacks.push(
        new StackModel(
          stack,
          (name) => this.parameters.read(name),
          () => stacks,
        ),
      );
      for (const { bucketName, objectKey, path } of stack.assets) {
        if (path.endsWith('.zip')) {
          this.storage.putFile(substituted(bucketName), objectKey, join(path));
        }
      }
    }
    this.stacks = stacks;
  }
}

/** Asset manifests name account and region as templates do. */
function substituted(text: string): string {
  return text.replaceAll('${AWS::AccountId}', ACCOUNT).replaceAll('${AWS::Region}', REGION);
}
