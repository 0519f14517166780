import type { Template } from 'aws-cdk-lib/assertions';

/** A resource as a template has it. */
export type TemplateResource = ReturnType<Template['findResources']>[string];

/** The single resource of a type. */
export function onlyResource(template: Template, type: string): TemplateResource {
  const [found, ...others] = Object.values(template.findResources(type));
  expect(others).toEqual([]);
  expect(found).toBeDefined();
  return found ?? {};
}

/** The properties of the single resource of a type. */
export function onlyProperties(template: Template, type: string): TemplateResource {
  return onlyResource(template, type)['Properties'] as TemplateResource;
}

/** The variables of the function that has a certain one. */
export function environmentWith(template: Template, variable: string): Readonly<Record<string, string>> {
  const functions = Object.values(template.findResources('AWS::Lambda::Function'));
  const environments = functions.map((one) => one['Properties'].Environment?.Variables ?? {});
  const found = environments.find((variables: object) => variable in variables);
  expect(found).toBeDefined();
  return found;
}
