import { deliveriesSchema } from '../../lib/contract/documents/publication';
import { parseDocument } from '../../lib/contract/documents/document';
import { PUBLICATION_TAG } from '../../lib/contract/names/resources';
import { osOf } from '../../lib/contract/values/release';
import { isJsonObject, textAt } from '../../lib/contract/values/json';
import { namesOwnImage, ownRegistryOf, parseOwnImage } from '../../lib/core/images/own-image';
import { DELIVERIES_KEY } from '../../lib/core/publish/deliveries';
import { createRegistryClient, type RegistryClient } from '../../lib/registry/registry-client';
import type { OnDecision } from '../account/authorize';
import type { AssemblyStack } from '../aws/cloudformation/assembly';
import { type AmiBehaviour, GOOD_AMI } from '../aws/fleet/ami-behaviour';
import { VirtualClock } from '../clock/virtual-clock';
import type { EmbeddedRegistry } from '../registry/embedded-registry';
import type { History } from '../registry/history/history';
import { deployPipeline, findPipeline } from '../rehearsal/deploy-pipeline';
import { bucketOf, registryOpener, type RehearsalContext, siblingName } from '../rehearsal/rehearsal-context';
import { OwnRegistries } from '../rehearsal/own-registries';
import { SILENT } from '../rehearsal/rehearsal-report';
import { deployFleets } from '../rehearsal/roll-out-fleets';
import { SimulatedAccount } from '../rehearsal/simulated-account';
import { StepLog } from '../rehearsal/step-log';
import { functionNamed } from '../rehearsal/template-functions';
import { type DeployedFleet, WatchedFleet } from '../rehearsal/watched-fleet';
import { askedBy } from '../rehearsal/instance-access';
import { type BakeFailure, recordInstances } from './recorded-instances';

/** What a service says of a denial, or the rehearsal. */
export const DENIED =
  /not authorized|AccessDenied|UnauthorizedOperation|may not|missing-permissions|403 DENIED/;

/** What scenarios are made from. */
export interface ScenarioMeans {
  readonly history: History;
  readonly registry: EmbeddedRegistry;
  /** The release whose pipeline the assembly has. */
  readonly release: string;
  /** When each scenario begins. */
  readonly start: Date;
}

/** What a scenario is run with. */
export interface ScenarioOptions extends ScenarioMeans {
  readonly assembly: readonly AssemblyStack[];
  readonly decided?: OnDecision;
  /** What stands between the functions and the registry; absent: nothing. */
  readonly between?: (registry: RegistryClient) => RegistryClient;
}

/** An account in which a denial ends nothing by itself: the deployed code makes of it what it makes of it in AWS. */
class LenientAccount extends SimulatedAccount {
  override requireRights(): void {
    // What comes of a denial is what is asked here.
  }
}

/** A deployed assembly in which a scenario happens, and what people and machines saw of it. */
export class ScenarioWorld {
  readonly account: LenientAccount;
  /** What was notified, announced, logged as an error and answered, in order. */
  readonly seen: string[] = [];
  /** What the fleets do with what is published. */
  behaviour: AmiBehaviour = GOOD_AMI;
  /** How the next bakes fail on the instance. */
  bakesFail: BakeFailure | undefined;
  /** What happens while Image Builder starts a bake. */
  whileStarting: () => Promise<void> = () => Promise.resolve();
  fleets: readonly WatchedFleet[] = [];
  private readonly ends: (() => void)[] = [];
  private readonly ownRegistries = new OwnRegistries();
  private readonly own: RehearsalContext;

  constructor(options: ScenarioOptions) {
    const { assembly, decided, history, registry, release, start } = options;
    const between = options.between ?? ((client: RegistryClient) => client);
    const open = registryOpener(registry, undefined, this.ownRegistries);
    const clock = new VirtualClock(start);
    registry.setInstant(start);
    this.account = new LenientAccount({
      ...{ clock, decided, folder: assembly, release },
      openRegistry: (given) => between(open(given)),
      discard: ({ error, functionArn }) => {
        this.seen.push(`failure: ${functionArn} failed three times: ${error.message}`);
      },
    });
    this.ends.push(this.account.install());
    const pipeline = findPipeline(this.account, release);
    this.own = {
      ...{ account: this.account, asOf: start, clock, history, monthEnds: [], pipeline, registry },
      log: new StepLog(SILENT),
      os: osOf(pipeline.decide.environment['WINBAKE_OS'] ?? ''),
      signal: undefined,
    };
    clock.onJump((now) => {
      registry.setInstant(now);
    });
    this.account.functions.onLine((_, line) => {
      const { level, message, reason, step } = JSON.parse(line) as Readonly<Record<string, unknown>>;
      if (step !== undefined) {
        this.seen.push(`log: ${String(message)}: ${JSON.stringify(step)}`);
      }
      if (level === 'error') {
        this.seen.push(`log: ${String(message)}: ${String(reason)}`);
      } else if (DENIED.test(line)) {
        this.seen.push(`log: ${line}`);
      }
    });
    this.ends.push(
      recordInstances(this.account, this.ownRegistries, async () => {
        await this.whileStarting();
        return this.bakesFail;
      }),
      () => void this.ownRegistries.close(),
    );
  }

