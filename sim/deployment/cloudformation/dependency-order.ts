import { WinbakeError } from '../../../lib/contract/values/errors';
import { dependenciesOf, type Template } from '../../aws/cloudformation/assembly';

/**
 * The logical ids of a template in an order in which CloudFormation may create them: each after all that it refers to or
 * names in `DependsOn`. Those that do not wait for each other are created side by side there; here they keep the template's
 * order. Throws a `WinbakeError` for a circle, as CloudFormation does.
 * @see https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-attribute-dependson.html
 */
export function dependencyOrder({ Resources }: Template): readonly string[] {
  const done = new Set<string>();
  const visit = (logicalId: string, path: readonly string[]): void => {
    const resource = Resources[logicalId];
    if (resource === undefined || done.has(logicalId)) {
      return;
    }
    if (path.includes(logicalId)) {
      const circle = [...path.slice(path.indexOf(logicalId)), logicalId].join(' -> ');
      throw new WinbakeError('REHEARSAL_FAILED', `Circular dependency between resources: ${circle}.`);
    }
    for (const needed of dependenciesOf(resource)) {
      visit(needed, [...path, logicalId]);
    }
    done.add(logicalId);
  };
  Object.keys(Resources).forEach((logicalId) => {
    visit(logicalId, []);
  });
  return [...done];
}
