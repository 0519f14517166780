import { WinbakeError } from '../../../lib/contract/values/errors';
import { isJsonObject } from '../../../lib/contract/values/json';
import type { Template, TemplateResource } from './read-assembly';

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

/** All that a resource waits for, parameters among them. */
export function dependenciesOf({ DependsOn = [], Properties = {} }: TemplateResource): readonly string[] {
  return [...new Set([...[DependsOn].flat(), ...referencesIn(Properties)])];
}

/** All that a resource waits for, and what that waits for in turn. */
export function dependencyClosure({ Resources }: Template, logicalId: string): ReadonlySet<string> {
  const found = new Set<string>();
  const open = [logicalId];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const resource = Resources[next];
    const needed = resource === undefined ? [] : dependenciesOf(resource);
    open.push(...needed.filter((one) => !found.has(one)));
    needed.forEach((one) => found.add(one));
  }
  return found;
}

function referencesIn(value: unknown): readonly string[] {
  if (Array.isArray(value)) {
    return value.flatMap(referencesIn);
  }
  if (!isJsonObject(value)) {
    return [];
  }
  return Object.entries(value).flatMap(([key, argument]) => {
    switch (key) {
      case 'Ref':
        return [String(argument)];
      case 'Fn::GetAtt':
        return [Array.isArray(argument) ? String(argument[0]) : (String(argument).split('.')[0] ?? '')];
      case 'Fn::Sub':
        return substitutedIn(argument);
      default:
        return referencesIn(argument);
    }
  });
}

function substitutedIn(argument: unknown): readonly string[] {
  const [text, values] = Array.isArray(argument) ? (argument as unknown[]) : [argument];
  const own = isJsonObject(values) ? Object.keys(values) : [];
  const names = [...String(text).matchAll(/\$\{([^!}][^}]*)\}/g)].map(
    ([, name = '']) => name.split('.')[0] ?? '',
  );
  return [...names.filter((name) => !own.includes(name)), ...referencesIn(values)];
}
