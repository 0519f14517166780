import {
  ECRServiceException,
  type GetAuthorizationTokenCommandInput,
  type GetAuthorizationTokenCommandOutput,
} from '@aws-sdk/client-ecr';
import {
  ResourceNotFoundException,
  SecretsManagerServiceException,
  type GetSecretValueCommandInput,
  type GetSecretValueCommandOutput,
} from '@aws-sdk/client-secrets-manager';
import type { RequestContext } from '../../aws/iam/role-policies';
import type { Principal } from '../principal';
import { page } from '../provenance';
import { declared, operation, type SimulatedService } from '../simulated-service';

const TOKEN = page(
  'https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_GetAuthorizationToken.html',
);
const SECRET = page('https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_GetSecretValue.html');
const TOKEN_HOURS = 12;

/** ECR, as far as it says who reads: a token stands for whoever asked for it. */
export class SimulatedEcr implements SimulatedService {
  readonly id = 'ecr';
  readonly ServiceException = ECRServiceException;
  private readonly tokens = new Map<string, { readonly caller: Principal; readonly until: Date }>();

  readonly operations = {
    GetAuthorizationToken: operation<GetAuthorizationTokenCommandInput, GetAuthorizationTokenCommandOutput>(
      TOKEN,
      ({ caller, now, place }) => {
        const until = new Date(now.getTime() + TOKEN_HOURS * 3_600_000);
        const password = Buffer.from(`${caller.arn} ${until.toISOString()}`).toString('base64url');
        this.tokens.set(password, { caller, until });
        const proxyEndpoint = `https://${place.account}.dkr.ecr.${place.region}.amazonaws.com`;
        const authorizationToken = Buffer.from(`AWS:${password}`).toString('base64');
        return { authorizationData: [{ authorizationToken, expiresAt: until, proxyEndpoint }] };
      },
    ),
  };

  /** Whom a password stands for at an instant; undefined for one that is none, or no more. */
  callerOf(password: string, now: Date): Principal | undefined {
    const token = this.tokens.get(password);
    return token !== undefined && now < token.until ? token.caller : undefined;
  }
}

/** A secret; nothing can be read of one that holds no value yet. */
interface StoredSecret {
  readonly arn: string;
  /** The customer-managed key that it is encrypted with. */
  readonly keyArn: string | undefined;
  readonly text: string | undefined;
}

/** What Secrets Manager adds to a secret's name in its ARN. */
const SUFFIX = /-[A-Za-z0-9]{6}$/;

/** The secrets of all accounts, by their ARNs. */
export class SimulatedSecretsManager implements SimulatedService {
  readonly id = 'secrets-manager';
  readonly ServiceException = SecretsManagerServiceException;
  private readonly secrets = new Map<string, StoredSecret>();

  readonly operations = {
    GetSecretValue: operation<GetSecretValueCommandInput, GetSecretValueCommandOutput>(
      SECRET,
      ({ input, place, require }) => {
        const { SecretId = '' } = input;
        const secret = this.find(SecretId);
        // Policies are about the whole ARN, whichever part of it a caller names.
        require({ action: 'secretsmanager:GetSecretValue', resource: secret?.arn ?? SecretId });
        if (secret?.text === undefined) {
          const message = "Secrets Manager can't find the specified secret.";
          throw declared(ResourceNotFoundException, message, SECRET, 400);
        }
        const { arn, keyArn, text } = secret;
        if (keyArn !== undefined) {
          require({
            action: 'kms:Decrypt',
            resource: keyArn,
            context: throughSecretsManager(arn, place.region),
          });
        }
        return { ARN: arn, Name: nameOf(arn).replace(SUFFIX, ''), SecretString: text };
      },
    ),
  };

  /** Makes a secret as a deployment does, or gives it another key; what it holds stays. */
  create(arn: string, keyArn: string | undefined): void {
    this.secrets.set(arn, { arn, keyArn, text: this.secrets.get(arn)?.text });
  }

  /** What a secret holds, by its ARN with or without what Secrets Manager adds; one that is not there is made. */
  put(id: string, text: string): void {
    const arn = SUFFIX.test(id) ? id : `${id}-AbCdEf`;
    const known = this.find(id) ?? { arn, keyArn: undefined };
    this.secrets.set(known.arn, { ...known, text });
  }

  /** A name without the hyphen and six characters counts where one secret alone has it. */
  private find(id: string): StoredSecret | undefined {
    const named = [...this.secrets.values()].filter(({ arn }) => arn.replace(SUFFIX, '') === id);
    return this.secrets.get(id) ?? (named.length === 1 ? named[0] : undefined);
  }
}

function nameOf(arn: string): string {
  return arn.split(':')[6] ?? '';
}

/** @see https://docs.aws.amazon.com/secretsmanager/latest/userguide/security-encryption.html */
function throughSecretsManager(arn: string, region: string): RequestContext {
  return {
    'kms:ViaService': `secretsmanager.${region}.amazonaws.com`,
    'kms:EncryptionContext:SecretARN': arn,
  };
}
