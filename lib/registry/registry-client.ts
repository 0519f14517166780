import { lookup as systemLookup } from 'node:dns';
import type { LookupFunction } from 'node:net';
import { setTimeout as sleepFor } from 'node:timers/promises';
import { type Digest, isDigest } from '../contract/values/digest';
import { isJsonObject, type JsonObject, textAt } from '../contract/values/json';
import { ACCEPTED_MANIFESTS, isIndexType, isManifestType } from '../core/oci/manifests';
import { type ManifestDocument, type ManifestHead, type Registry, RegistryError } from '../core/oci/registry';
import {
  acceptBody,
  assertDigest,
  describeContent,
  isThere,
  mediaTypeOf,
  readTagPages,
} from './accept-response';
import { type ClientLifetime, requestLifetime, startLifetime } from './client-lifetime';
import type { FollowedAnswer } from './follow-redirects';
import { createHttpAgents, type HttpAgents } from './http-agents';
import { createHttpSender } from './http-sender';
import { checkedLookup } from './network-address';
import { createRegistryAccess, type RegistryAccess, type RegistryLogin } from './registry-access';
import { RegistryErrors } from './registry-errors';
import { DEFAULT_REGISTRY_LIMITS, type RegistryLimits } from './registry-limits';
import { blobPath, manifestPath, type RegistryPath, tagsPath } from './registry-path';
import { parseRegistryUrl, type RegistryAddress } from './registry-url';
import { limitParallel, pacedRequests } from './request-pace';
import { createRetryingSender } from './retrying-sender';

/**
 * The manifest in a successful answer to a GET, its contents checked against the digest in `reference` or the one that
 * the registry names. Throws a `RegistryError` where they differ or it is no manifest.
 */
function manifestOf(followed: FollowedAnswer, reference: string, errors: RegistryErrors): ManifestDocument {
  const { digest, text: body } = acceptBody(followed, errors);
  if (isDigest(reference)) {
    assertDigest(followed, digest, reference, errors);
  }
  assertDigest(followed, digest, followed.response.headers['docker-content-digest'], errors);
  return { digest, mediaType: manifestMediaType(followed, body, isDigest(reference), errors), body };
}

/**
 * What a successful answer to a HEAD tells, or undefined where it does not tell enough. Throws a `RegistryError` where it
 * is about something else than what was asked for.
 */
function manifestHeadOf(
  { request, response: { headers, status } }: FollowedAnswer,
  reference: string,
  errors: RegistryErrors,
): ManifestHead | undefined {
  const digest = headers['docker-content-digest'];
  const mediaType = mediaTypeOf(headers['content-type']);
  if (digest === undefined || !isKnown(mediaType)) {
    return undefined;
  }
  if (!isDigest(digest) || (isDigest(reference) && digest !== reference)) {
    throw errors.invalid(request, 'named a digest that is not the one it should be', status);
  }
  return { digest, mediaType };
}

function manifestMediaType(
  followed: FollowedAnswer,
  body: string,
  mayBeForeign: boolean,
  errors: RegistryErrors,
): string {
  const { request, response } = followed;
  const header = mediaTypeOf(response.headers['content-type']);
  const own = ownMediaType(body);
  const ownKnown = own !== undefined && isKnown(own);
  if (isKnown(header)) {
    if (ownKnown && own !== header) {
      throw errors.invalid(request, `sent a manifest as ${header} that says it is ${own}`, response.status);
    }
    return header;
  }
  if (ownKnown) {
    return own;
  }
  const document = jsonObject(body);
  const foreign = own ?? (document !== undefined ? header : '');
  // Its digest is right, so that no proxy wrote it; what has neither config nor manifests is no image of any kind.
  const isOther =
    document === undefined || !['config', 'layers', 'manifests'].some((name) => name in document);
  if (mayBeForeign && (FOREIGN.test(foreign) || isOther)) {
    return FOREIGN.test(foreign) ? foreign : 'application/octet-stream';
  }
  const content = describeContent(response.headers['content-type'], response.bytes);
  throw errors.invalid(request, `answered with ${content} instead of a manifest`, response.status);
}

