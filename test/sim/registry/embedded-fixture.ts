import { createHash } from 'node:crypto';
import { readHistory } from '../../../sim/registry/history/read-history';
import {
  startEmbeddedRegistry,
  type EmbeddedRegistry,
  type EmbeddedRegistryOptions,
} from '../../../sim/registry/embedded-registry';
import { LIST, SINGLE } from './history/event-fixture';

const open: EmbeddedRegistry[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((registry) => registry.close()));
});

/** Starts a registry that is closed after the test; the recorded history in December 2025 unless said otherwise. */
export async function start(options: Partial<EmbeddedRegistryOptions> = {}): Promise<EmbeddedRegistry> {
  const registry = await startEmbeddedRegistry({ history: readHistory(), asOf: '2025-12-20', ...options });
  open.push(registry);
  return registry;
}

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: string;
}

/** Asks for a path, or for a whole address; redirects are not followed. */
export async function ask(
  registry: { readonly url: string },
  path: string,
  init: RequestInit = {},
): Promise<Answer> {
  const url = path.startsWith('http') ? path : `${registry.url}${path}`;
  const response = await fetch(url, { redirect: 'manual', ...init });
  return { status: response.status, headers: response.headers, body: await response.text() };
}

/** The codes of an error answer. */
export function codes({ body }: Answer): string[] {
  return (JSON.parse(body) as { errors: { code: string }[] }).errors.map((error) => error.code);
}

export function sha256(text: string): string {
  return `sha256:${createHash('sha256').update(text).digest('hex')}`;
}

interface Manifest {
  readonly manifests?: { digest: string; size: number; platform: Record<string, string> }[];
  readonly config: { digest: string; size: number };
  readonly layers: { digest: string; size: number }[];
}

/** An image as a client finds it out; every digest and size on the way is checked. */
export interface Found {
  readonly digest: string;
  readonly mediaType: string;
  readonly listVersion: string | undefined;
  readonly configVersion: string | undefined;
  readonly manifest: Manifest;
  readonly config: Record<string, unknown>;
}

/** Follows a reference to list entry, manifest and config for windows/amd64; undefined where it is not there. */
export async function follow(
  registry: EmbeddedRegistry,
  repository: string,
  reference: string,
): Promise<Found | undefined> {
  const top = await read(registry, `/v2/${repository}/manifests/${reference}`, undefined);
  if (top === undefined) {
    return undefined;
  }
  const entry = (JSON.parse(top.body) as Manifest).manifests?.find(
    (one) => one.platform['architecture'] === 'amd64',
  );
  expect(top.mediaType).toBe(entry === undefined ? SINGLE : LIST);
  const image = entry ? await read(registry, `/v2/${repository}/manifests/${entry.digest}`, entry) : top;
  const manifest = JSON.parse(image?.body ?? '') as Manifest;
  const blob = await read(registry, `/v2/${repository}/blobs/${manifest.config.digest}`, manifest.config);
  const config = JSON.parse(blob?.body ?? '') as Record<string, unknown>;
  expect(config).toMatchObject({ os: 'windows', architecture: 'amd64' });
  return {
    digest: top.digest,
    mediaType: top.mediaType,
    listVersion: entry?.platform['os.version'],
    configVersion: config['os.version'] as string | undefined,
    manifest,
    config,
  };
}

async function read(
  registry: EmbeddedRegistry,
  path: string,
  expected: { digest: string; size: number } | undefined,
): Promise<{ digest: string; mediaType: string; body: string } | undefined> {
  const { status, headers, body } = await ask(registry, path);
  if (status === 404) {
    return undefined;
  }
  const digest = headers.get('docker-content-digest') ?? '';
  expect([status, digest, Number(headers.get('content-length'))]).toEqual([200, sha256(body), body.length]);
  if (expected) {
    expect([digest, body.length]).toEqual([expected.digest, expected.size]);
  }
  return { digest, mediaType: headers.get('content-type') ?? '', body };
}
