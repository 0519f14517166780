import { dependencyOrder } from '../../../../sim/aws/cloudformation/dependency-order';
import type { Template } from '../../../../sim/aws/cloudformation/read-assembly';
import {
  SimulatedCloudFormation,
  type ResourceHandler,
} from '../../../support/cloudformation/simulated-cloudformation';

const BUCKET = { Type: 'AWS::S3::Bucket' };

function template(Resources: Template['Resources'], more: Partial<Template> = {}): Template {
  return { Resources, ...more };
}

function cloud(
  handlers: Readonly<Record<string, ResourceHandler>> = {},
  ssm: Readonly<Record<string, string>> = {},
) {
  const formation = new SimulatedCloudFormation({ handlers, readParameter: (name) => ssm[name] });
  const done = () => formation.events.splice(0).map(({ action, logicalId }) => `${action} ${logicalId}`);
  return { formation, done };
}

test.each([
  ['Ref', { Ref: 'B' }],
  ['Fn::GetAtt', { 'Fn::GetAtt': ['B', 'Arn'] }],
  ['Fn::GetAtt as text', { 'Fn::GetAtt': 'B.Arn' }],
  ['Fn::Sub', { 'Fn::Sub': 'arn:${B.Arn}/*' }],
  ['Fn::Sub with values', { 'Fn::Sub': ['${X}', { X: { Ref: 'B' } }] }],
  ['a function in a function', { 'Fn::Join': ['', ['a', { Ref: 'B' }]] }],
])('what is referred to by %s is made before', (_name, Value) => {
  expect(dependencyOrder(template({ A: { Type: 'X', Properties: { Value } }, B: BUCKET }))).toEqual([
    'B',
    'A',
  ]);
});

test('DependsOn makes an order too, and a circle is refused', () => {
  expect(dependencyOrder(template({ A: { ...BUCKET, DependsOn: ['B'] }, B: BUCKET }))).toEqual(['B', 'A']);
  const circle = template({ A: { ...BUCKET, DependsOn: 'B' }, B: { ...BUCKET, DependsOn: 'A' } });
  expect(() => dependencyOrder(circle)).toThrow('Circular dependency between resources: A -> B -> A.');
});

test('a parameter that does not exist ends the deployment before anything is made', async () => {
  const { formation, done } = cloud();
  const Parameters = { Ami: { Type: 'AWS::SSM::Parameter::Value<String>', Default: '/ami' } };
  await expect(formation.deploy('Fleet', template({ A: BUCKET }, { Parameters }))).rejects.toThrow(
    'Unable to fetch parameters [/ami] from parameter store for the parameter Ami of Fleet.',
  );
  expect(done()).toEqual([]);
});

test('a second deployment updates what changed, and deletes what is lost at the end', async () => {
  const { formation, done } = cloud();
  const sized = (size: number) => ({ Type: 'X', Properties: { size } });
  await formation.deploy('S', template({ A: sized(1), B: sized(1), C: sized(1), D: BUCKET }));
  done();
  await formation.deploy('S', template({ C: sized(2), A: sized(1) }));
  expect(done()).toEqual(['update C', 'delete D', 'delete B']);
});

test('what an update gives another id is replaced, the old one last', async () => {
  const deleted: string[] = [];
  const { formation, done } = cloud({
    'Custom::': {
      create: ({ properties }) => Promise.resolve({ reference: String(properties['id']) }),
      update: ({ properties }) => Promise.resolve({ reference: String(properties['id']) }),
      delete: ({ reference }) => Promise.resolve(void deleted.push(reference)),
    },
  });
  const at = (id: string) =>
    template({
      Clone: { Type: 'Custom::Clone', Properties: { id } },
      Group: { Type: 'X', Properties: { version: { Ref: 'Clone' } } },
    });
  await formation.deploy('S', at('1'));
  await formation.deploy('S', at('2'));
  expect(done()).toEqual(['create Clone', 'create Group', 'update Clone', 'update Group', 'delete Clone']);
  expect(deleted).toEqual(['1']);
  expect(formation.resource('S', 'Group')?.properties).toEqual({ version: '2' });
});

test('a failure takes back what was done: updates first, then what is new', async () => {
  const { formation, done } = cloud({ Bad: { create: () => Promise.reject(new Error('no')) } });
  await formation.deploy('S', template({ A: { Type: 'X', Properties: { size: 1 } } }));
  done();
  const next = template({ A: { Type: 'X', Properties: { size: 2 } }, B: BUCKET, C: { Type: 'Bad' } });
  await expect(formation.deploy('S', next)).rejects.toThrow('no');
  expect(done()).toEqual(['update A', 'create B', 'update A', 'delete B']);
  expect(formation.resource('S', 'A')?.properties).toEqual({ size: 1 });
});

test('an export in use keeps its stack', async () => {
  const { formation } = cloud();
  const Outputs = { Arn: { Value: { Ref: 'A' }, Export: { Name: 'arn' } } };
  await formation.deploy('One', template({ A: BUCKET }, { Outputs }));
  await formation.deploy(
    'Two',
    template({ B: { Type: 'X', Properties: { of: { 'Fn::ImportValue': 'arn' } } } }),
  );
  expect(formation.resource('Two', 'B')?.properties).toEqual({ of: 'one-a' });
  await expect(formation.delete('One')).rejects.toThrow(
    'Export arn cannot be deleted as it is in use by Two',
  );
  await formation.delete('Two');
  await formation.delete('One');
});

test('a kept resource with a fixed name stands in the way of the next, one without does not', async () => {
  const { formation, done } = cloud();
  const kept = { ...BUCKET, DeletionPolicy: 'Retain' };
  await formation.deploy('S', template({ A: kept }));
  await formation.delete('S');
  expect(done()).toEqual(['create A', 'retain A']);
  await formation.deploy('S', template({ A: kept }));
  expect(formation.resource('S', 'A')?.reference).not.toBe('s-a');
  const named = template({ A: { ...kept, Properties: { BucketName: 'mine' } } });
  await formation.deploy('Other', named);
  await formation.delete('Other');
  await expect(formation.deploy('Other', named)).rejects.toThrow(
    'mine of type AWS::S3::Bucket already exists',
  );
});
