import { isJsonObject, type JsonObject } from '../../contract/values/json';
import type { DocumentKind, Neighbours, Refusal } from './rule';
import { checkDocument } from './rules';
import { parseTemplate, resolver } from './template-values';
import { at } from './values';

/** The kind of document that a type of resource is. */
const KINDS: Readonly<Record<string, DocumentKind>> = {
  'AWS::AutoScaling::AutoScalingGroup': 'group',
  'AWS::EC2::LaunchTemplate': 'launch-template',
  'AWS::Events::Rule': 'event-rule',
  'AWS::IAM::ManagedPolicy': 'permissions',
  'AWS::IAM::Policy': 'permissions',
  'AWS::IAM::Role': 'role',
  'AWS::ImageBuilder::Component': 'component',
  'AWS::ImageBuilder::DistributionConfiguration': 'distribution',
  'AWS::ImageBuilder::ImagePipeline': 'pipeline',
  'AWS::ImageBuilder::ImageRecipe': 'recipe',
  'AWS::ImageBuilder::InfrastructureConfiguration': 'infrastructure',
  'AWS::ImageBuilder::Workflow': 'workflow',
  'AWS::KMS::Key': 'key',
  'AWS::SSM::Parameter': 'parameter',
  'AWS::Scheduler::Schedule': 'schedule',
};

/** A refusal of a resource of a template. */
export interface ResourceRefusal extends Refusal {
  readonly logicalId: string;
}

/**
 * What the services would refuse of a template's resources, given as an object or as its YAML or JSON. What intrinsic functions
 * stand for is unknown and passed over, but for parameters with a default and references within the template.
 */
export function checkTemplate(template: JsonObject | string): readonly ResourceRefusal[] {
  const content = typeof template === 'string' ? parseTemplate(template) : template;
  const resources = at(content, 'Resources');
  const resolve = resolver(content);
  const found = Object.entries(isJsonObject(resources) ? resources : {}).flatMap(([logicalId, resource]) => {
    const kind = KINDS[String(at(resource, 'Type'))];
    const properties = resolve(at(resource, 'Properties') ?? {});
    const document =
      kind === 'group' ? { ...objectOf(properties), ...policyOf(resource, resolve) } : properties;
    return kind !== undefined && isJsonObject(document) ? [{ logicalId, kind, document }] : [];
  });
  const neighbours: Neighbours = new Map(
    found.map(({ logicalId, kind, document }) => [logicalId, { kind, document }]),
  );
  return found.flatMap(({ logicalId, kind, document }) =>
    [...checkDocument(kind, document, neighbours), ...refreshOf(kind, document)].map((refusal) => ({
      logicalId,
      ...refusal,
    })),
  );
}

function objectOf(value: unknown): JsonObject {
  return isJsonObject(value) ? value : {};
}

function policyOf(resource: unknown, resolve: (value: unknown) => unknown): JsonObject {
  const policy = at(resource, 'UpdatePolicy');
  return policy === undefined ? {} : { UpdatePolicy: resolve(policy) };
}

/** The refresh that an update of a group would start. */
function refreshOf(kind: DocumentKind, document: JsonObject): readonly Refusal[] {
  const refresh = at(at(document, 'UpdatePolicy'), 'AutoScalingInstanceRefresh');
  return kind === 'group' && isJsonObject(refresh)
    ? checkDocument('refresh', {
        DesiredConfiguration: { LaunchTemplate: at(document, 'LaunchTemplate') },
        ...refresh,
      })
    : [];
}
