import type { RequestContext } from '../../aws/iam/role-policies';
import type { ServiceId } from '../service-models';

/** An account and region. */
export interface Place {
  readonly account: string;
  readonly region: string;
}

/** The input of a command, whatever it is. */
export type CommandInput = Readonly<Record<string, unknown>>;

/** What a caller must be allowed, and the condition keys that the request itself fills. */
export interface Need {
  readonly action: string;
  readonly resource: string;
  readonly context?: RequestContext;
}

/** What AWS asks of the caller of a command. */
export interface CommandRow {
  readonly needs: (input: CommandInput, place: Place) => readonly Need[];
  /** The page that says so, where it is not the service's page of the authorization reference. */
  readonly source?: string;
  /** An input that the service takes, as the adapters send it. */
  readonly sample: CommandInput;
}

/** The commands of a service that Winbake sends. */
export interface ServiceCommands {
  readonly service: ServiceId;
  /** The service's page of the service authorization reference. */
  readonly source: string;
  readonly rows: Readonly<Record<string, CommandRow>>;
}

const REFERENCE = 'https://docs.aws.amazon.com/service-authorization/latest/reference/list_';

/** The page of the service authorization reference. */
export function authorizationPage(name: string): string {
  return `${REFERENCE}${name}.html`;
}

/** A command that needs one action, which cannot be limited to a resource. */
export function everywhere(action: string, sample: CommandInput = {}): CommandRow {
  return { needs: () => [{ action, resource: '*' }], sample };
}

/** A command that needs one action on the resource whose ARN is a member of the input. */
export function onArn(action: string, member: string, arn: string): CommandRow {
  return { needs: (input) => [{ action, resource: textOf(input, member) }], sample: { [member]: arn } };
}

/** A member that is a text; empty where it is left out. */
export function textOf(input: CommandInput, member: string): string {
  const value = input[member];
  return typeof value === 'string' ? value : '';
}

/** A member that is a list of texts. */
export function textsOf(input: CommandInput, member: string): readonly string[] {
  const value = input[member];
  return Array.isArray(value) ? value.filter((one) => typeof one === 'string') : [];
}

/** A member that is a list of structures. */
export function objectsOf(input: CommandInput, member: string): readonly CommandInput[] {
  const value = input[member];
  return Array.isArray(value) ? (value as CommandInput[]) : [];
}
