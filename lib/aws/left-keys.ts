import { paginateDescribeSnapshots, paginateDescribeVolumes, type EC2Client } from '@aws-sdk/client-ec2';
import {
  DescribeKeyCommand,
  GetKeyPolicyCommand,
  KMSInvalidStateException,
  paginateListKeys,
  ScheduleKeyDeletionCommand,
  type KMSClient,
} from '@aws-sdk/client-kms';
import type { LeftKey, Remains } from '../core/cleanup/orphaned-resources';
import { absentWhere } from './absent-where';

const DAYS_UNTIL_DELETED = 30;

/** The keys of a description that are not to be deleted yet, with what they encrypt here; `account` is their own. */
export function leftKeys(
  kms: KMSClient,
  ec2: EC2Client,
  account: string,
  description: string,
): Pick<Remains, 'keys' | 'scheduleKeyDeletion'> {
  return {
    keys: async () => {
      const found: LeftKey[] = [];
      for await (const page of paginateListKeys({ client: kms }, {})) {
        for (const { KeyId = '' } of page.Keys ?? []) {
          const { KeyMetadata } = await kms.send(new DescribeKeyCommand({ KeyId }));
          const { Arn = '', Description, KeyState } = KeyMetadata ?? {};
          if (Description === description && KeyState !== 'PendingDeletion') {
            const policy = await kms.send(new GetKeyPolicyCommand({ KeyId, PolicyName: 'default' }));
            const accounts = new Set(policy.Policy?.match(/\b\d{12}\b/g) ?? []);
            accounts.delete(account);
            found.push({
              keyId: KeyId,
              encrypts: await encryptedWith(ec2, Arn),
              otherAccounts: [...accounts],
            });
          }
        }
      }
      return found;
    },
    scheduleKeyDeletion: async (KeyId) => {
      const request = { KeyId, PendingWindowInDays: DAYS_UNTIL_DELETED };
      // One that is to be deleted already is not taken a second time.
      await absentWhere(KMSInvalidStateException, () => kms.send(new ScheduleKeyDeletionCommand(request)));
    },
  };
}

async function encryptedWith(client: EC2Client, keyArn: string): Promise<readonly string[]> {
  const found: string[] = [];
  const Filters = [{ Name: 'encrypted', Values: ['true'] }];
  for await (const page of paginateDescribeVolumes({ client }, { Filters })) {
    const volumes = (page.Volumes ?? []).filter(({ KmsKeyId }) => KmsKeyId === keyArn);
    found.push(...volumes.flatMap(({ VolumeId }) => VolumeId ?? []));
  }
  for await (const page of paginateDescribeSnapshots({ client }, { Filters, OwnerIds: ['self'] })) {
    const snapshots = (page.Snapshots ?? []).filter(({ KmsKeyId }) => KmsKeyId === keyArn);
    found.push(...snapshots.flatMap(({ SnapshotId }) => SnapshotId ?? []));
  }
  return found;
}
