import {
  DeleteBucketCommand,
  DeleteObjectsCommand,
  GetBucketTaggingCommand,
  ListBucketsCommand,
  ListObjectVersionsCommand,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import {
  DeleteParameterCommand,
  GetParameterCommand,
  PutParameterCommand,
  SSMClient,
  type PutParameterCommandInput,
} from '@aws-sdk/client-ssm';
import { STSClient } from '@aws-sdk/client-sts';
import { accountParameterStores } from '../../../lib/aws/stores/account-parameter-stores';
import { s3DocumentStore } from '../../../lib/aws/stores/s3-document-store';
import { ssmParameterStore, ssmVersionedParameters } from '../../../lib/aws/stores/ssm-parameter-store';
import { accountRoleName } from '../../../lib/contract/names/resources';
import { changeDocument } from '../../../lib/core/ports/stores';
import {
  ACCOUNT,
  allow,
  failureOf,
  PLACE,
  REGION,
  ROLE,
  role,
  startLab,
} from '../../support/simulated-accounts-lab';

let lab: ReturnType<typeof startLab>;

afterEach(() => {
  lab.end();
  jest.useRealTimers();
});

const EVERYTHING = [allow('*')];
const ssm = new SSMClient();
const s3 = new S3Client();

describe('parameters', () => {
  const store = ssmParameterStore(ssm);
  const put = (more: Partial<PutParameterCommandInput>) =>
    ssm.send(new PutParameterCommand({ Name: '/winbake/a', Value: 'a', Type: 'String', ...more }));

  test('are read, written and numbered by the real adapters', async () => {
    lab = startLab();
    const versioned = ssmVersionedParameters(ssm);
    await lab.as(EVERYTHING, async () => {
      expect(await store.get('/winbake/a')).toBeUndefined();
      expect(await versioned.read('/winbake/a')).toEqual({ value: undefined, version: 0 });
      await store.put('/winbake/a', 'first', 'text');
      expect(await versioned.write('/winbake/a', 'second')).toBe(2);
      expect(await versioned.read('/winbake/a')).toEqual({ value: 'second', version: 2 });
      const old = await ssm.send(new GetParameterCommand({ Name: '/winbake/a:1' }));
      expect(old.Parameter).toMatchObject({ Value: 'first', Version: 1 });
      await expect(ssm.send(new GetParameterCommand({ Name: '/winbake/a:3' }))).rejects.toMatchObject({
        name: 'ParameterVersionNotFound',
      });
      await ssm.send(new DeleteParameterCommand({ Name: '/winbake/a' }));
      await expect(ssm.send(new DeleteParameterCommand({ Name: '/winbake/a' }))).rejects.toMatchObject({
        name: 'ParameterNotFound',
      });
    });
  });

  test('below a path come in pages of ten', async () => {
    lab = startLab();
    const names = Array.from({ length: 23 }, (_, index) => `/winbake/p/${String(index).padStart(2, '0')}`);
    [...names, '/winbake/pq', '/winbake/p/00/deep'].forEach((name) => {
      lab.ssm.publish(PLACE, name, name, lab.clock.now);
    });
    const pages: unknown[] = [];
    lab.end();
    lab = startLab({ observe: ({ input }) => pages.push(input['NextToken']) });
    [...names, '/winbake/pq', '/winbake/p/00/deep'].forEach((name) => {
      lab.ssm.publish(PLACE, name, name, lab.clock.now);
    });
    const found = await lab.as(EVERYTHING, () => store.below('/winbake/p'));
    expect(Object.keys(found).sort()).toEqual([...names, '/winbake/p/00/deep'].sort());
    expect(pages).toHaveLength(3);
  });

  test.each<[string, Partial<PutParameterCommandInput>, string]>([
    ['exists and is not to be overwritten', {}, 'ParameterAlreadyExists'],
    [
      'is longer than the standard tier takes',
      { Overwrite: true, Value: 'a'.repeat(4097) },
      'ValidationException',
    ],
    [
      'is longer than the advanced tier takes',
      { Overwrite: true, Value: 'a'.repeat(8193), Tier: 'Advanced' },
      'ValidationException',
    ],
    ["has a name that is AWS's own", { Name: '/aws/service/a' }, 'AccessDeniedException'],
    ['is new and has no type', { Name: '/winbake/b', Type: undefined }, 'ValidationException'],
  ])('one that %s is refused', async (_what, more, name) => {
    lab = startLab();
    await lab.as(EVERYTHING, async () => {
      await put({});
      await expect(put(more)).rejects.toMatchObject({ name });
    });
  });

  test('of the advanced tier stay there', async () => {
    lab = startLab();
    await lab.as(EVERYTHING, async () => {
      const Value = 'a'.repeat(4097);
      expect(await put({ Value, Tier: 'Intelligent-Tiering' })).toMatchObject({ Tier: 'Advanced' });
      expect(await put({ Value, Overwrite: true })).toMatchObject({ Version: 2, Tier: 'Advanced' });
    });
  });

  test('with an AMI id are checked after the answer, and the adapter waits for it', async () => {
    lab = startLab({ imageCheckMilliseconds: 2500 });
    lab.images.add('ami-00000000000000001');
    const start = lab.clock.now.getTime();
    jest.useFakeTimers({ doNotFake: ['nextTick', 'setImmediate'] });
    const progress = { isDone: false };
    const written = lab
      .as(EVERYTHING, () => store.put('/winbake/ami-id', 'ami-00000000000000001', 'aws:ec2:image'))
      .then(() => {
        progress.isDone = true;
      });
    for (let second = 0; second < 60 && !progress.isDone; second += 1) {
      await new Promise((resolve) => setImmediate(resolve));
      await jest.advanceTimersByTimeAsync(1000);
      lab.clock.now = new Date(lab.clock.now.getTime() + 500);
    }
    await written;
    expect(lab.clock.now.getTime() - start).toBeGreaterThanOrEqual(2500);
    expect(lab.ssm.read(PLACE, '/winbake/ami-id', lab.clock.now)).toBe('ami-00000000000000001');
  });

  test('with an AMI id that is none never change, and the service does not say so', async () => {
    lab = startLab();
    await lab.as(EVERYTHING, async () => {
      await put({ Name: '/winbake/ami-id', Value: 'ami-00000000000000001', DataType: 'aws:ec2:image' });
      expect(await store.get('/winbake/ami-id')).toBeUndefined();
    });
  });

  test('with an AMI id ask for the right to describe images too', async () => {
    lab = startLab();
    const withoutImages = [allow(['ssm:PutParameter', 'ssm:GetParameter'])];
    const write = () => store.put('/winbake/ami-id', 'ami-00000000000000001', 'aws:ec2:image');
    await expect(lab.as(withoutImages, write)).rejects.toThrow(
      'is not authorized to perform: ec2:DescribeImages because',
    );
  });

  test('of another account are reached through its role', async () => {
    const AWAY = '210987654321';
    const name = accountRoleName('/winbake', 'us-east-1');
    const trust = allow('sts:AssumeRole', '*', {
      Principal: { AWS: `arn:aws:iam::${ACCOUNT}:root` },
      Condition: { ArnLike: { 'aws:PrincipalArn': ROLE } },
    });
    const own = [allow(['ssm:PutParameter', 'ssm:GetParameter'], 'arn:aws:ssm:*:*:parameter/winbake/*')];
    lab = startLab({ roles: { [`arn:aws:iam::${AWAY}:role/${name}`]: role(own, [trust]) } });
    const description = {
      account: ACCOUNT,
      pipeline: '2022-core',
      parameterPrefix: '/winbake',
      stateMachineArn: `arn:aws:states:${REGION}:${ACCOUNT}:stateMachine:rebake`,
    };
    const stores = accountParameterStores({ description, sts: new STSClient() });
    const target = { account: AWAY, region: 'us-east-1' };
    await lab.as([allow('sts:AssumeRole')], async () => {
      const away = await stores.of(target);
      await away.put('/winbake/x', 'away', 'text');
      await expect(away.get('/other/x')).rejects.toThrow(`assumed-role/${name}/winbake-2022-core`);
    });
    expect(lab.ssm.read(target, '/winbake/x', lab.clock.now)).toBe('away');
    expect(lab.ssm.read(PLACE, '/winbake/x', lab.clock.now)).toBeUndefined();
  });
});

describe('documents', () => {
  const bucket = 'winbake-bucket';
  const key = 'catalog/2022.json';
  const store = s3DocumentStore(s3, bucket);
  const form = { key, parse: (text: string) => JSON.parse(text) as readonly string[], empty: [] };
  const adding = (override: string) => changeDocument(store, form, (before) => [...before, override]);

  function start(options: Parameters<typeof startLab>[0] = {}, more: { isVersioned?: boolean } = {}) {
    lab = startLab(options);
    const tags = { 'winbake:pipeline': '2022-core' };
    lab.s3.createBucket({ name: bucket, account: ACCOUNT, region: REGION, tags, ...more }, lab.clock.now);
  }

  test('are read, written once, and not overwritten unseen', async () => {
    start();
    await lab.as(EVERYTHING, async () => {
      expect(await store.read(key)).toBeUndefined();
      expect(await store.write(key, 'a', undefined)).toBe(true);
      expect(await store.write(key, 'b', undefined)).toBe(false);
      const { text, version } = (await store.read(key)) ?? { text: '', version: '' };
      expect(text).toBe('a');
      expect(await store.write(key, 'b', version)).toBe(true);
      expect(await store.write(key, 'c', version)).toBe(false);
      expect(await store.write('gone', 'c', version)).toBe(false);
      await store.overwrite(key, 'd');
      expect((await store.read(key))?.text).toBe('d');
    });
  });

  test('lose nothing where two write at once', async () => {
    start();
    await lab.as(EVERYTHING, () => Promise.all(['a', 'b', 'c'].map(adding)));
    expect(JSON.parse(String(lab.s3.read(bucket, key)))).toHaveLength(3);
  });

  test('are written again where S3 meets another writer', async () => {
    let conflicts = 2;
    start({ s3: { isContended: () => (conflicts -= 1) >= 0 } });
    await lab.as(EVERYTHING, () => adding('a'));
    expect(String(lab.s3.read(bucket, key))).toBe('["a"]\n');
    expect(lab.accounts.ledger.entries).toContainEqual(
      expect.objectContaining({ outcome: 'ConditionalRequestConflict', origin: 'page', count: 2 }),
    );
  });

  test('that are not there are "denied" to who may not list', async () => {
    start();
    const denied = await failureOf(lab.as([allow('s3:GetObject')], () => store.read(key)));
    expect(denied).toMatchObject({ name: 'AccessDenied' });
    expect(denied.message).toContain(`s3:ListBucket on resource: "arn:aws:s3:::${bucket}"`);
  });

  test('that are replaced ask for the right to read too', async () => {
    start();
    await lab.as([allow('s3:PutObject')], async () => {
      expect(await store.write(key, 'a', undefined)).toBe(true);
      await expect(store.write(key, 'b', '"1"')).rejects.toThrow('s3:GetObject');
    });
  });

  test('of an encrypted bucket ask for its key', async () => {
    start();
    const keyArn = `arn:aws:kms:${REGION}:${ACCOUNT}:key/1`;
    lab.s3.createBucket({ name: bucket, account: ACCOUNT, region: REGION, keyArn }, lab.clock.now);
    const through = (Action: string, service = 's3') =>
      allow(Action, keyArn, {
        Condition: { StringEquals: { 'kms:ViaService': `${service}.${REGION}.amazonaws.com` } },
      });
    await expect(lab.as([allow('s3:*')], () => store.overwrite(key, 'a'))).rejects.toThrow(
      'kms:GenerateDataKey',
    );
    await lab.as([allow('s3:*'), through('kms:GenerateDataKey')], async () => {
      await store.overwrite(key, 'a');
      await expect(store.read(key)).rejects.toThrow('kms:Decrypt');
    });
    const ofSns = [allow('s3:*'), through('kms:Decrypt', 'sns')];
    await expect(lab.as(ofSns, () => store.read(key))).rejects.toThrow('kms:Decrypt');
  });

  test('and their versions are listed in pages and deleted, and then the bucket', async () => {
    start({}, { isVersioned: true });
    await lab.as(EVERYTHING, async () => {
      for (const text of ['a', 'b', 'c']) {
        await store.overwrite(key, text);
      }
      await s3.send(new DeleteObjectsCommand({ Bucket: bucket, Delete: { Objects: [{ Key: key }] } }));
      expect(await store.read(key)).toBeUndefined();
      await expect(s3.send(new DeleteBucketCommand({ Bucket: bucket }))).rejects.toMatchObject({
        name: 'BucketNotEmpty',
        $metadata: { httpStatusCode: 409 },
      });
      let markers: object = {};
      let pages = 0;
      do {
        const page = await s3.send(new ListObjectVersionsCommand({ Bucket: bucket, MaxKeys: 3, ...markers }));
        const listed = [...(page.Versions ?? []), ...(page.DeleteMarkers ?? [])];
        expect(listed.length).toBeGreaterThan(0);
        const Objects = listed.map(({ Key = '', VersionId = '' }) => ({ Key, VersionId }));
        markers = { KeyMarker: page.NextKeyMarker, VersionIdMarker: page.NextVersionIdMarker };
        pages += 1;
        if (page.IsTruncated !== true) {
          markers = {};
        }
        await s3.send(new PutObjectCommand({ Bucket: bucket, Key: 'zz', Body: 'z' }));
        await s3.send(new DeleteObjectsCommand({ Bucket: bucket, Delete: { Objects } }));
      } while (Object.keys(markers).length > 0 && pages < 5);
      expect(pages).toBe(2);
    });
  });

  test('lie in buckets that are found by their tags', async () => {
    start();
    await lab.as(EVERYTHING, async () => {
      const { Buckets = [] } = await s3.send(new ListBucketsCommand({ BucketRegion: REGION }));
      expect(Buckets.map(({ Name }) => Name)).toEqual([bucket]);
      const { TagSet } = await s3.send(new GetBucketTaggingCommand({ Bucket: bucket }));
      expect(TagSet).toEqual([{ Key: 'winbake:pipeline', Value: '2022-core' }]);
      await expect(s3.send(new GetBucketTaggingCommand({ Bucket: 'none' }))).rejects.toMatchObject({
        name: 'NoSuchBucket',
      });
    });
  });
});
