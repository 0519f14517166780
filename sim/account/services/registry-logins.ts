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

/** The secrets of all accounts, by their ARNs. */
export class SimulatedSecretsManager implements SimulatedService {
  readonly id = 'secrets-manager';
  readonly ServiceException = SecretsManagerServiceException;
  private readonly secrets = new Map<string, string>();

  readonly operations = {
    GetSecretValue: operation<GetSecretValueCommandInput, GetSecretValueCommandOutput>(
      SECRET,
      ({ input }) => {
        const { SecretId = '' } = input;
        const text = this.secrets.get(SecretId);
        if (text === undefined) {
          const message = "Secrets Manager can't find the specified secret.";
          throw declared(ResourceNotFoundException, message, SECRET, 400);
        }
        return { ARN: SecretId, Name: SecretId.split(':')[6] ?? '', SecretString: text };
      },
    ),
  };

  put(arn: string, text: string): void {
    this.secrets.set(arn, text);
  }
}
