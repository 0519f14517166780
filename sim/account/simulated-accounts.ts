import { AsyncLocalStorage } from 'node:async_hooks';
import { unmodelled } from '../aws/cloudformation/environment';
import type { RequestContext } from '../aws/iam/role-policies';
import {
  DENIAL_PROVENANCE,
  accessDenied,
  type OnDecision,
  type PlainError,
  type ResourcePolicySource,
  unknownCredentials,
  whyDenied,
} from './authorize';
import { outputViolations, refusalOfInput } from './check-shape';
import type { CommandRow, Need, Place } from './commands/command-row';
import type { FaultInjection } from './fault-injection';
import { askedFrom, interceptClients, type Answerer, type InterceptedCall } from './intercept';
import type { Principal, Sessions } from './principal';
import { ProvenanceLedger, assumed, page, type Provenance } from './provenance';
import { SERVICE_MODELS, type ServiceId } from './service-models';
import { METADATA, Refusal, type Call, type SimulatedService, undeclared } from './simulated-service';
import { Transcripts } from './transcript';
import { COMPUTE_COMMANDS } from './commands/compute-commands';
import { DATA_COMMANDS } from './commands/data-commands';
import { FLEET_COMMANDS } from './commands/fleet-commands';

/** What simulated accounts are made of. */
export interface SimulatedAccountsOptions {
  readonly services: readonly SimulatedService[];
  /** The sessions that the simulated STS gives out. */
  readonly sessions: Sessions;
  readonly now: () => Date;
  readonly resourcePolicies?: ResourcePolicySource;
  readonly transcripts?: Transcripts;
  /** What happens to calls; absent: nothing. */
  readonly faults?: FaultInjection | undefined;
  /** Called with each call before it is answered; the answer waits for it. */
  readonly observe?: (call: ObservedCall) => unknown;
  /** Makes another answer of that of a service, where a test breaks something on purpose. */
  readonly amend?: ((call: ObservedCall, output: object) => object) | undefined;
  /** Called with each decision, once for each caller and need. */
  readonly decided?: OnDecision;
}

/** What a caller may not do: what the simulated accounts were asked for and did not allow. */
export interface Denial {
  readonly caller: Principal;
  readonly need: Need;
  /** Why, in the words of IAM. */
  readonly why: string;
  /** What the service says. */
  readonly text: string;
}

/** A call as an observer sees it. */
export interface ObservedCall extends Pick<InterceptedCall, 'service' | 'operation' | 'input'> {
  readonly caller: Principal;
  readonly place: Place;
}

interface Caller {
  readonly principal: Principal;
  readonly region: string;
}

// One for all accounts: Node carries every storage that was ever used through each promise.
const callers = new AsyncLocalStorage<Caller>();

/**
 * Accounts of AWS that answer clients of the SDK as AWS does: who calls, whether it may, whether its input fits the service's
 * model, what a real account answered, and what the simulated service says.
 */
export class SimulatedAccounts {
  readonly ledger = new ProvenanceLedger();
  /** Every denial, whatever the code made of it. */
  readonly denials: Denial[] = [];
  private readonly services: ReadonlyMap<ServiceId, SimulatedService>;
  private readonly transcripts: Transcripts;
  private readonly allowed = new WeakMap<Principal, Set<string>>();

  constructor(private readonly options: SimulatedAccountsOptions) {
    this.services = new Map(options.services.map((service) => [service.id, service]));
    this.transcripts = options.transcripts ?? new Transcripts();
  }

  /** Lets every client of the SDK in this process speak to these accounts; gives what ends it. */
  install(): () => void {
    return interceptClients(this.answerer);
  }

  /** Does something as a caller in a region, whose clients have its credentials unless they were given others. */
  as<T>(principal: Principal, region: string, work: () => Promise<T>): Promise<T> {
    return askedFrom(this.answerer, () => callers.run({ principal, region }, work));
  }

  /**
   * What a service says to a caller that may not do what no client of ours asks for, such as a schedule that sends to its
   * dead-letter queue; undefined where it may.
   */
  refusalOf(service: ServiceId, caller: Principal, need: Need, region: string): PlainError | undefined {
    const why = this.denial(undefined, caller, need, { account: caller.account, region });
    return why === undefined ? undefined : this.noteDenial(service, caller, need, why);
  }

