import { writeFileSync } from 'node:fs';
import { Amis } from '../../../../sim/aws/account/amis';
import { ObjectStorage, Parameters } from '../../../../sim/aws/account/stores';
import { allowing, callerWith, OMNIPOTENT } from '../../../support/stack-models';
import { file } from '../../registry/history/event-fixture';

const OBJECTS = 'arn:aws:s3:::bucket/*';

describe('buckets', () => {
  test('a write is refused where the object is not as it was read', async () => {
    const documents = new ObjectStorage().documents('bucket', OMNIPOTENT);
    expect(await documents.read('key')).toBeUndefined();
    expect(await documents.write('key', 'one', '"7"')).toBe(false);
    expect(await documents.write('key', 'one', undefined)).toBe(true);
    expect(await documents.write('key', 'two', undefined)).toBe(false);
    const { text, version } = (await documents.read('key'))!;
    expect(text).toBe('one');
    expect(await documents.write('key', 'two', version)).toBe(true);
    expect(await documents.write('key', 'three', version)).toBe(false);
    await documents.overwrite('key', 'four');
    expect(await documents.read('key')).toMatchObject({ text: 'four' });
  });

  test('buckets are apart, and keys are in order', () => {
    const storage = new ObjectStorage();
    const path = file('content', 'asset.zip');
    writeFileSync(path, 'content');
    storage.putFile('one', 'b', path);
    storage.put('one', 'a', Buffer.from('a'));
    storage.put('another', 'c', Buffer.from('c'));
    expect(storage.keys('one')).toEqual(['a', 'b']);
    expect(storage.get('one', 'b')?.body.toString()).toBe('content');
    expect(storage.get('another', 'b')).toBeUndefined();
  });

  test('who may not list is not told that an object is missing', async () => {
    const caller = callerWith(allowing('s3:GetObject', OBJECTS));
    const documents = new ObjectStorage().documents('bucket', caller);
    await expect((async () => documents.read('key'))()).rejects.toThrow(
      'Stack-Role is not authorized to perform s3:ListBucket on arn:aws:s3:::bucket.',
    );
  });

  test('a write at a version needs the right to read', async () => {
    const documents = new ObjectStorage().documents('bucket', callerWith(allowing('s3:PutObject', OBJECTS)));
    expect(await documents.write('key', 'one', undefined)).toBe(true);
    await expect((async () => documents.write('key', 'two', '"1"'))()).rejects.toThrow('s3:GetObject');
  });

  test('who may not write is refused, whether or not the write would have lost', async () => {
    const documents = new ObjectStorage().documents('bucket', callerWith(allowing('s3:GetObject', OBJECTS)));
    await expect((async () => documents.write('key', 'one', '"1"'))()).rejects.toThrow('s3:PutObject');
    await expect((async () => documents.overwrite('key', 'one'))()).rejects.toThrow('s3:PutObject');
  });
});

describe('parameters', () => {
  const amis = new Amis();
  const ami = amis.create('base');

  test('an AMI id must be of an AMI that exists', async () => {
    const store = new Parameters(amis).store(OMNIPOTENT);
    await store.put('/winbake/a/ami-id', ami, 'aws:ec2:image');
    expect(await store.get('/winbake/a/ami-id')).toBe(ami);
    const put = (async () => store.put('/winbake/a/ami-id', 'ami-00000000', 'aws:ec2:image'))();
    await expect(put).rejects.toThrow('InvalidAMIID.NotFound: the AMI ami-00000000 does not exist.');
    await store.put('/winbake/a/note', 'ami-00000000', 'text');
  });

  test('calls are checked, each by its own ARN', async () => {
    const parameters = new Parameters(amis);
    parameters.publish('/aws/service/ami', ami);
    const own = 'arn:aws:ssm:us-east-1:123456789012:parameter/winbake/a/*';
    const aws = 'arn:aws:ssm:us-east-1::parameter/aws/service/ami';
    const store = parameters.store(
      callerWith(allowing(['ssm:GetParameter', 'ssm:PutParameter'], [own, aws])),
    );
    expect(await store.get('/aws/service/ami')).toBe(ami);
    expect(await store.get('/winbake/a/x')).toBeUndefined();
    await expect((async () => store.get('/winbake/b/x'))()).rejects.toThrow('ssm:GetParameter');
    const put = (async () => store.put('/winbake/a/x', ami, 'aws:ec2:image'))();
    await expect(put).rejects.toThrow('ec2:DescribeImages');
  });

  test('the parameters below a path are in order, and those beside it are not among them', async () => {
    const parameters = new Parameters(amis);
    const store = parameters.store(OMNIPOTENT);
    for (const name of ['/w/b/z', '/w/b/a', '/w/bb/a', '/w/b']) {
      await store.put(name, name, 'text');
    }
    expect(Object.keys(parameters.below('/w/b'))).toEqual(['/w/b/a', '/w/b/z']);
  });
});

describe('AMIs', () => {
  test('an id depends on the name alone', () => {
    expect(new Amis().create('one')).toBe(new Amis().create('one'));
    expect(new Amis().create('one')).not.toBe(new Amis().create('two'));
    expect(new Amis().create('one')).toMatch(/^ami-[0-9a-f]{17}$/);
  });

  test('tags are added where the AMI carries what the policy asks for', async () => {
    const amis = new Amis();
    const [mine, other] = ['mine', 'other'].map((name) => amis.create(name, { 'winbake:pipeline': name }));
    const Condition = { StringEquals: { 'aws:ResourceTag/winbake:pipeline': 'mine' } };
    const writer = amis.writer(
      callerWith(allowing('ec2:CreateTags', 'arn:aws:ec2:us-east-1::image/*', { Condition })),
    );
    await writer.tag('us-east-1', mine!, { Name: 'new' });
    expect(amis.tagsOf(mine!)).toEqual({ 'winbake:pipeline': 'mine', Name: 'new' });
    await expect((async () => writer.tag('us-east-1', other!, {}))()).rejects.toThrow('ec2:CreateTags');
    await expect((async () => writer.tag('eu-west-1', mine!, {}))()).rejects.toThrow(
      'does not model AMIs of the region',
    );
  });
});