  get context(): RehearsalContext {
    return this.own;
  }

  /** Deploys the stacks, without their fleets, whose rules work every 15 minutes. */
  async deploy(): Promise<void> {
    await this.ownRegistries.start(this.own);
    await deployPipeline(this.account, this.own.pipeline);
  }

  /** Deploys the fleets, which follow their channels from then on. */
  async deployFleets(): Promise<void> {
    const { account, own } = this;
    const deployed = await deployFleets(account, own.pipeline.parameterPath);
    this.fleets = deployed.map((one) => new WatchedFleet(own, one));
    this.fleets.forEach(({ deployed: { fleet } }) => {
      fleet.group.behave((amiId) => (this.isPublished(amiId) ? this.behaviour : GOOD_AMI));
    });
  }

  /** Lets a host of each fleet fetch own images before it joins. */
  async fetchOwnImages(): Promise<void> {
    for (const { deployed } of this.fleets) {
      await fetchOwnImages(this.own, this.ownRegistries, deployed);
    }
  }

  private isPublished(amiId: string): boolean {
    const { account, own } = this;
    const amis = account.world.ec2.images.all(own.account.environment);
    return amis.some(({ id, tags }) => id === amiId && tags[PUBLICATION_TAG] !== undefined);
  }

  /** Lets so many hours pass. */
  async pass(hours: number): Promise<void> {
    const { clock } = this.own;
    await clock.waitUntil(new Date(clock.now().getTime() + hours * 3_600_000));
  }

  /** Calls a function of the pipeline as somebody who may, and keeps what it answers. */
  async call(kind: 'housekeeping' | 'operate', payload: object, qualifier?: string): Promise<unknown> {
    const { account, own } = this;
    const { arn } = functionNamed(own.pipeline.stack, siblingName(own, kind));
    const answer = await account.invoke(account.administrator, arn, payload, qualifier);
    this.seen.push(`${kind}: ${JSON.stringify(answer)}`);
    this.noteStatus();
    return answer;
  }

  /** Keeps what the status of the pipeline shows as not delivered, with the reason. */
  noteStatus(): void {
    const text = this.account.readDocument(bucketOf(this.own), DELIVERIES_KEY);
    const deliveries = text && parseDocument(deliveriesSchema, text, DELIVERIES_KEY);
    for (const [target, { pending }] of Object.entries(deliveries ? deliveries.targets : {})) {
      if (pending !== null) {
        this.seen.push(`status: ${target} is pending: ${pending.reason}`);
      }
    }
  }

  /** What was seen in all, the notices and events of the services among it. */
  get report(): readonly string[] {
    const { events, sns } = this.account.world;
    return [
      ...this.seen,
      ...sns.messages.map(({ subject, text }) => `notice: ${subject}: ${text}`),
      ...events.events.map(({ detail, type }) => `event: ${type}: ${JSON.stringify(detail)}`),
    ];
  }

  end(): void {
    this.ends.forEach((end) => {
      end();
    });
  }
}

/**
 * Lets a host of a fleet fetch own images of the registries whose secrets its user data names, by the host's role, as `Update-OwnImage.ps1`
 * does. Throws for the first that is not to be had; a host in AWS joins without it, and says so in its log.
 */
export async function fetchOwnImages(
  { account, os, pipeline }: Pick<RehearsalContext, 'account' | 'os' | 'pipeline'>,
  registries: OwnRegistries,
  { fleet, settings }: DeployedFleet,
): Promise<void> {
  const { instanceRole = '', registrySecrets = {} } = fleet.group.template.options;
  const caller = account.sessionOf(instanceRole, 'host', 'ec2.amazonaws.com');
  const ask = askedBy(account, caller, fleet.environment.region);
  let fetched = 0;
  for (const text of pipeline.policy.extras.filter((one) => namesOwnImage(one))) {
    const { floatingTags, repository } = parseOwnImage(text, os.release);
    const { path = '', registry = '' } = ownRegistryOf(repository) ?? {};
    const arn = registrySecrets[registry];
    if (arn !== undefined) {
      registries.putLogin(account, registry, arn);
      const answer = await ask('secrets', arn);
      if (!('value' in answer)) {
        throw new Error(`${repository} was not fetched by ${settings.fleet}: ${answer.error}`);
      }
      const secret: unknown = JSON.parse(answer.value);
      const [user = '', password = ''] = isJsonObject(secret)
        ? [textAt(secret, 'username'), textAt(secret, 'password')]
        : [];
      const login = () => Promise.resolve({ user, password });
      const client = createRegistryClient({ url: registries.urls[registry] ?? '', login });
      try {
        await client.manifest(path, floatingTags[0] ?? '');
        fetched += 1;
      } finally {
        await client.close();
      }
    }
  }
  if (fetched === 0) {
    throw new Error(`The user data of ${settings.fleet} names no secret of a registry with own images.`);
  }
}