/** A kind of manifest that is not an image's, such as an artifact's; whoever followed an index to it passes it over. */
const FOREIGN = /^application\/vnd\.[\w.+-]{1,100}$/;

function isKnown(mediaType: string): boolean {
  return isIndexType(mediaType) || isManifestType(mediaType);
}

function ownMediaType(body: string): string | undefined {
  const document = jsonObject(body);
  return document && textAt(document, 'mediaType');
}

function jsonObject(body: string): JsonObject | undefined {
  try {
    const value: unknown = JSON.parse(body);
    return isJsonObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** How a registry is read; all but `url` has a default. */
export interface RegistryClientOptions {
  /** The base address, such as `https://mcr.microsoft.com`; see `parseRegistryUrl`. */
  readonly url: string;
  /** How the reader signs in, asked where the registry wants to know; absent: everything is read anonymously. */
  readonly login?: () => Promise<RegistryLogin | undefined>;
  /** Ends all work of the client. */
  readonly signal?: AbortSignal;
  /** Seconds from the making of the client for all of its work; absent: no end. */
  readonly deadlineSeconds?: number;
  /** For each host; absent: 5 a second, and no limit on this computer. */
  readonly requestsPerSecond?: number;
  /** Limits that differ from `DEFAULT_REGISTRY_LIMITS`. */
  readonly limits?: Partial<RegistryLimits>;
  /** Milliseconds since 1970; absent: the computer's clock. */
  readonly clock?: () => number;
  /** Waits for milliseconds, or until the signal; absent: a timer. */
  readonly sleep?: (milliseconds: number, signal: AbortSignal) => Promise<void>;
  /** From 0 to 1, to spread retries; absent: chance. */
  readonly random?: () => number;
  /** Looks names up; absent: as the computer does. */
  readonly lookup?: LookupFunction;
  /** Certificates of authorities to trust instead of the usual ones, as PEM. */
  readonly certificateAuthorities?: readonly string[];
}

/** What went over the network. */
export interface RegistryTraffic {
  /** Every HTTP request, retries, tokens and redirects included. */
  readonly requests: number;
  /** Those among them that followed a redirect. */
  readonly redirects: number;
}

/** A registry that is read over HTTP. */
export interface RegistryClient extends Registry {
  /** What went over the network up to now. */
  readonly traffic: RegistryTraffic;
  /** Ends what is under way and gives the connections back. */
  close(): Promise<void>;
}

/**
 * Makes a client that reads a registry, anonymously unless a login is given. Throws a `UsageError` where the address is malformed, and its members
 * where a repository or reference is. What they cannot know is a `RegistryError`: of the client's deadline, of a registry
 * that throttles or is not reached, and of answers that break the rules, such as contents with a wrong digest.
 * @see https://github.com/opencontainers/distribution-spec/blob/main/spec.md
 */
export function createRegistryClient(options: RegistryClientOptions): RegistryClient {
  return new HttpRegistryClient(options);
}

class HttpRegistryClient implements RegistryClient {
  readonly traffic = { requests: 0, redirects: 0 };
  private readonly registry: RegistryAddress;
  private readonly limits: RegistryLimits;
  private readonly lifetime: ClientLifetime;
  private readonly errors: RegistryErrors;
  private readonly agents: HttpAgents;
  private readonly access: RegistryAccess;
  private readonly clock: () => number;
  /** Repositories that used up the time of a request, and what was asked for then. */
  private readonly hanging = new Map<string, RegistryError>();

  constructor(options: RegistryClientOptions) {
    const clock = options.clock ?? Date.now;
    this.clock = clock;
    this.registry = parseRegistryUrl(options.url);
    this.limits = { ...DEFAULT_REGISTRY_LIMITS, ...options.limits };
    this.lifetime = startLifetime({
      deadlineSeconds: options.deadlineSeconds,
      signal: options.signal,
      clock,
    });
    this.errors = new RegistryErrors({ registry: this.registry, clock, ...this.lifetime });
    this.agents = createHttpAgents({
      lookup: checkedLookup(options.lookup ?? systemLookup, this.registry.hostname),
      certificateAuthorities: options.certificateAuthorities,
    });
    this.access = this.open(options, clock);
  }

  async manifest(repository: string, reference: string): Promise<ManifestDocument | undefined> {
    const path = manifestPath(this.registry, repository, reference);
    const followed = await this.ask('GET', path, repository, this.limits.manifestBytes, ACCEPTED_MANIFESTS);
    return isThere(followed, this.errors) ? manifestOf(followed, reference, this.errors) : undefined;
  }

  async head(repository: string, reference: string): Promise<ManifestHead | undefined> {
    const path = manifestPath(this.registry, repository, reference);
    const followed = await this.ask('HEAD', path, repository, this.limits.manifestBytes, ACCEPTED_MANIFESTS);
    if (!isThere(followed, this.errors)) {
      return undefined;
    }
    const head = manifestHeadOf(followed, reference, this.errors);
    if (head !== undefined) {
      return head;
    }
    const document = await this.manifest(repository, reference);
    return document && { digest: document.digest, mediaType: document.mediaType };
  }

  async blob(repository: string, digest: Digest): Promise<string | undefined> {
    const path = blobPath(this.registry, repository, digest);
    const followed = await this.ask('GET', path, repository, this.limits.blobBytes);
    if (!isThere(followed, this.errors)) {
      return undefined;
    }
    const body = acceptBody(followed, this.errors);
    assertDigest(followed, body.digest, digest, this.errors);
    return body.text;
  }

  async tags(repository: string): Promise<readonly string[] | undefined> {
    const { url, subject } = tagsPath(this.registry, repository);
    return readTagPages(url, {
      read: (page) =>
        this.ask('GET', { url: page, subject }, repository, this.limits.tagPageBytes, 'application/json'),
      limits: this.limits,
      errors: this.errors,
    });
  }

  close(): Promise<void> {
    this.lifetime.close();
    this.agents.destroy();
    return Promise.resolve();
  }

  /** A repository that hung once is not asked again: its other images would take the time of all others as well. */
  private async ask(
    method: 'GET' | 'HEAD',
    path: RegistryPath,
    repository: string,
    limitBytes: number,
    accept = '*/*',
  ): Promise<FollowedAnswer> {
    const known = this.hanging.get(repository);
    if (known !== undefined) {
      throw known;
    }
    const lifetime = requestLifetime(this.lifetime, this.clock);
    try {
      return await this.access({ method, accept, limitBytes, lifetime, ...path }, repository);
    } catch (error) {
      if (error instanceof RegistryError && lifetime.ended() === 'deadline') {
        this.hanging.set(repository, error);
      }
      throw error;
    } finally {
      lifetime.close();
    }
  }

  private open(options: RegistryClientOptions, clock: () => number): RegistryAccess {
    const { limits, lifetime, errors, registry } = this;
    const sleep = (milliseconds: number): Promise<void> =>
      options.sleep?.(milliseconds, lifetime.signal) ??
      sleepFor(milliseconds, undefined, { signal: lifetime.signal });
    const once = createHttpSender({
      agents: this.agents,
      limits,
      parallel: limitParallel(limits.parallel),
      pace: pacedRequests({ requestsPerSecond: options.requestsPerSecond, clock, sleep }),
      count: () => {
        this.traffic.requests += 1;
      },
    });
    const random = options.random ?? Math.random;
    const send = createRetryingSender({ send: once, limits, errors, clock, sleep, random });
    const count = (): void => {
      this.traffic.redirects += 1;
    };
    return createRegistryAccess({ send, registry, limits, errors, clock, count, login: options.login });
  }
}
