import { Stack, type App } from 'aws-cdk-lib';
import { Key } from 'aws-cdk-lib/aws-kms';
import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import { WindowsAmiAccount, WindowsOs } from '../../lib/index';
import { ACCOUNTS, REGIONS } from './all-props-pipeline';

/** The further account of the pipeline with every prop, ready in both regions, with every prop set in the second. */
export function addAllPropsAccounts(app: App): readonly WindowsAmiAccount[] {
  const [pipelineAccount, account] = ACCOUNTS;
  const pipelines = [{ os: WindowsOs.SERVER_2019_FULL, pipelineName: 'web' }];
  return REGIONS.map((region, index) => {
    const stack = new Stack(app, `AllAccount${index}`, { env: { account, region } });
    const ofAll = { pipelineAccount, pipelines, parameterPrefix: '/team/winbake' };
    return new WindowsAmiAccount(stack, 'Winbake', {
      ...ofAll,
      ...(index === 0
        ? {}
        : {
            amiKeys: [
              Key.fromKeyArn(
                stack,
                'AmiKey',
                `arn:aws:kms:${region}:${pipelineAccount}:key/1234abcd-12ab-34cd-56ef-1234567890ab`,
              ),
            ],
            logRetention: RetentionDays.ONE_WEEK,
            encryptionKey: new Key(stack, 'LogKey', { enableKeyRotation: true }),
          }),
    });
  });
}
