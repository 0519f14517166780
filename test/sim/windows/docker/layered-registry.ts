import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { digestOf } from '../../../../sim/registry/memory-registry';

/** An image with named layers, so that images can share them. */
export interface LayeredImage {
  readonly osVersion?: string;
  readonly os?: string;
  readonly architecture?: string;
  /** Compressed bytes by the name of each layer, base first. */
  readonly layers: Readonly<Record<string, number>>;
  /** Fields that replace those of the config. */
  readonly config?: object;
}

/** What a tag points at: one image, or a list of images. */
export type LayeredTag = LayeredImage | readonly LayeredImage[];

interface Stored {
  readonly body: string;
  readonly type: string;
}

/** A registry whose layers answer HEAD only. */
export interface LayeredRegistry {
  readonly url: string;
  /** Method and path of each request. */
  readonly requests: string[];
  /** Headers that HEAD of a blob gives in place of its size. */
  readonly blobHeaders: Map<string, Record<string, string>>;
  /** Paths that are not there. */
  readonly missing: Set<string>;
  digest(tag: string): string;
  close(): Promise<void>;
}

const TYPE = 'application/vnd.docker.distribution.manifest';

/** The digest of a layer of that name. */
export function layerDigest(name: string): string {
  return digestOf(`layer ${name}`);
}

/** The digest of an image's config, which is its id. */
export function idOf(image: LayeredImage): string {
  return digestOf(configOf(image));
}

/** Serves tags of the repository `windows/servercore`. */
export async function startLayeredRegistry(
  tags: Readonly<Record<string, LayeredTag>>,
): Promise<LayeredRegistry> {
  const manifests = new Map<string, Stored>();
  const blobs = new Map<string, string | number>();
  const digests = new Map(Object.entries(tags).map(([tag, value]) => [tag, store(value, manifests, blobs)]));
  const requests: string[] = [];
  const blobHeaders = new Map<string, Record<string, string>>();
  const missing = new Set<string>();
  const server = createServer((request, response) => {
    const { method = '', url = '' } = request;
    requests.push(`${method} ${url}`);
    const [, kind, name = ''] = /^\/v2\/windows\/servercore\/(\w+)\/(.+)$/.exec(url) ?? [];
    const manifest = kind === 'manifests' ? manifests.get(digests.get(name) ?? name) : undefined;
    const blob = kind === 'blobs' ? blobs.get(name) : undefined;
    if (missing.has(name) || (manifest ?? blob) === undefined) {
      response.writeHead(404).end(JSON.stringify({ errors: [{ code: 'MANIFEST_UNKNOWN', message: '' }] }));
    } else if (manifest !== undefined) {
      const digest = digestOf(manifest.body);
      response.writeHead(200, { 'content-type': manifest.type, 'docker-content-digest': digest });
      response.end(method === 'HEAD' ? undefined : manifest.body);
    } else if (typeof blob === 'number') {
      const headers = blobHeaders.get(name) ?? { 'content-length': String(blob) };
      response.writeHead(method === 'HEAD' ? 200 : 501, headers).end();
    } else {
      response.writeHead(200).end(blob);
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    blobHeaders,
    missing,
    digest: (tag) => digests.get(tag)!,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function configOf(image: LayeredImage): string {
  return JSON.stringify({
    os: image.os ?? 'windows',
    architecture: image.architecture ?? 'amd64',
    'os.version': image.osVersion,
    rootfs: {
      type: 'layers',
      diff_ids: Object.keys(image.layers).map((name) => digestOf(`unpacked ${name}`)),
    },
    ...image.config,
  });
}

function store(
  value: LayeredTag,
  manifests: Map<string, Stored>,
  blobs: Map<string, string | number>,
): string {
  const images: readonly LayeredImage[] = 'layers' in value ? [value] : value;
  const entries = images.map((image) => {
    const config = configOf(image);
    blobs.set(digestOf(config), config);
    const layers = Object.entries(image.layers).map(([name, size]) => {
      blobs.set(layerDigest(name), size);
      return { digest: layerDigest(name), size };
    });
    const body = JSON.stringify({
      schemaVersion: 2,
      config: { digest: digestOf(config), size: config.length },
      layers,
    });
    manifests.set(digestOf(body), { body, type: `${TYPE}.v2+json` });
    const { os = 'windows', architecture = 'amd64', osVersion } = image;
    return {
      digest: digestOf(body),
      size: body.length,
      platform: { os, architecture, 'os.version': osVersion },
    };
  });
  if ('layers' in value) {
    return entries[0]!.digest;
  }
  const body = JSON.stringify({ schemaVersion: 2, manifests: entries });
  manifests.set(digestOf(body), { body, type: `${TYPE}.list.v2+json` });
  return digestOf(body);
}
