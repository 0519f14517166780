/** An anonymous token and until when it is good, in milliseconds since 1970. */
export interface AccessToken {
  readonly value: string;
  readonly expiresAt: number;
}

/** Keeps one token for each scope until shortly before it expires; whoever needs the same new one shares one request. */
export class TokenCache {
  private readonly kept = new Map<string, AccessToken>();
  private readonly underWay = new Map<string, Promise<string>>();

  /** `clock` gives milliseconds since 1970. */
  constructor(private readonly clock: () => number) {}

  /** The token of a scope, or undefined where there is none that is still good. */
  current(scope: string): string | undefined {
    const token = this.kept.get(scope);
    return token !== undefined && token.expiresAt > this.clock() ? token.value : undefined;
  }

  /** A token other than the `refused` one: one that came meanwhile, or the one that `request` brings. */
  async renew(
    scope: string,
    refused: string | undefined,
    request: () => Promise<AccessToken>,
  ): Promise<string> {
    const current = this.current(scope);
    if (current !== undefined && current !== refused) {
      return current;
    }
    const pending = this.underWay.get(scope) ?? this.fetch(scope, request);
    this.underWay.set(scope, pending);
    return pending;
  }

  private fetch(scope: string, request: () => Promise<AccessToken>): Promise<string> {
    return request()
      .then((token) => {
        this.kept.set(scope, token);
        return token.value;
      })
      .finally(() => {
        this.underWay.delete(scope);
      });
  }
}
