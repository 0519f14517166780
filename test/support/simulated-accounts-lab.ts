import type { JsonObject } from '../../lib/contract/values/json';
import { accountOf, Sessions, sessionOf, type RoleGrants } from '../../sim/account/principal';
import { type SimulatedEvent, SimulatedEventBridge, SimulatedSns } from '../../sim/account/services/notices';
import { SimulatedS3, type SimulatedS3Options } from '../../sim/account/services/s3';
import { SimulatedSsm } from '../../sim/account/services/ssm';
import { SimulatedStepFunctions } from '../../sim/account/services/step-functions';
import { SimulatedSts } from '../../sim/account/services/accounts-of-stacks';
import type { SimulatedService } from '../../sim/account/simulated-service';
import { SimulatedAccounts, type SimulatedAccountsOptions } from '../../sim/account/simulated-accounts';

export const ACCOUNT = '123456789012';
export const REGION = 'eu-central-1';
export const PLACE = { account: ACCOUNT, region: REGION };
export const ROLE = `arn:aws:iam::${ACCOUNT}:role/winbake-housekeeping`;

/** A statement that allows actions on a resource. */
export function allow(Action: string | readonly string[], Resource: unknown = '*', more: object = {}) {
  return { Effect: 'Allow', Action, Resource, ...more } as JsonObject;
}

/** A role with these statements, which somebody may take. */
export function role(statements: readonly JsonObject[], trust: readonly JsonObject[] = []): RoleGrants {
  return { statements, unknownPolicies: [], trust };
}

interface LabOptions extends Partial<Omit<SimulatedAccountsOptions, 'services' | 'sessions' | 'now'>> {
  readonly roles?: Readonly<Record<string, RoleGrants>>;
  readonly s3?: SimulatedS3Options;
  readonly imageCheckMilliseconds?: number;
  /** Takes the events of services and of callers. */
  readonly deliver?: (event: SimulatedEvent) => void;
  /** Services beside those of the lab. */
  readonly more?: readonly SimulatedService[];
}

/** Simulated accounts with a clock and roles of a test; `end` it. */
export function startLab(options: LabOptions = {}) {
  const { deliver, imageCheckMilliseconds = 0, more = [], roles = {}, s3: s3Options, ...others } = options;
  const clock = { now: new Date('2026-10-13T17:00:00Z') };
  const sessions = new Sessions();
  const images = new Set<string>();
  const events = new SimulatedEventBridge(deliver);
  const services = {
    ssm: new SimulatedSsm({
      send: (event) => {
        events.send(event);
      },
      imageExists: (id) => images.has(id),
      imageCheckMilliseconds: () => imageCheckMilliseconds,
    }),
    s3: new SimulatedS3(s3Options),
    sts: new SimulatedSts((arn) => roles[arn], sessions),
    sns: new SimulatedSns(),
    events,
    states: new SimulatedStepFunctions(),
  };
  const accounts = new SimulatedAccounts({
    services: [...Object.values(services), ...more],
    sessions,
    now: () => clock.now,
    resourcePolicies: (arn) => {
      const trust = roles[arn]?.trust;
      return trust && { account: accountOf(arn), statements: trust, isRequired: true };
    },
    ...others,
  });
  const end = accounts.install();
  /** Runs as a role's session in the lab's region. */
  const as = <T>(statements: readonly JsonObject[], work: () => Promise<T>): Promise<T> =>
    accounts.as(sessionOf(ROLE, role(statements), 'housekeeping'), REGION, work);
  return { ...services, accounts, as, clock, end, images };
}

/** The error of something that fails. */
export async function failureOf(work: Promise<unknown>): Promise<Error> {
  return work.then(
    () => {
      throw new Error('it did not fail');
    },
    (error: unknown) => error as Error,
  );
}
