import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Catalog } from '../../lib/contract/documents/catalog';
import type { ImageManifest, Verification } from '../../lib/contract/documents/evidence';
import type { Order } from '../../lib/contract/documents/order';
import type { ImageBuild } from '../../lib/core/ports/bakes';
import { memoryDocuments, memoryParameters } from './memory-ports';
import { channelsAt, DESCRIPTION } from './pipeline-description';

export const REGION = 'eu-central-1';
export const IMAGE = 'arn:aws:imagebuilder:eu-central-1:123456789012:image/winbake-2022-core/1.0.3/1';
export const AMI = 'ami-0fedcba9876543210';
export const MANIFEST_KEY = 'manifests/AROAEXAMPLE:i-build.json';
export const VERIFICATION_KEY = 'verifications/AROAEXAMPLE:i-test.json';

export const order = fixture('order') as Order;
export const manifest = fixture('image-manifest') as ImageManifest;
export const verification = fixture('verification') as Verification;
export const catalog = fixture('catalog') as Catalog;
export const BAKE = { orderId: order.id, imageBuildVersionArn: IMAGE };
export const TARGET = { description: DESCRIPTION, instanceRoleId: 'AROAEXAMPLE' };

/** A document of the contracts' fixtures. */
export function fixture(name: string): unknown {
  const file = join(__dirname, '..', 'fixtures', 'contracts', `${name}.json`);
  return JSON.parse(readFileSync(file, 'utf8')) as unknown;
}

/** A finished bake of the fixtures, with changes. */
export function finishedBake(
  changes: {
    readonly documents?: Readonly<Record<string, unknown>>;
    readonly parameters?: Readonly<Record<string, unknown>>;
    readonly build?: Partial<ImageBuild>;
  } = {},
) {
  const calls: string[] = [];
  const documents = memoryDocuments({
    [`bakes/${order.id}.json`]: order,
    'catalog/2022.json': catalog,
    [MANIFEST_KEY]: manifest,
    [VERIFICATION_KEY]: verification,
    ...changes.documents,
  });
  const parameters = memoryParameters({
    ...channelsAt({}),
    ...changes.parameters,
  });
  const tags = jest.fn().mockImplementation(() => {
    calls.push('tag');
    return Promise.resolve();
  });
  const build: ImageBuild = {
    status: 'AVAILABLE',
    amis: { [REGION]: AMI },
    buildInstanceId: 'i-build',
    testInstanceId: 'i-test',
    startedAt: new Date('2025-10-14T21:00:00Z'),
    endedAt: new Date('2025-10-14T22:30:00Z'),
    ...changes.build,
  };
  const announce = jest.fn().mockResolvedValue(undefined);
  const ports = {
    documents,
    stores: { of: () => Promise.resolve(parameters) },
    announcer: { announce },
    builds: { describe: () => Promise.resolve(build) },
    tags: { tag: tags },
    now: () => new Date('2025-10-14T22:31:00Z'),
  };
  return { ports, documents, parameters, tags, announce };
}
