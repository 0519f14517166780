import { ECRClient, ECRServiceException, GetAuthorizationTokenCommand } from '@aws-sdk/client-ecr';
import { GetObjectCommand, NoSuchKey, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import {
  GetSecretValueCommand,
  SecretsManagerClient,
  SecretsManagerServiceException,
} from '@aws-sdk/client-secrets-manager';
import { parameterArn } from '../account/commands/data-commands';
import type { Principal } from '../account/principal';
import type { Recipe } from '../aws/image-builder/read-recipe';
import type { InstanceAccess } from '../aws/image-builder/run-bake';
import type { SimulatedAccount } from './simulated-account';

/** What an agent on an instance needs before Image Builder hears of it. */
const NEEDED = ['ssm:UpdateInstanceInformation', 'imagebuilder:GetComponent'];

async function ecrPassword(region: string): Promise<string> {
  const { authorizationData = [] } = await new ECRClient({ region }).send(
    new GetAuthorizationTokenCommand({}),
  );
  const token = Buffer.from(authorizationData[0]?.authorizationToken ?? '', 'base64').toString('utf8');
  return token.replace(/^AWS:/, '');
}

async function secretOf(SecretId: string): Promise<string> {
  const client = new SecretsManagerClient({ region: SecretId.split(':')[3] ?? '' });
  return (await client.send(new GetSecretValueCommand({ SecretId }))).SecretString ?? '';
}

/** Whether something failed as AWS says it; anything else is a mistake of the rehearsal's own. */
function isOfAws(error: unknown): error is Error {
  return error instanceof ECRServiceException || error instanceof SecretsManagerServiceException;
}

/** The logins that an instance gets by its role; what AWS refuses is an answer. */
export function askedBy(
  { world: { accounts } }: Pick<SimulatedAccount, 'world'>,
  caller: Principal,
  region: string,
): InstanceAccess['ask'] {
  return (what, name) =>
    accounts.as(caller, region, async () => {
      try {
        return { value: what === 'ecr' ? await ecrPassword(name) : await secretOf(name) };
      } catch (error) {
        if (isOfAws(error)) {
          return { error: error.message };
        }
        throw error;
      }
    });
}

/**
 * AWS as an instance of a bake reaches it, by the role of its recipe. What the role lacks fails the step, as on the instance; the
 * rehearsal ends once the bake has.
 */
export function instanceAccess(
  account: Pick<SimulatedAccount, 'clock' | 'environment' | 'sessionOf' | 'world'>,
  { instanceRole }: Recipe,
  instanceId: string,
): InstanceAccess {
  const { clock, environment, world } = account;
  const { accounts, ssm } = world;
  const { region } = environment;
  const caller = account.sessionOf(instanceRole.arn, instanceId, 'ec2.amazonaws.com');
  const s3 = new S3Client();
  const refusalOf = (action: string, resource: string) =>
    accounts.refusalOf('ssm', caller, { action, resource }, region);
  return {
    silence: NEEDED.map((action) => refusalOf(action, '*')?.message).find((one) => one !== undefined),
    storage: {
      get: (Bucket, Key) =>
        accounts.as(caller, region, async () => {
          try {
            const { Body } = await s3.send(new GetObjectCommand({ Bucket, Key }));
            return Buffer.from((await Body?.transformToByteArray()) ?? []);
          } catch (error) {
            if (error instanceof NoSuchKey) {
              return undefined;
            }
            throw error;
          }
        }),
      put: (Bucket, Key, Body) =>
        accounts.as(caller, region, async () => {
          await s3.send(new PutObjectCommand({ Bucket, Key, Body }));
        }),
    },
    ask: askedBy(account, caller, region),
    readParameter: (name) => {
      const refusal = refusalOf('ssm:GetParameter', parameterArn(name, environment));
      if (refusal !== undefined) {
        throw Object.assign(new Error(refusal.message), { name: refusal.name });
      }
      return ssm.read(environment, name, clock.now());
    },
  };
}
