import { SSMClient } from '@aws-sdk/client-ssm';
import { AssumeRoleCommand, STSClient } from '@aws-sdk/client-sts';
import { mockClient } from 'aws-sdk-client-mock';
import { accountParameterStores } from '../../lib/aws/stores/account-parameter-stores';
import { describeWithMoto } from '../support/moto';
import { DESCRIPTION } from '../support/pipeline-description';

describeWithMoto('the parameters of accounts and regions on moto', (moto) => {
  function stores() {
    const ssm = jest.fn((config: ConstructorParameters<typeof SSMClient>[0] & { region: string }) => {
      const { credentials, endpoint } = moto.config();
      return new SSMClient({ credentials, endpoint, ...config });
    });
    return {
      ssm,
      stores: accountParameterStores({ description: DESCRIPTION, sts: new STSClient(moto.config()), ssm }),
    };
  }

  test('each account and region has its own', async () => {
    await moto.reset();
    const made = stores();
    const home = await made.stores.of({ account: moto.account, region: 'eu-central-1' });
    const region = await made.stores.of({ account: moto.account, region: 'us-east-1' });
    const account = await made.stores.of({ account: '210987654321', region: 'eu-central-1' });
    await home.put('/winbake/a', 'home', 'text');
    await region.put('/winbake/a', 'region', 'text');
    await account.put('/winbake/a', 'account', 'text');
    const read = await Promise.all([home, region, account].map((one) => one.get('/winbake/a')));
    expect(read).toEqual(['home', 'region', 'account']);
    expect(await home.get('/winbake/b')).toBeUndefined();
  });

  test('only another account needs a session', async () => {
    const made = stores();
    await made.stores.of({ account: moto.account, region: 'us-east-1' });
    await made.stores.of({ account: '210987654321', region: 'us-east-1' });
    const [[own], [other]] = made.ssm.mock.calls as unknown as [[object], [object]];
    expect(own).toEqual({ region: 'us-east-1' });
    expect(other).toMatchObject({
      region: 'us-east-1',
      credentials: { sessionToken: expect.any(String) as string },
    });
  });
});

describe('the role of an account', () => {
  const client = new STSClient({ region: 'eu-central-1' });
  const sts = mockClient(client);
  beforeEach(() => sts.reset());
  const made = (partition = 'aws') =>
    accountParameterStores({
      description: {
        ...DESCRIPTION,
        stateMachineArn: DESCRIPTION.stateMachineArn.replace('arn:aws:', `arn:${partition}:`),
      },
      sts: client,
    });

  test.each(['aws', 'aws-cn'])('has its fixed name in the partition %s', async (partition) => {
    sts.on(AssumeRoleCommand).resolves({
      Credentials: { AccessKeyId: 'a', SecretAccessKey: 'b', SessionToken: 'c', Expiration: new Date(0) },
    });
    await made(partition).of({ account: '210987654321', region: 'eu-west-1' });
    expect(sts.commandCalls(AssumeRoleCommand)[0]!.args[0].input).toEqual({
      RoleArn: `arn:${partition}:iam::210987654321:role/winbake-account-eu-west-1`,
      RoleSessionName: 'winbake-2022-core',
      DurationSeconds: 900,
    });
  });

  test('that cannot be assumed is a failure with the words of the service', async () => {
    sts.on(AssumeRoleCommand).rejects(new Error('User is not authorized to perform: sts:AssumeRole'));
    await expect(made().of({ account: '210987654321', region: 'eu-west-1' })).rejects.toThrow(
      'not authorized to perform: sts:AssumeRole',
    );
  });

  test('that gives no credentials is named', async () => {
    sts.on(AssumeRoleCommand).resolves({});
    await expect(made().of({ account: '210987654321', region: 'eu-west-1' })).rejects.toThrow(
      'STS gave no credentials for arn:aws:iam::210987654321:role/winbake-account-eu-west-1.',
    );
  });
});
