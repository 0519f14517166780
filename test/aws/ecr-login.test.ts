import { ECRClient, GetAuthorizationTokenCommand } from '@aws-sdk/client-ecr';
import { mockClient } from 'aws-sdk-client-mock';
import { ecrLogin, ecrRegion } from '../../lib/aws/ecr-login';

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
