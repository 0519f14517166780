import { AsyncLocalStorage } from 'node:async_hooks';
import { __Client as Client } from '@aws-sdk/client-sts';
import type { CommandInput } from './commands/command-row';
import { SERVICE_MODELS, type ServiceId } from './service-models';

/** A call of some client of the SDK, before anything of it went to the wire. */
export interface InterceptedCall {
  readonly service: ServiceId;
  /** The command without its last part: `GetParameter`. */
  readonly operation: string;
  readonly input: CommandInput;
  /** What the client was made with; undefined where it takes what its function's environment gives. */
  readonly region: string | undefined;
  readonly accessKeyId: string | undefined;
}

/** Gives a call's output, or throws what the client shall throw. */
export type Answerer = (call: InterceptedCall) => Promise<object>;

/**
 * The class that every client of the SDK extends. All packages share one copy, which a test holds.
 * @see https://github.com/smithy-lang/smithy-typescript/tree/main/packages/core
 */
const prototype = Client.prototype as unknown as { send: (...args: unknown[]) => unknown };

/** What clients find in the environment while they are intercepted, as Lambda would have put it there. */
const ENVIRONMENT = {
  AWS_REGION: 'region-of-the-caller',
  AWS_ACCESS_KEY_ID: 'KEYOFTHECALLER',
  AWS_SECRET_ACCESS_KEY: 'simulated',
} as const;

/** Whatever else would lead a client to other credentials. */
const REMOVED = ['AWS_PROFILE', 'AWS_SESSION_TOKEN'];

const answerers = new Set<Answerer>();
const chosen = new AsyncLocalStorage<Answerer>();

/** Does something whose clients ask this one of several that are there at once. */
export function askedFrom<T>(answer: Answerer, work: () => Promise<T>): Promise<T> {
  return chosen.run(answer, work);
}

let restore: (() => void) | undefined;

/**
 * Lets all clients of the SDK in this process, made before or after, ask `answer` at their first middleware step; no code that
 * is deployed knows of it. Clients without a region or credentials of their own take the caller's. Gives what ends it. While
 * there are several, those alone are asked that work was begun with.
 */
export function interceptClients(answer: Answerer): () => void {
  answerers.add(answer);
  restore ??= interceptAll();
  return () => {
    answerers.delete(answer);
    if (answerers.size === 0) {
      restore?.();
      restore = undefined;
    }
  };
}

function interceptAll(): () => void {
  const before = { ...process.env };
  Object.assign(process.env, ENVIRONMENT);
  REMOVED.forEach((name) => Reflect.deleteProperty(process.env, name));
  const { send } = prototype;
  prototype.send = function (this: AttachedClient, ...args) {
    attach(this);
    return send.apply(this, args);
  };
  return () => {
    prototype.send = send;
    [...Object.keys(ENVIRONMENT), ...REMOVED].forEach((name) => {
      Reflect.deleteProperty(process.env, name);
      if (before[name] !== undefined) {
        process.env[name] = before[name];
      }
    });
  };
}

function answererNow(): Answerer {
  const found = chosen.getStore() ?? (answerers.size === 1 ? [...answerers][0] : undefined);
  if (found === undefined || !answerers.has(found)) {
    throw new Error(
      answerers.size === 0 || found !== undefined
        ? 'The simulated accounts that this client spoke to have ended; make a new client.'
        : `Of ${answerers.size} sets of simulated accounts none was chosen; begin the work as a caller of one.`,
    );
  }
  return found;
}

interface AttachedClient {
  readonly config: {
    cacheMiddleware?: boolean;
    readonly region: () => Promise<string>;
    readonly credentials: () => Promise<{ readonly accessKeyId: string }>;
  };
  readonly middlewareStack: {
    add(middleware: unknown, options: { step: 'initialize'; priority: 'high'; name: string }): void;
  };
}

interface HandlerContext {
  readonly clientName: string;
  readonly commandName: string;
}

const attached = new WeakSet<AttachedClient>();

function attach(client: AttachedClient): void {
  if (attached.has(client)) {
    return;
  }
  attached.add(client);
  // Resolving the stack anew costs more than a simulated call itself.
  client.config.cacheMiddleware = true;
  const ownOf = ownSettings(client);
  client.middlewareStack.add(
    (_next: unknown, context: HandlerContext) => {
      const service = serviceOfClient(context.clientName);
      const operation = context.commandName.replace(/Command$/, '');
      return async (args: { readonly input: CommandInput }) => {
        const answerer = answererNow();
        const own = ownOf.known ?? (await ownOf.find());
        return {
          // A paginator goes on with the same object.
          output: await answerer({ service, operation, input: { ...args.input }, ...own }),
          response: undefined,
        };
      };
    },
    { step: 'initialize', priority: 'high', name: 'simulatedAccounts' },
  );
}

type OwnSettings = Pick<InterceptedCall, 'region' | 'accessKeyId'>;

/** What a client was made with, found once. */
function ownSettings({ config }: AttachedClient) {
  const own: { known: OwnSettings | undefined; find: () => Promise<OwnSettings> } = {
    known: undefined,
    find: async () => {
      const region = await config.region();
      const { accessKeyId } = await config.credentials();
      own.known = {
        region: region === ENVIRONMENT.AWS_REGION ? undefined : region,
        accessKeyId: accessKeyId === ENVIRONMENT.AWS_ACCESS_KEY_ID ? undefined : accessKeyId,
      };
      return own.known;
    },
  };
  return own;
}

const SERVICES = new Map(
  (Object.keys(SERVICE_MODELS) as ServiceId[]).map((id) => [id.replaceAll('-', ''), id] as const),
);

/** The service of a client by its class, such as `AutoScalingClient`. */
function serviceOfClient(clientName: string): ServiceId {
  const service = SERVICES.get(clientName.replace(/Client$/, '').toLowerCase());
  if (service === undefined) {
    throw new Error(`The simulated accounts have no model of what ${clientName} speaks to.`);
  }
  return service;
}
