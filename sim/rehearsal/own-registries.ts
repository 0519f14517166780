import { createServer } from 'node:http';
import { secretsOf } from '../../lib/contract/names/environment';
import { familyOf } from '../../lib/core/images/family';
import { ecrRegion, namesOwnImage, ownRegistryOf, parseOwnImage } from '../../lib/core/images/own-image';
import { isTag } from '../../lib/core/oci/image-reference';
import { requestOf } from '../../lib/handlers/decide';
import type { RegistryClient, RegistryClientOptions } from '../../lib/registry/registry-client';
import type { History } from '../registry/history/history';
import {
  errorReply,
  jsonReply,
  listen,
  type RegistryReply,
  registryRequest,
  type RegistryRequest,
  sendReply,
} from '../registry/http';
import { platformImage, publishedContentOf } from '../registry/images/image-store';
import { type Content, type PlatformImage, sha256 } from '../registry/images/stored-content';
import type { DeployedPipeline } from './deploy-pipeline';
import type { SimulatedAccount } from './simulated-account';

/** A user name and what proves it. */
interface BasicLogin {
  readonly user: string;
  readonly password: string;
}

/** What is read of a repository; docker asks for a layer with HEAD, in place of its bytes. */
type ReadKind = 'manifest' | 'blob' | 'layer';

/** What a private registry is started with. */
interface OwnRegistryOptions {
  /**
   * `basic`: it takes the login itself, as ECR does; `bearer`: it wants a token, which its token server gives for the login; `open`: it
   * lets anybody read.
   * @see https://docs.aws.amazon.com/AmazonECR/latest/userguide/registry_auth.html#registry_auth_http
   * @see https://distribution.github.io/distribution/spec/auth/token/
   */
  readonly scheme: 'basic' | 'bearer' | 'open';
  /** Whether a login may read that of a repository. */
  readonly mayRead: (login: BasicLogin, repository: string, kind: ReadKind) => boolean;
  /** The image that a tag shows now. */
  readonly imageAt: (repository: string, tag: string) => PlatformImage | undefined;
}

/** A registry of its own, in which an app's images lie. */
export interface OwnRegistry {
  /** Without a slash at the end. */
  readonly url: string;
  close(): Promise<void>;
}

/** An app's image: what it is built on, with a layer of its own; synthetic. */
export function appImage(
  base: PlatformImage,
  {
    key,
    osVersion,
    bytes,
    made,
  }: { readonly key: string; readonly osVersion: string; readonly bytes: number; readonly made: Date },
): PlatformImage {
  const layers = base.layers.map(({ digest, size }) => ({ digest, size }));
  return platformImage({
    key,
    architecture: 'amd64',
    osVersion,
    firstSeen: made.getTime(),
    layers: [...layers, { digest: sha256(`app ${key}`), size: bytes }],
    recorded: { recordedDigest: null, evidence: 'synthetic', layers: 'declared' },
    oci: false,
  });
}

const SERVICE = 'own.registry';

/** Starts a private registry on this computer; read only. */
export async function startOwnRegistry(options: OwnRegistryOptions): Promise<OwnRegistry> {
  const shelves = new Map<string, Content>();
  let url = '';
  const server = createServer((incoming, response) => {
    const { method = '', url: address = '', headers } = incoming;
    const request = registryRequest(method, address, headers);
    incoming.resume();
    sendReply(response, method, answer(options, shelves, url, request));
  });
  url = `http://127.0.0.1:${await listen(server, '127.0.0.1', 0)}`;
  return {
    url,
    close: () => {
      server.closeAllConnections();
      return new Promise((resolve) => {
        server.close(() => {
          resolve();
        });
      });
    },
  };
}

