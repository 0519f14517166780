import type { JsonObject } from '../../contract/values/json';
import { EVENT_RULE_EXAMPLE, EVENT_RULE_RULES, FUNCTION_EXAMPLE, FUNCTION_RULES } from './serverless-rules';
import { PERMISSIONS_EXAMPLE, PERMISSIONS_RULES, ROLE_EXAMPLE, ROLE_RULES } from './iam-rules';
import { COMPONENT_EXAMPLE, COMPONENT_RULES } from './image-builder/component-rules';
import { DISTRIBUTION_EXAMPLE, DISTRIBUTION_RULES } from './image-builder/distribution-rules';
import {
  INFRASTRUCTURE_EXAMPLE,
  INFRASTRUCTURE_RULES,
  RECIPE_EXAMPLE,
  RECIPE_RULES,
} from './image-builder/recipe-and-infrastructure-rules';
import { PIPELINE_EXAMPLE, PIPELINE_RULES } from './image-builder/pipeline-rules';
import { WORKFLOW_EXAMPLE } from './image-builder/workflow-step-rules';
import { WORKFLOW_RULES } from './image-builder/workflow-rules';
import { KEY_EXAMPLE, KEY_RULES, PARAMETER_EXAMPLE, PARAMETER_RULES } from './key-and-parameter-rules';
import { LAUNCH_TEMPLATE_EXAMPLE, LAUNCH_TEMPLATE_RULES } from './launch-template-rules';
import { GROUP_EXAMPLE, GROUP_RULES, REFRESH_EXAMPLE, REFRESH_RULES } from './refresh-rules';
import { RESOURCE_EXAMPLE, RESOURCE_RULES } from './resource-rules';
import type { DocumentKind, Neighbours, Refusal, Rule } from './rule';
import { SCHEDULE_EXAMPLE, SCHEDULE_RULES } from './schedule-rules';
import { STATE_MACHINE_EXAMPLE, STATE_MACHINE_RULES } from './state-machine-rules';
import { UNKNOWN } from './values';

/** Every rule for which a service refuses a document. */
export const RULES: readonly Rule[] = [
  ...WORKFLOW_RULES,
  ...COMPONENT_RULES,
  ...RECIPE_RULES,
  ...INFRASTRUCTURE_RULES,
  ...DISTRIBUTION_RULES,
  ...PIPELINE_RULES,
  ...SCHEDULE_RULES,
  ...REFRESH_RULES,
  ...GROUP_RULES,
  ...LAUNCH_TEMPLATE_RULES,
  ...KEY_RULES,
  ...ROLE_RULES,
  ...PERMISSIONS_RULES,
  ...EVENT_RULE_RULES,
  ...PARAMETER_RULES,
  ...FUNCTION_RULES,
  ...STATE_MACHINE_RULES,
  ...RESOURCE_RULES,
];

/** A document of each kind that is accepted; what `refused` of a rule says is changed in it. */
export const EXAMPLES: Readonly<Record<DocumentKind, JsonObject>> = {
  component: COMPONENT_EXAMPLE,
  distribution: DISTRIBUTION_EXAMPLE,
  'event-rule': EVENT_RULE_EXAMPLE,
  function: FUNCTION_EXAMPLE,
  group: GROUP_EXAMPLE,
  infrastructure: INFRASTRUCTURE_EXAMPLE,
  key: KEY_EXAMPLE,
  'launch-template': LAUNCH_TEMPLATE_EXAMPLE,
  parameter: PARAMETER_EXAMPLE,
  permissions: PERMISSIONS_EXAMPLE,
  pipeline: PIPELINE_EXAMPLE,
  recipe: RECIPE_EXAMPLE,
  refresh: REFRESH_EXAMPLE,
  resource: RESOURCE_EXAMPLE,
  role: ROLE_EXAMPLE,
  schedule: SCHEDULE_EXAMPLE,
  'state-machine': STATE_MACHINE_EXAMPLE,
  workflow: WORKFLOW_EXAMPLE,
};

/** The kind of documents that a rule is for. */
export function kindOf({ id }: Rule): DocumentKind {
  return id.slice(0, id.indexOf('/')) as DocumentKind;
}

const BY_KIND = Map.groupBy(RULES, kindOf);
const ALONE: Neighbours = new Map();

/** The type of resource that documents of a kind are; of permissions that of the two which requires less. */
export const TYPES: Readonly<Partial<Record<DocumentKind, string>>> = {
  component: 'AWS::ImageBuilder::Component',
  distribution: 'AWS::ImageBuilder::DistributionConfiguration',
  'event-rule': 'AWS::Events::Rule',
  function: 'AWS::Lambda::Function',
  group: 'AWS::AutoScaling::AutoScalingGroup',
  infrastructure: 'AWS::ImageBuilder::InfrastructureConfiguration',
  key: 'AWS::KMS::Key',
  'launch-template': 'AWS::EC2::LaunchTemplate',
  parameter: 'AWS::SSM::Parameter',
  permissions: 'AWS::IAM::ManagedPolicy',
  pipeline: 'AWS::ImageBuilder::ImagePipeline',
  recipe: 'AWS::ImageBuilder::ImageRecipe',
  role: 'AWS::IAM::Role',
  schedule: 'AWS::Scheduler::Schedule',
  'state-machine': 'AWS::StepFunctions::StateMachine',
  workflow: 'AWS::ImageBuilder::Workflow',
};

/**
 * Why CloudFormation or the service would refuse a document of a kind, such as a resource of a type; nothing where it keeps every
 * rule.
 */
export function checkDocument(
  kind: DocumentKind,
  document: JsonObject,
  neighbours: Neighbours = ALONE,
  type = TYPES[kind],
): readonly Refusal[] {
  return [
    ...(type === undefined ? [] : brokenRules('resource', { Type: type, Properties: document }, neighbours)),
    ...brokenRules(kind, document, neighbours),
  ];
}

function brokenRules(kind: DocumentKind, document: JsonObject, neighbours: Neighbours): readonly Refusal[] {
  return (BY_KIND.get(kind) ?? []).flatMap(({ id, check, source, wayOut }) =>
    check(document, neighbours).map((what) => ({ rule: id, what, source, wayOut })),
  );
}

/** A component for Windows, and what a recipe gives to the parameters that its document declares. */
interface GivenComponent {
  readonly name: string;
  /** YAML or JSON. */
  readonly data: string;
  readonly values: Readonly<Record<string, string>>;
}

/** What Image Builder would refuse of a component, or of a recipe that takes it with such values. */
export function checkComponent({ name, data, values }: GivenComponent): readonly Refusal[] {
  const component = { Name: name, Version: '1.0.0', Platform: 'Windows', Data: data };
  const neighbours: Neighbours = new Map([[name, { kind: 'component', document: component }]]);
  const Parameters = Object.entries(values).map(([key, value]) => ({ Name: key, Value: [value] }));
  const recipe = {
    Name: name,
    Version: '1.0.0',
    ParentImage: UNKNOWN,
    Components: [{ ComponentArn: Symbol.for(name), Parameters }],
  };
  return [
    ...checkDocument('component', component, neighbours),
    ...checkDocument('recipe', recipe, neighbours),
  ];
}
