import type { Principal } from './principal';

/** Credentials that STS gave out. */
export interface IssuedCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string;
  readonly expiration: Date;
}

/** The sessions that the simulated STS gave out, by their access keys. */
export class Sessions {
  private readonly issued = new Map<string, { readonly principal: Principal; readonly until: Date }>();

  issue(principal: Principal, until: Date): IssuedCredentials {
    const accessKeyId = `ASIASIMULATED${String(this.issued.size).padStart(7, '0')}`;
    this.issued.set(accessKeyId, { principal, until });
    return { accessKeyId, secretAccessKey: 'simulated', sessionToken: 'simulated', expiration: until };
  }

  /** Whose session it is and when it ends, or undefined for a key that was never given out. */
  find(accessKeyId: string): { readonly principal: Principal; readonly until: Date } | undefined {
    return this.issued.get(accessKeyId);
  }
}