function answer(
  options: OwnRegistryOptions,
  shelves: Map<string, Content>,
  url: string,
  request: RegistryRequest,
): RegistryReply {
  const { headers, method, path, query, route } = request;
  if (path === '/token') {
    const login = basicLogin(headers.authorization);
    const repository = /^repository:(.+):pull$/.exec(query.get('scope') ?? '')?.[1] ?? '';
    return login !== undefined &&
      query.get('service') === SERVICE &&
      options.mayRead(login, repository, 'manifest')
      ? jsonReply(200, { token: tokenFor(repository), expires_in: 300 })
      : errorReply(401, 'UNAUTHORIZED', 'The login is not known.');
  }
  if (route.kind !== 'manifest' && route.kind !== 'blob') {
    return errorReply(404, 'UNSUPPORTED', `This registry has no address ${path}.`);
  }
  const { kind, repository } = route;
  const read = kind === 'blob' && method === 'HEAD' ? 'layer' : kind;
  const refusal = refused(options, url, headers.authorization, repository, read);
  if (refusal !== undefined) {
    return refusal;
  }
  const reference = kind === 'manifest' ? route.reference : route.digest;
  const image = kind === 'manifest' && isTag(reference) ? options.imageAt(repository, reference) : undefined;
  for (const content of image === undefined ? [] : [image.manifest, image.config, ...image.layers]) {
    shelves.set(`${repository} ${content.digest}`, content);
  }
  const found = image?.manifest ?? shelves.get(`${repository} ${reference}`);
  if (found === undefined) {
    const code = kind === 'manifest' ? 'MANIFEST_UNKNOWN' : 'BLOB_UNKNOWN';
    return errorReply(404, code, `${repository} has no ${reference}.`);
  }
  const named = { 'Docker-Content-Digest': found.digest };
  if (found.kind === 'layer') {
    const sized = { status: 200, headers: named, body: '', declaredBytes: found.size };
    return method === 'HEAD'
      ? sized
      : errorReply(501, 'UNSUPPORTED', 'The bytes of layers are not modelled.');
  }
  const type = found.kind === 'manifest' ? found.mediaType : 'application/octet-stream';
  return { status: 200, headers: { 'Content-Type': type, ...named }, body: found.body };
}

function refused(
  { mayRead, scheme }: OwnRegistryOptions,
  url: string,
  authorization: string | undefined,
  repository: string,
  kind: ReadKind,
): RegistryReply | undefined {
  if (scheme === 'open') {
    return undefined;
  }
  if (scheme === 'bearer') {
    const scope = `repository:${repository}:pull`;
    const challenge = `Bearer realm="${url}/token",service="${SERVICE}",scope="${scope}"`;
    return authorization === `Bearer ${tokenFor(repository)}`
      ? undefined
      : errorReply(401, 'UNAUTHORIZED', 'A token is needed.', { 'WWW-Authenticate': challenge });
  }
  const login = basicLogin(authorization);
  if (login === undefined) {
    const challenge = `Basic realm="${url}/",service="ecr.amazonaws.com"`;
    return errorReply(401, 'UNAUTHORIZED', 'Not Authorized', { 'WWW-Authenticate': challenge });
  }
  return mayRead(login, repository, kind)
    ? undefined
    : errorReply(403, 'DENIED', `This login may not read the ${kind}s of ${repository}.`);
}

function basicLogin(authorization = ''): BasicLogin | undefined {
  const [, encoded = ''] = /^Basic (.+)$/.exec(authorization) ?? [];
  const [, user, password] = /^([^:]+):(.+)$/s.exec(Buffer.from(encoded, 'base64').toString('utf8')) ?? [];
  return user === undefined || password === undefined ? undefined : { user, password };
}

function tokenFor(repository: string): string {
  return Buffer.from(`token for ${repository}`).toString('base64url');
}

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
      if (arn !== undefined) {
        this.putLogin(account, host, arn);
      }
      const options = {
        imageAt: (repository: string, tag: string) => imageAt(context, `${host}/${repository}:${tag}`),
        ...accessTo(account, host, arn === undefined ? undefined : loginFor(host)),
      };
      this.started.set(host, await startOwnRegistry(options));
    }
  }

  /** Lets a secret hold the login of a registry, as a person does who has it. */
  putLogin({ world }: Pick<SimulatedAccount, 'world'>, host: string, arn: string): void {
    const { password, user: username } = loginFor(host);
    world.secrets.put(arn, JSON.stringify({ username, password }));
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

function loginFor(host: string): BasicLogin {
  return { user: 'rehearsal', password: `secret of ${host}` };
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
