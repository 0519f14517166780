import type { JsonObject } from '../../../../lib/contract/values/json';
import type { Template } from '../../../../sim/aws/cloudformation/assembly';
import { dependencyOrder } from '../../../../sim/deployment/cloudformation/deployment';
import type { ResourceHandler } from '../../../../sim/deployment/cloudformation/deployment';
import { SimulatedCloudFormation } from '../../../../sim/deployment/cloudformation/simulated-cloudformation';

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
  const sized = (size: number) => ({ Type: 'AWS::SNS::Topic', Properties: { size } });
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
      Group: { Type: 'AWS::SNS::Topic', Properties: { version: { Ref: 'Clone' } } },
    });
  await formation.deploy('S', at('1'));
  await formation.deploy('S', at('2'));
  expect(done()).toEqual(['create Clone', 'create Group', 'update Clone', 'update Group', 'delete Clone']);
  expect(deleted).toEqual(['1']);
  expect(formation.resource('S', 'Group')?.properties).toEqual({ version: '2' });
});

test('a failure takes back what was done: updates first, then what is new', async () => {
  const { formation, done } = cloud({ Bad: { create: () => Promise.reject(new Error('no')) } });
  await formation.deploy('S', template({ A: { Type: 'AWS::SNS::Topic', Properties: { size: 1 } } }));
  done();
  const next = template({
    A: { Type: 'AWS::SNS::Topic', Properties: { size: 2 } },
    B: BUCKET,
    C: { Type: 'Bad' },
  });
  await expect(formation.deploy('S', next)).rejects.toThrow('no');
  expect(done()).toEqual(['update A', 'create B', 'update A', 'delete B']);
  expect(formation.resource('S', 'A')?.properties).toEqual({ size: 1 });
});

