import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { PublishCommand, SNSClient } from '@aws-sdk/client-sns';
import { GetParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { AssumeRoleCommand, STSClient } from '@aws-sdk/client-sts';
import { WinbakeError } from '../../../lib/contract/values/errors';
import type { TemplateResource } from '../../../sim/aws/cloudformation/assembly';
import { accountsOfStacks } from '../../../sim/account/services/accounts-of-stacks';
import { allowing, stackModels } from '../../support/stack-models';

const ACCOUNT = '123456789012';
const AWAY = '210987654321';
const region = 'eu-central-1';

const trusting = (Principal: object, more: object = {}) => ({
  Statement: [{ Effect: 'Allow', Action: 'sts:AssumeRole', Principal, ...more }],
});

function roleResource(RoleName: string, trust: object, document: object): TemplateResource {
  const Policies = [{ PolicyName: 'own', PolicyDocument: document }];
  return { Type: 'AWS::IAM::Role', Properties: { RoleName, AssumeRolePolicyDocument: trust, Policies } };
}

const home = (own: object = allowing('*'), keyPolicy: object = delegating()) => ({
  Housekeeping: roleResource('housekeeping', trusting({ Service: 'lambda.amazonaws.com' }), own),
  Key: { Type: 'AWS::KMS::Key', Properties: { KeyPolicy: keyPolicy } },
  Bucket: {
    Type: 'AWS::S3::Bucket',
    Properties: {
      BucketName: 'documents',
      BucketEncryption: {
        ServerSideEncryptionConfiguration: [
          { ServerSideEncryptionByDefault: { KMSMasterKeyID: { 'Fn::GetAtt': ['Key', 'Arn'] } } },
        ],
      },
    },
  },
  BucketPolicy: {
    Type: 'AWS::S3::BucketPolicy',
    Properties: {
      Bucket: { Ref: 'Bucket' },
      PolicyDocument: {
        Statement: [
          {
            Effect: 'Deny',
            Principal: { AWS: '*' },
            Action: 's3:*',
            Resource: 'arn:aws:s3:::documents/private/*',
          },
          {
            Effect: 'Deny',
            Principal: { AWS: '*' },
            Action: 's3:*',
            Resource: 'arn:aws:s3:::documents/*',
            Condition: { Bool: { 'aws:SecureTransport': 'false' } },
          },
        ],
      },
    },
  },
  Topic: { Type: 'AWS::SNS::Topic', Properties: { TopicName: 'notices' } },
  Parameter: { Type: 'AWS::SSM::Parameter', Properties: { Name: '/winbake/a', Value: 'deployed' } },
});

function delegating(): object {
  return {
    Statement: [
      {
        Effect: 'Allow',
        Principal: { AWS: `arn:aws:iam::${ACCOUNT}:root` },
        Action: 'kms:*',
        Resource: '*',
      },
    ],
  };
}

let end: () => void = () => undefined;

afterEach(() => {
  end();
});

function deploy(Resources: Readonly<Record<string, TemplateResource>>) {
  const stacks = stackModels({
    Home: { Resources, environment: { account: ACCOUNT, region } },
    Away: {
      Resources: {
        Account: roleResource(
          'account',
          trusting({ AWS: `arn:aws:iam::${ACCOUNT}:role/housekeeping` }),
          allowing('ssm:*'),
        ),
      },
      environment: { account: AWAY, region },
    },
  });
  const deployed = accountsOfStacks({ stacks, now: () => new Date(0) });
  end = deployed.accounts.install();
  return deployed;
}

const HOUSEKEEPING = `arn:aws:iam::${ACCOUNT}:role/housekeeping`;

function asHousekeeping<T>(
  { accounts, sessionFor }: ReturnType<typeof deploy>,
  work: () => Promise<T>,
): Promise<T> {
  return accounts.as(sessionFor(HOUSEKEEPING, 'housekeeping', 'lambda.amazonaws.com'), region, work);
}

const put = (Key = 'a') => new S3Client().send(new PutObjectCommand({ Bucket: 'documents', Key, Body: 'a' }));

test('what stacks deploy is there', async () => {
  const deployed = deploy(home());
  await asHousekeeping(deployed, async () => {
    await put();
    const TopicArn = `arn:aws:sns:${region}:${ACCOUNT}:notices`;
    await new SNSClient().send(new PublishCommand({ TopicArn, Message: 'a' }));
    const { Parameter } = await new SSMClient().send(new GetParameterCommand({ Name: '/winbake/a' }));
    expect(Parameter?.Value).toBe('deployed');
  });
  expect(String(deployed.s3.read('documents', 'a'))).toBe('a');
  expect(deployed.sns.messages).toHaveLength(1);
});

test("a bucket's own policy denies, and only what it speaks of", async () => {
  await asHousekeeping(deploy(home()), async () => {
    await put();
    await expect(put('private/a')).rejects.toThrow('with an explicit deny in a resource-based policy');
  });
});

test('a key whose policy has no word for the account lets nobody use it', async () => {
  await expect(asHousekeeping(deploy(home(allowing('*'), { Statement: [] })), () => put())).rejects.toThrow(
    'because no resource-based policy allows the kms:GenerateDataKey action',
  );
});

test('a key that leaves it to the account asks the role', async () => {
  const own = allowing('s3:*');
  await expect(asHousekeeping(deploy(home(own)), () => put())).rejects.toThrow(
    'because no identity-based policy allows the kms:GenerateDataKey action',
  );
});

test('a role is taken by whom its trust names, from another account too', async () => {
  const deployed = deploy(home());
  const RoleArn = `arn:aws:iam::${AWAY}:role/account`;
  const request = new AssumeRoleCommand({ RoleArn, RoleSessionName: 'winbake' });
  const answer = await asHousekeeping(deployed, () => new STSClient().send(request));
  expect(answer.AssumedRoleUser?.Arn).toBe(`arn:aws:sts::${AWAY}:assumed-role/account/winbake`);
  expect(() => deployed.sessionFor(RoleArn, 'a', 'lambda.amazonaws.com')).toThrow(
    new WinbakeError(
      'REHEARSAL_FAILED',
      `AccessDenied: lambda.amazonaws.com may not sts:AssumeRole on ${RoleArn}`,
    ),
  );
  expect(() => deployed.sessionFor(`${RoleArn}2`, 'a', 'lambda.amazonaws.com')).toThrow(
    'does not model the role',
  );
});

describe('a secret with a key of the account', () => {
  const PARTIAL = `arn:aws:secretsmanager:${region}:${ACCOUNT}:secret:registry`;
  const read = (SecretId = PARTIAL) =>
    new SecretsManagerClient().send(new GetSecretValueCommand({ SecretId }));

  function deploySecret(own: object, keyPolicy?: object) {
    const KmsKeyId = { 'Fn::GetAtt': ['Key', 'Arn'] };
    const Secret = { Type: 'AWS::SecretsManager::Secret', Properties: { Name: 'registry', KmsKeyId } };
    const deployed = deploy({ ...home(own, keyPolicy), Secret });
    const put = () => {
      deployed.secrets.put(PARTIAL, 'hush');
    };
    return { ...deployed, put };
  }

  test('is found by its ARN without the last six characters, once it holds something', async () => {
    const deployed = deploySecret(allowing('*'));
    await asHousekeeping(deployed, async () => {
      await expect(read()).rejects.toThrow("can't find the specified secret");
      deployed.put();
      const { ARN, Name, SecretString } = await read();
      expect({ ARN, Name, SecretString }).toEqual({
        ARN: expect.stringMatching(/:secret:registry-\w{6}$/),
        Name: 'registry',
        SecretString: 'hush',
      });
      expect(await read(ARN)).toMatchObject({ SecretString: 'hush' });
      deployed.secrets.put(`${PARTIAL}-other1`, 'another');
      await expect(read()).rejects.toThrow("can't find the specified secret");
    });
  });

  const secret = { Effect: 'Allow', Action: 'secretsmanager:GetSecretValue', Resource: `${PARTIAL}-??????` };
  const key = (service: string) => ({
    Effect: 'Allow',
    Action: 'kms:Decrypt',
    Resource: '*',
    Condition: { StringEquals: { 'kms:ViaService': `${service}.${region}.amazonaws.com` } },
  });

  test.each([
    ['both', [secret, key('secretsmanager')], undefined, undefined],
    ['no key', [secret], undefined, 'not authorized to perform: kms:Decrypt'],
    ['the key through S3', [secret, key('s3')], undefined, 'not authorized to perform: kms:Decrypt'],
    [
      'a key that lets nobody in',
      [secret, key('secretsmanager')],
      { Statement: [] },
      'no resource-based policy',
    ],
    [
      'no secret',
      [key('secretsmanager')],
      undefined,
      'not authorized to perform: secretsmanager:GetSecretValue',
    ],
    [
      'the part of its ARN alone',
      [{ ...secret, Resource: PARTIAL }],
      undefined,
      'not authorized to perform: secretsmanager:GetSecretValue',
    ],
  ])('is read with: %s', async (_what, Statement, keyPolicy, refusal) => {
    const deployed = deploySecret({ Statement }, keyPolicy);
    deployed.put();
    await asHousekeeping(deployed, async () => {
      const answer = await read().catch((error: unknown) => error as Error);
      expect(answer instanceof Error ? answer.message : undefined).toEqual(
        refusal === undefined ? undefined : expect.stringContaining(refusal),
      );
    });
  });
});