  private readonly answerer: Answerer = (call) => this.answer(call);

  private async answer(call: InterceptedCall): Promise<object> {
    const { service: id, operation: name, input } = call;
    const command = `${id}.${name}`;
    const service = this.services.get(id);
    const row = commandRow(id, name);
    if (service === undefined || row === undefined) {
      throw unmodelled(row === undefined ? `the command ${command}, which has no row` : `the service ${id}`);
    }
    try {
      const { principal, region } = this.callerOf(call, service);
      const place = { account: principal.account, region };
      const observed = { service: id, operation: name, input, caller: principal, place };
      await this.options.observe?.(observed);
      const answer = () => {
        for (const need of row.needs(input, place)) {
          this.require(service, principal, need, place);
        }
        this.refuseInput(service, row, call);
        return this.serve(service, call, principal, place);
      };
      const { faults } = this.options;
      const output = await (faults === undefined ? answer() : faults.answer(call, place, answer));
      return { ...(this.options.amend?.(observed, output) ?? output), $metadata: METADATA };
    } catch (error) {
      if (error instanceof Refusal) {
        this.noteRefusal(command, error);
        throw error.error;
      }
      throw error;
    }
  }

  private async serve(
    service: SimulatedService,
    { service: id, operation: name, input }: InterceptedCall,
    caller: Principal,
    place: Place,
  ): Promise<object> {
    const command = `${id}.${name}`;
    const recorded = this.transcripts.find(command, input, place);
    if (recorded?.error !== undefined) {
      throw undeclared(service.ServiceException, recorded.error, recorded.provenance);
    }
    if (recorded?.output !== undefined) {
      return this.checked(command, recorded.output, recorded.provenance);
    }
    const operation = Object.hasOwn(service.operations, name) ? service.operations[name] : undefined;
    if (operation === undefined) {
      throw unmodelled(`${name} of ${id}`);
    }
    let { provenance } = operation;
    const call: Call = {
      input,
      place,
      caller,
      now: this.options.now(),
      require: (need) => {
        this.require(service, caller, need, place);
      },
      may: (need) => {
        const why = this.denial(service, caller, need, place);
        if (why !== undefined) {
          this.noteDenial(service.id, caller, need, why);
        }
        return why === undefined;
      },
      knownFrom: (other) => {
        provenance = other;
      },
    };
    const output = await operation.run(call as Call<never>);
    return this.checked(command, output, provenance);
  }

  /** What a simulated service answers must itself be what the model allows. */
  private checked(command: string, output: object, provenance: Provenance): object {
    const [service = '', operation = ''] = command.split('.');
    const [violation] = outputViolations(service as ServiceId, operation, output);
    if (violation !== undefined) {
      throw new Error(
        `The simulated ${command} answers what the service cannot: ${violation.path}: ${violation.constraint}; got: ${String(violation.value)}.`,
      );
    }
    this.ledger.note(command, 'answer', provenance);
    return output;
  }

  private callerOf(call: InterceptedCall, { id, ServiceException }: SimulatedService): Caller {
    const current = callers.getStore();
    if (call.accessKeyId === undefined) {
      if (current === undefined) {
        throw unmodelled(`a call of ${call.operation} by nobody`);
      }
      return call.region === undefined ? current : { ...current, region: call.region };
    }
    const session = this.options.sessions.find(call.accessKeyId);
    const isExpired = session !== undefined && session.until <= this.options.now();
    if (session === undefined || isExpired) {
      throw undeclared(ServiceException, unknownCredentials(id, isExpired), CREDENTIALS_PROVENANCE);
    }
    const region = call.region ?? current?.region;
    if (region === undefined) {
      throw unmodelled(`a call of ${call.operation} in no region`);
    }
    return { principal: session.principal, region };
  }

  private require(service: SimulatedService, principal: Principal, need: Need, place: Place): void {
    const why = this.denial(service, principal, need, place);
    if (why !== undefined) {
      const error = this.noteDenial(service.id, principal, need, why);
      throw undeclared(service.ServiceException, error, DENIAL_PROVENANCE);
    }
    const known = this.options.faults?.knownOf(principal);
    const notYet = known === undefined ? undefined : this.denial(service, known, need, place);
    if (notYet !== undefined) {
      // No right is missing, so that it is no denial to be noted.
      const error = accessDenied(service.id, principal, need, notYet);
      throw undeclared(service.ServiceException, error, NOT_YET_PROVENANCE);
    }
  }

