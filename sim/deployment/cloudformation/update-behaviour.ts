import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { unmodelled } from '../../aws/cloudformation/environment';
import { WinbakeError } from '../../../lib/contract/values/errors';
import { type Template, dependenciesOf } from '../../aws/cloudformation/assembly';

interface ResourceSpec {
  readonly cloudFormationType: string;
  readonly primaryIdentifier?: readonly string[];
  readonly properties: Readonly<Record<string, { readonly causesReplacement?: string }>>;
}

let specs: ReadonlyMap<string, ResourceSpec> | undefined;

/** AWS's own schemas of resources, as `aws-cdk` carries them for `cdk diff`. */
function specOf(type: string): ResourceSpec {
  if (specs === undefined) {
    const file = join(__dirname, '..', '..', '..', 'node_modules', 'aws-cdk', 'db.json.gz');
    const { schema } = JSON.parse(gunzipSync(readFileSync(file)).toString()) as {
      readonly schema: { readonly resource: { readonly entities: readonly ResourceSpec[] } };
    };
    specs = new Map(schema.resource.entities.map((spec) => [spec.cloudFormationType, spec]));
  }
  const spec = specs.get(type);
  if (spec === undefined) {
    throw unmodelled(`a change of a resource of type ${type}`);
  }
  return spec;
}

/** Of the properties of a resource that have changed, those for which CloudFormation replaces it. */
export function replacingProperties(type: string, changed: readonly string[]): readonly string[] {
  if (type.startsWith('Custom::')) {
    // Its function decides, by the id that it answers with.
    return [];
  }
  const { properties } = specOf(type);
  return changed.filter((name) => {
    const replaces = properties[name]?.causesReplacement ?? 'no';
    if (replaces === 'maybe') {
      throw unmodelled(`a change of ${name} of a ${type}, which may replace it or not`);
    }
    return replaces === 'yes';
  });
}

/** Whether CloudFormation knows a resource by a property that a template may set, and so by a name of the user's own. */
export function isKnownByProperty(type: string): boolean {
  const { primaryIdentifier = [], properties } = specOf(type);
  return primaryIdentifier.some((name) => Object.hasOwn(properties, name));
}

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