test('a resource without what is required of its type is refused, made or updated, and what was done is taken back', async () => {
  const { formation, done } = cloud();
  const value = (Value: unknown) => ({ Type: 'AWS::SSM::Parameter', Properties: { Type: 'String', Value } });
  await formation.deploy('S', template({ A: value('a') }));
  done();
  const next = template({ A: value('b'), B: value({ Ref: 'AWS::NoValue' }) });
  await expect(formation.deploy('S', next)).rejects.toThrow(
    'CloudFormation would refuse it: Properties validation failed for resource B with message: #: required key [Value] not found.',
  );
  expect(done()).toEqual(['update A', 'update A']);
  await expect(formation.deploy('S', template({ A: value({ Ref: 'AWS::NoValue' }) }))).rejects.toThrow(
    'for resource A with message',
  );
  expect(done()).toEqual([]);
  expect(formation.resource('S', 'A')?.properties).toMatchObject({ Value: 'a' });
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

describe('a property for which AWS replaces', () => {
  const topic = (properties: JsonObject, more: object = {}) =>
    template({ T: { Type: 'AWS::SNS::Topic', Properties: properties, ...more } });

  test('makes another beside the old one, which goes last, or stays where the new template says so', async () => {
    const { formation, done } = cloud();
    await formation.deploy('S', topic({ FifoTopic: false }));
    const first = formation.resource('S', 'T')?.reference;
    await formation.deploy('S', topic({ FifoTopic: true }));
    expect(formation.resource('S', 'T')?.reference).not.toBe(first);
    expect(done()).toEqual(['create T', 'create T', 'delete T']);
    await formation.deploy('S', topic({ FifoTopic: false }, { UpdateReplacePolicy: 'Retain' }));
    expect(done()).toEqual(['create T', 'retain T']);
    expect(formation.living.size).toBe(2);
  });

  test('is refused of a resource that is known by a name of its own', async () => {
    const { formation, done } = cloud();
    const role = (Path: string) =>
      template({
        R: { Type: 'AWS::IAM::Role', Properties: { RoleName: 'builds', Path, AssumeRolePolicyDocument: {} } },
      });
    await formation.deploy('S', role('/'));
    await expect(formation.deploy('S', role('/winbake/'))).rejects.toThrow(
      'CloudFormation cannot update a stack when a custom-named resource requires replacing. Rename builds and update the stack again.',
    );
    expect(done()).toEqual(['create R']);
    expect(formation.status('S')).toBe('UPDATE_ROLLBACK_COMPLETE');
  });

  test('is taken back with the deployment: the old one is there still, and the new one goes', async () => {
    const { formation, done } = cloud({ Bad: { create: () => Promise.reject(new Error('no')) } });
    await formation.deploy('S', topic({ FifoTopic: false }));
    const first = formation.resource('S', 'T');
    const { Resources } = topic({ FifoTopic: true });
    await expect(formation.deploy('S', template({ ...Resources, Z: { Type: 'Bad' } }))).rejects.toThrow('no');
    expect(done()).toEqual(['create T', 'create T', 'delete T']);
    expect(formation.resource('S', 'T')).toEqual(first);
    expect([...formation.living]).toEqual([first]);
  });
});

test('of a creation that fails stays what is retained in all cases', async () => {
  const { formation, done } = cloud({ Bad: { create: () => Promise.reject(new Error('no')) } });
  const resources = {
    A: { ...BUCKET, DeletionPolicy: 'Retain' },
    B: { ...BUCKET, DeletionPolicy: 'RetainExceptOnCreate' },
    C: { Type: 'Bad' },
  };
  await expect(formation.deploy('S', template(resources))).rejects.toThrow('no');
  expect(done()).toEqual(['create A', 'create B', 'delete B', 'retain A']);
  expect(formation.status('S')).toBe('ROLLBACK_COMPLETE');
});

test('what cannot be deleted stays in its stack, and the next deletion goes on from there', async () => {
  let isBusy = true;
  const { formation, done } = cloud({
    'AWS::ECS::Cluster': { delete: () => (isBusy ? Promise.reject(new Error('busy')) : Promise.resolve()) },
  });
  await formation.deploy(
    'S',
    template({ B: BUCKET, C: { Type: 'AWS::ECS::Cluster' }, T: { Type: 'AWS::SNS::Topic' } }),
  );
  done();
  await expect(formation.delete('S')).rejects.toThrow('busy');
  expect(formation.status('S')).toBe('DELETE_FAILED');
  isBusy = false;
  await formation.delete('S');
  expect(done()).toEqual(['delete T', 'deleteFailed C', 'delete C', 'delete B']);
});

test('a stack takes one deployment at a time', async () => {
  let go: () => void = () => undefined;
  const { formation } = cloud({
    'AWS::S3::Bucket': {
      create: () =>
        new Promise(
          (resolve) =>
            (go = () => {
              resolve(undefined);
            }),
        ),
    },
  });
  const first = formation.deploy('S', template({ A: BUCKET }));
  await expect(formation.deploy('S', template({ A: BUCKET }))).rejects.toThrow(
    'is in CREATE_IN_PROGRESS state and can not be updated',
  );
  go();
  await first;
});

test('a stack that is made again under its name has another id', async () => {
  const { formation } = cloud();
  await formation.deploy('S', template({ A: BUCKET }));
  const first = formation.stackId('S');
  await formation.delete('S');
  await formation.deploy('S', template({ A: BUCKET }));
  expect(formation.stackId('S')).not.toBe(first);
});

test('the same document of Image Builder twice is refused; another content is another build, and a recipe counts on', async () => {
  const { formation } = cloud();
  const documents = (Data: string, UpdateReplacePolicy = 'Retain') =>
    template({
      C: {
        Type: 'AWS::ImageBuilder::Component',
        UpdateReplacePolicy,
        Properties: { Name: 'c', Version: '1.0.0', Platform: 'Windows', Data },
      },
      R: {
        Type: 'AWS::ImageBuilder::ImageRecipe',
        Properties: {
          Name: 'r',
          Version: '1.0.x',
          ParentImage: 'ami-0123456789abcdef0',
          Components: [{ ComponentArn: { Ref: 'C' } }],
        },
      },
    });
  const references = () =>
    ['C', 'R'].map((id) => formation.resource('S', id)?.reference.split(/:(?:component|image-recipe)\//)[1]);
  await formation.deploy('S', documents('one'));
  expect(references()).toEqual(['c/1.0.0/1', 'r/1.0.0']);
  await formation.deploy('S', documents('two'));
  expect(references()).toEqual(['c/1.0.0/2', 'r/1.0.1']);
  await expect(formation.deploy('S', documents('one'))).rejects.toThrow(
    "Resource of type 'AWS::ImageBuilder::Component' with identifier 'C' already exists",
  );
});
