import { requestOf } from '../../lib/handlers/decide';
import { secretsOf } from '../../lib/contract/names/environment';
import { familyOf } from '../../lib/core/images/family';
import { ecrRegion, namesOwnImage, ownRegistryOf, parseOwnImage } from '../../lib/core/images/own-image';
import type { RegistryClient, RegistryClientOptions } from '../../lib/registry/registry-client';
import type { History } from '../registry/history/history';
import { publishedContentOf } from '../registry/images/image-store';
import type { PlatformImage } from '../registry/images/stored-content';
import {
  appImage,
  startOwnRegistry,
  type BasicLogin,
  type OwnRegistry,
  type OwnRegistryOptions,
} from '../registry/own-registry';
import type { DeployedPipeline } from './deploy-pipeline';
import type { SimulatedAccount } from './simulated-account';

/** What the registries of own images are made from. */
interface OwnRegistriesContext {
  readonly account: SimulatedAccount;
  readonly history: History;
  readonly pipeline: DeployedPipeline;
}

/** An app is built anew so many days after the image that it stands on was out. */
const REBUILD_DAYS = 7;
const APP_BYTES = 180_000_000;

/**
 * The registries in which the own images of a pipeline lie, one for each host: those of ECR let in whom IAM lets read, those with a secret
 * whoever has it, others anybody. Their images are synthetic: apps on Server Core, built anew a week after it.
 */
export class OwnRegistries {
  private readonly started = new Map<string, OwnRegistry>();

  /** Starts them; without own images there are none. */
  async start(context: OwnRegistriesContext): Promise<void> {
    const { account, pipeline } = context;
    const hosts = pipeline.policy.extras
      .filter((text) => namesOwnImage(text))
      .map((text) => hostOf(text, context));
    const secrets = secretsOf(pipeline.decide.environment);
    for (const host of new Set(hosts)) {
      const arn = secrets[host];
      const login = { user: 'rehearsal', password: `secret of ${host}` };
      if (arn !== undefined) {
        const { password, user: username } = login;
        account.world.secrets.put(arn, JSON.stringify({ username, password }));
      }
      const options = {
        imageAt: (repository: string, tag: string) => imageAt(context, `${host}/${repository}:${tag}`),
        ...accessTo(account, host, arn === undefined ? undefined : login),
      };
      this.started.set(host, await startOwnRegistry(options));
    }
  }

  /** Their addresses on this computer, by host. */
  get urls(): Readonly<Record<string, string>> {
    return Object.fromEntries([...this.started].map(([host, { url }]) => [host, url]));
  }

  /** Opens the registry of an address with one of these clients; undefined where it is none of them. */
  opener(
    open: (options: RegistryClientOptions) => RegistryClient,
  ): (options: RegistryClientOptions) => RegistryClient | undefined {
    return (options) => {
      const own = this.started.get(new URL(options.url).host);
      return own && open({ ...options, url: own.url });
    };
  }

  async close(): Promise<void> {
    await Promise.all([...this.started.values()].map((one) => one.close()));
  }
}

function hostOf(text: string, { pipeline }: OwnRegistriesContext): string {
  const { release } = requestOf({ executionArn: '' }, pipeline.decide.environment);
  return ownRegistryOf(parseOwnImage(text, release).repository)?.registry ?? '';
}

/** How a registry asks who reads, and whom it lets in: the login of its secret, or in ECR `AWS` with the password of a caller. */
export function accessTo(
  account: Pick<SimulatedAccount, 'clock'> & {
    readonly world: Pick<SimulatedAccount['world'], 'ecr'> & {
      readonly accounts: Pick<SimulatedAccount['world']['accounts'], 'refusalOf'>;
    };
  },
  host: string,
  secret: BasicLogin | undefined,
): Pick<OwnRegistryOptions, 'mayRead' | 'scheme'> {
  const region = ecrRegion(host);
  if (secret !== undefined || region === undefined) {
    const mayRead: OwnRegistryOptions['mayRead'] = ({ password, user }) =>
      user === secret?.user && password === secret.password;
    return { scheme: secret === undefined ? 'open' : 'bearer', mayRead };
  }
  const [owner = ''] = host.split('.');
  return {
    scheme: 'basic',
    mayRead: (login, repository, kind) => {
      const { accounts, ecr } = account.world;
      const caller = ecr.callerOf(login.password, account.clock.now());
      const resource = `arn:aws:ecr:${region}:${owner}:repository/${repository}`;
      return (
        login.user === 'AWS' &&
        caller !== undefined &&
        actionsOf(kind).every(
          (action) => accounts.refusalOf('ecr', caller, { action, resource }, region) === undefined,
        )
      );
    },
  };
}

/** @see https://docs.aws.amazon.com/AmazonECR/latest/userguide/repository-policy-examples.html */
function actionsOf(kind: Parameters<OwnRegistryOptions['mayRead']>[2]): readonly string[] {
  return {
    manifest: ['ecr:BatchGetImage'],
    blob: ['ecr:GetDownloadUrlForLayer'],
    layer: ['ecr:GetDownloadUrlForLayer', 'ecr:BatchCheckLayerAvailability'],
  }[kind];
}

/** The app's image at this moment. */
function imageAt(
  { account, history, pipeline }: OwnRegistriesContext,
  name: string,
): PlatformImage | undefined {
  const { release } = requestOf({ executionArn: '' }, pipeline.decide.environment);
  const { floatingTags, repository } = familyOf('servercore', release);
  const made = new Date(account.clock.now().getTime() - REBUILD_DAYS * 86_400_000);
  const event = history.pointsAt(repository, floatingTags[0] ?? '', made);
  if (event === undefined || event.osVersion === null) {
    return undefined;
  }
  const base = publishedContentOf(history).images.imageOf(event).platform;
  const key = `${name} on ${event.digest ?? event.osVersion}`;
  return appImage(base, { key, osVersion: event.osVersion, bytes: APP_BYTES, made: new Date(event.time) });
}
