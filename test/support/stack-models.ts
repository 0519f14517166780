import type { JsonObject } from '../../lib/contract/values/json';
import type { Environment } from '../../sim/aws/cloudformation/environment';
import type { TemplateResource } from '../../sim/aws/cloudformation/assembly';
import { StackModel } from '../../sim/aws/cloudformation/stack-model';
import { callerOf, type Caller } from '../../sim/aws/iam/role-policies';

/** A template written by hand, and where it is deployed. */
export interface HandwrittenTemplate {
  readonly environment?: Environment;
  readonly Resources?: Readonly<Record<string, TemplateResource>>;
  readonly Parameters?: Readonly<Record<string, JsonObject>>;
  readonly Outputs?: Readonly<Record<string, JsonObject>>;
}

/** The models of stacks that know each other, in the order in which they are given. */
export function stackModels(
  templates: Readonly<Record<string, HandwrittenTemplate>>,
  ssm: Readonly<Record<string, string>> = {},
): readonly StackModel[] {
  const models: StackModel[] = [];
  for (const [name, { Resources = {}, environment, ...template }] of Object.entries(templates)) {
    const placed = environment === undefined ? {} : { environment };
    const stack = { name, template: { Resources, ...template }, assets: [], ...placed };
    models.push(
      new StackModel(
        stack,
        (parameter) => ssm[parameter],
        () => models,
      ),
    );
  }
  return models;
}

/** A policy document of one statement. */
export function allowing(
  Action: string | readonly string[],
  Resource: unknown = '*',
  more: object = {},
): object {
  return { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action, Resource, ...more }] };
}

/** A caller who may do everything. */
export const OMNIPOTENT: Caller = callerWith(allowing('*'));

/** A caller whose role has one inline policy. */
export function callerWith(document: object, context: Readonly<Record<string, string>> = {}): Caller {
  const Properties = { Policies: [{ PolicyName: 'own', PolicyDocument: document }] };
  const stacks = stackModels({ Stack: { Resources: { Role: { Type: 'AWS::IAM::Role', Properties } } } });
  return callerOf(stacks, 'arn:aws:iam::123456789012:role/Stack-Role', context);
}