  private noteDenial(service: ServiceId, caller: Principal, need: Need, why: string): PlainError {
    const error = accessDenied(service, caller, need, why);
    this.denials.push({ caller, need, why, text: error.message });
    return error;
  }

  private denial(
    service: SimulatedService | undefined,
    principal: Principal,
    need: Need,
    place: Place,
  ): string | undefined {
    const tags = service?.tagsOf?.(need.resource, place);
    const key = [need.action, need.resource, place.region, JSON.stringify([need.context, tags])].join(' ');
    // The same calls are made again and again, and policies do not change.
    const allowed = this.allowed.get(principal) ?? new Set();
    if (allowed.has(key)) {
      return undefined;
    }
    const context = contextOf(principal, need, place, tags);
    // A role's own policy says who may take it, and nothing else.
    const isAsked = need.action === 'sts:AssumeRole' || !need.resource.includes(':role/');
    const policy = isAsked ? this.options.resourcePolicies?.(need.resource) : undefined;
    const why = whyDenied(principal, need, context, policy);
    this.options.decided?.({ caller: principal, need, context, policy, why });
    if (why === undefined) {
      this.allowed.set(principal, allowed.add(key));
    }
    return why;
  }

  private refuseInput(
    service: SimulatedService,
    { operation }: SentCommand,
    { input }: InterceptedCall,
  ): void {
    const refusal = refusalOfInput(service.id, operation, input);
    if (refusal !== undefined) {
      const { code: name, message, wording } = refusal;
      const { source } = SERVICE_MODELS[service.id];
      throw undeclared(
        service.ServiceException,
        { name, message, status: 400 },
        wording === 'service'
          ? { origin: 'model', source }
          : assumed(
              `A service refuses what its model does not allow in these words: ${service.id} ${operation}: ${message}`,
            ),
      );
    }
  }

  /** An error that is said to be declared must be one that the model has for the operation. */
  private noteRefusal(command: string, { error, isDeclared, provenance }: Refusal): void {
    const [service = '', operation = ''] = command.split('.');
    const { errors = {} } = SERVICE_MODELS[service as ServiceId].operations[operation] ?? {};
    const bare = (name: string) => name.replace(/(?:Exception|Fault)$/, '');
    if (isDeclared && !Object.keys(errors).some((name) => bare(name) === bare(error.name))) {
      throw new Error(`The simulated ${command} refuses by ${error.name}, which its model does not declare.`);
    }
    this.ledger.note(command, error.name, provenance);
  }
}

const NOT_YET_PROVENANCE = page(
  'https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot.html#troubleshoot_general_eventual-consistency',
);
const CREDENTIALS_PROVENANCE = page('https://docs.aws.amazon.com/STS/latest/APIReference/CommonErrors.html');

function contextOf(
  principal: Principal,
  need: Need,
  { region }: Place,
  tags: Readonly<Record<string, string>> = {},
): RequestContext {
  const tagged = Object.entries(tags).map(([key, value]) => [`aws:ResourceTag/${key}`, value] as const);
  return {
    ...principal.context,
    'aws:RequestedRegion': region,

    'aws:SecureTransport': 'true',
    ...Object.fromEntries(tagged),
    ...need.context,
  };
}

/** A row of the table together with its place in it. */
export interface SentCommand extends CommandRow {
  readonly service: ServiceId;
  readonly operation: string;
  /** The page that says what the command needs. */
  readonly source: string;
}

/**
 * Every command that Winbake sends: what its caller must be allowed, on which resources, with which condition keys, and the page
 * that says so. A command without a row is refused by the simulated account.
 */
export const COMMANDS: readonly SentCommand[] = [
  ...DATA_COMMANDS,
  ...COMPUTE_COMMANDS,
  ...FLEET_COMMANDS,
].flatMap(({ service, source, rows }) =>
  Object.entries(rows).map(([operation, row]) => ({ source, ...row, service, operation })),
);

const BY_NAME = new Map(COMMANDS.map((row) => [`${row.service}.${row.operation}`, row]));

/** The row of a command, or undefined where the table has none. */
export function commandRow(service: ServiceId, operation: string): SentCommand | undefined {
  return BY_NAME.get(`${service}.${operation}`);
}
