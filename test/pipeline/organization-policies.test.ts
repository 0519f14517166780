import { App, PropertyInjectors, Stack, type IPropertyInjector } from 'aws-cdk-lib';
import { Vpc } from 'aws-cdk-lib/aws-ec2';
import { ManagedPolicy, PermissionsBoundary } from 'aws-cdk-lib/aws-iam';
import { Function as LambdaFunction, type FunctionProps } from 'aws-cdk-lib/aws-lambda';
import { addAllPropsAccounts } from '../support/all-props-accounts';
import { addAllPropsFleet } from '../support/all-props-fleet';
import { addAllPropsPipeline } from '../support/all-props-pipeline';
import type { TemplateResource } from '../support/only-resource';

const BOUNDARY = 'arn:aws:iam::aws:policy/PowerUserAccess';

/** Puts every function into a VPC of its stack, as docs/security.md shows. */
const FUNCTIONS_IN_VPC: IPropertyInjector = {
  constructUniqueId: LambdaFunction.PROPERTY_INJECTION_ID,
  inject: (props: FunctionProps, { scope }) => {
    const stack = Stack.of(scope);
    const found = stack.node.tryFindChild('FunctionVpc') as Vpc | undefined;
    const attributes = { vpcId: 'vpc-1', availabilityZones: ['a'], privateSubnetIds: ['subnet-1'] };
    return { ...props, vpc: found ?? Vpc.fromVpcAttributes(stack, 'FunctionVpc', attributes) };
  },
};

/** The resources of a type in an app with every prop of every construct, which an organization's policies went over. */
function resourcesOf(type: string): readonly (readonly [string, TemplateResource])[] {
  const app = new App();
  PropertyInjectors.of(app).add(FUNCTIONS_IN_VPC);
  addAllPropsPipeline(app);
  addAllPropsAccounts(app);
  addAllPropsFleet(app);
  for (const stack of app.node.children.filter(Stack.isStack)) {
    PermissionsBoundary.of(stack).apply(ManagedPolicy.fromManagedPolicyArn(stack, 'Boundary', BOUNDARY));
  }
  return app.synth().stacks.flatMap(({ stackName, template }) =>
    Object.entries((template as { readonly Resources: Record<string, TemplateResource> }).Resources)
      .filter(([, { Type }]) => Type === type)
      .map(([logicalId, resource]) => [`${stackName} ${logicalId}`, resource] as const),
  );
}

test.each([
  ['function', 'AWS::Lambda::Function', 'VpcConfig', { SubnetIds: ['subnet-1'] }],
  ['role', 'AWS::IAM::Role', 'PermissionsBoundary', BOUNDARY],
])('every %s can have what an organization asks of it', (_, type, property, value) => {
  const found = resourcesOf(type);
  expect(found.length).toBeGreaterThan(10);
  for (const [name, { Properties = {} }] of found) {
    expect({ name, value: Properties[property] }).toEqual({
      name,
      value: typeof value === 'string' ? value : expect.objectContaining(value),
    });
  }
});
