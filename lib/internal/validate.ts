import { Aspects, Stack, Token, type Duration, type IResource } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';

/** The limits of a value, both allowed, and a sentence with the way out. */
interface Limits {
  readonly least: number;
  readonly most: number;
  readonly wayOut: string;
}

/**
 * Ends synthesis for a prop that cannot be used. `rule` goes on after the prop's name, as in `must be lower-case`;
 * `wayOut` is a sentence of its own.
 */
export function refuse(scope: IConstruct, prop: string, rule: string, got: string, wayOut: string): never {
  throw new Error(`[${scope.node.path}] "${prop}" ${rule}; got: ${got}. ${wayOut}`);
}

/** Does something once the app is whole, such as a warning of what stands elsewhere in it. */
export function onceWhole(scope: IConstruct, work: () => void): void {
  Aspects.of(scope).add({
    visit: (node) => {
      if (node === scope) {
        work();
      }
    },
  });
}

/** Ends synthesis where a resource is known to be of another account or region than a construct. */
export function checkPlace(
  scope: IConstruct,
  prop: string,
  { env }: Pick<IResource, 'env'>,
  wayOut: string,
): void {
  const { account, region } = Stack.of(scope);
  const isOther = (own: string, its: string) =>
    !Token.isUnresolved(own) && !Token.isUnresolved(its) && own !== its;
  if (isOther(account, env.account) || isOther(region, env.region)) {
    const its = Token.isUnresolved(env.account) ? env.region : `${env.account}/${env.region}`;
    refuse(scope, prop, 'must be of the account and region of its stack', its, wayOut);
  }
}

/** Checks a text against a pattern that matches it as a whole; a token is let through. */
export function checkText(
  scope: IConstruct,
  prop: string,
  value: string,
  { pattern, rule, wayOut }: { readonly pattern: RegExp; readonly rule: string; readonly wayOut: string },
): void {
  if (!Token.isUnresolved(value) && !pattern.test(value)) {
    refuse(scope, prop, rule, `'${value}'`, wayOut);
  }
}

/** Checks a number against its limits, both allowed; a token is let through. */
export function checkNumber(
  scope: IConstruct,
  prop: string,
  value: number,
  { least, most, wayOut }: Limits,
): void {
  if (!Token.isUnresolved(value) && !(value >= least && value <= most)) {
    refuse(scope, prop, `must be ${least} to ${most}`, String(value), wayOut);
  }
}

/** Checks a duration against its limits in hours, both allowed; a token is let through. */
export function checkHours(scope: IConstruct, prop: string, value: Duration, limits: Limits): void {
  checkDuration(scope, prop, value, { ...limits, unit: 'hours', seconds: 3600 });
}

/** Checks a duration against its limits in minutes, both allowed; a token is let through. */
export function checkMinutes(scope: IConstruct, prop: string, value: Duration, limits: Limits): void {
  checkDuration(scope, prop, value, { ...limits, unit: 'minutes', seconds: 60 });
}

function checkDuration(
  scope: IConstruct,
  prop: string,
  value: Duration,
  { least, most, seconds, unit, wayOut }: Limits & { readonly unit: string; readonly seconds: number },
): void {
  if (value.isUnresolved()) {
    return;
  }
  const count = value.toSeconds({ integral: false }) / seconds;
  if (count < least || count > most) {
    refuse(scope, prop, `must be ${least} to ${most} ${unit}`, value.toHumanString(), wayOut);
  }
}
