import { ECRClient, GetAuthorizationTokenCommand } from '@aws-sdk/client-ecr';
import { mockClient } from 'aws-sdk-client-mock';
import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { ecrLogin, roleLogins } from '../../lib/aws/registry-logins';
import { ecrRegion } from '../../lib/core/images/own-image';

test.each([
  ['111122223333.dkr.ecr.eu-west-1.amazonaws.com', 'eu-west-1'],
  ['111122223333.dkr.ecr-fips.us-gov-west-1.amazonaws.com', 'us-gov-west-1'],
  ['111122223333.dkr.ecr.cn-north-1.amazonaws.com.cn', 'cn-north-1'],
  ['111122223333.dkr-ecr.eu-west-1.on.aws', 'eu-west-1'],
  ['111122223333.dkr-ecr-fips.us-east-1.on.aws', 'us-east-1'],
  ['public.ecr.aws', undefined],
  ['111122223333.dkr.ecr.eu-west-1.amazonaws.com.evil.example', undefined],
  ['1.dkr.ecr.eu-west-1.amazonaws.com', undefined],
  ['shop.azurecr.io', undefined],
])('the region of %s is %s', (host, region) => {
  expect(ecrRegion(host)).toBe(region);
});

describe('the login of the caller', () => {
  const ecr = mockClient(ECRClient);
  beforeEach(() => ecr.reset());

  test('is the user and password of the token', async () => {
    const authorizationToken = Buffer.from('AWS:a:b').toString('base64');
    ecr.on(GetAuthorizationTokenCommand).resolves({ authorizationData: [{ authorizationToken }] });
    expect(await ecrLogin('eu-west-1')).toEqual({ user: 'AWS', password: 'a:b' });
  });

  test('that AWS refuses is a sentence', async () => {
    ecr
      .on(GetAuthorizationTokenCommand)
      .rejects(Object.assign(new Error('no'), { name: 'ExpiredTokenException' }));
    await expect(ecrLogin('eu-west-1')).rejects.toThrow(
      'Could not sign in to ECR in eu-west-1: the credentials have expired; sign in again.',
    );
    ecr.on(GetAuthorizationTokenCommand).resolves({ authorizationData: [] });
    await expect(ecrLogin('eu-west-1')).rejects.toThrow('gave no readable login');
  });
});

describe('the logins of a role', () => {
  const ACR = 'shop.azurecr.io';
  const ARN = 'arn:aws:secretsmanager:eu-west-1:111122223333:secret:acr-AbCdEf';
  const ecr = mockClient(ECRClient);
  const secrets = mockClient(SecretsManagerClient);
  const login = roleLogins({ [ACR]: ARN });
  beforeEach(() => {
    ecr.reset();
    secrets.reset();
  });

  test('are those of secrets, of ECR, and none', async () => {
    const authorizationToken = Buffer.from('AWS:token').toString('base64');
    ecr.on(GetAuthorizationTokenCommand).resolves({ authorizationData: [{ authorizationToken }] });
    secrets
      .on(GetSecretValueCommand, { SecretId: ARN })
      .resolves({ SecretString: '{"username":"puller","password":"hush"}' });
    expect(await login(ACR)).toEqual({ user: 'puller', password: 'hush' });
    expect(await login('111122223333.dkr.ecr.eu-west-1.amazonaws.com')).toEqual({
      user: 'AWS',
      password: 'token',
    });
    expect(await login('toString')).toBeUndefined();
  });

  test.each(['hush', '{"username":"puller"}', '[]', undefined])(
    'a secret that holds %s is named, and not quoted',
    async (SecretString) => {
      secrets.on(GetSecretValueCommand).resolves(SecretString === undefined ? {} : { SecretString });
      await expect(login(ACR)).rejects.toThrow(
        `The secret ${ARN} is no JSON object with the texts "username" and "password".`,
      );
    },
  );
});
