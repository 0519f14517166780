import { WinbakeError } from '../../../lib/contract/values/errors';

/** A refusal of what AWS may know and the rehearsal does not. */
export class UnmodelledError extends WinbakeError {
  constructor(readonly what: string) {
    super('REHEARSAL_FAILED', `The rehearsal does not model ${what}.`);
    this.name = 'UnmodelledError';
  }
}

/** What a rehearsal says of something that it has no model for: it stops and never guesses. */
export function unmodelled(what: string): UnmodelledError {
  return new UnmodelledError(what);
}

/** The account and region that a stack is deployed to. */
export interface Environment {
  readonly account: string;
  readonly region: string;
}

/** Where stacks go that leave account and region to the one who deploys them. */
export const SIMULATED_ENVIRONMENT: Environment = { account: '123456789012', region: 'us-east-1' };

/**
 * The environment of a stack as its assembly writes it, such as `aws://123456789012/eu-west-1`; what the app left open is
 * simulated.
 * @see https://docs.aws.amazon.com/cdk/v2/guide/environments.html
 */
export function parseEnvironment(text: unknown): Environment {
  const [, account = '', region = ''] =
    (typeof text === 'string' ? /^aws:\/\/([^/]+)\/([^/]+)$/.exec(text) : null) ?? [];
  return {
    account: /^\d{12}$/.test(account) ? account : SIMULATED_ENVIRONMENT.account,
    region: /^[a-z]{2,}(-[a-z]+)+-\d$/.test(region) ? region : SIMULATED_ENVIRONMENT.region,
  };
}
