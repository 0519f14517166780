import { WinbakeError } from '../../lib/contract/values/errors';
import { parseRelease } from '../../lib/contract/values/release';
import { emptyCatalog } from '../../lib/core/catalog/catalog';
import { observeExtras } from '../../lib/core/gate/observe';
import { parseImageExtras } from '../../lib/core/images/image-extra';
import { openRegistries, withOwnRegistries } from '../../lib/registry/registries';
import type { RegistryLogin } from '../../lib/registry/registry-access';
import { readHistory } from '../../sim/registry/history/read-history';
import { publishedContentOf } from '../../sim/registry/images/image-store';
import { appImage, type OwnRegistry, startOwnRegistry } from '../../sim/rehearsal/own-registries';
import { memoryRegistry } from '../../sim/registry/memory-registry';

const RELEASE = parseRelease('2022');
const LOGIN = { user: 'AWS', password: 'right' };

const history = readHistory(undefined);
const event = history.pointsAt('windows/servercore', 'ltsc2022', new Date('2025-10-20T00:00:00Z'))!;
const made = new Date('2025-10-20T00:00:00Z');
const image = appImage(publishedContentOf(history).images.imageOf(event).platform, {
  ...{ key: 'shop', osVersion: event.osVersion!, bytes: 1000, made },
});

/** What the gate sees of the shop's image with a login. */
async function observed(registry: OwnRegistry, login: () => Promise<RegistryLogin | undefined>) {
  const host = new URL(registry.url).host;
  const extras = parseImageExtras(
    { extras: [`shop=${host}/shop/web:7`], previousRevisions: 0 },
    { release: RELEASE, families: [] },
  );
  const registries = openRegistries({ deadlineSeconds: 10, login });
  try {
    const [poll] = await observeExtras(
      withOwnRegistries(memoryRegistry({}), registries),
      extras,
      [],
      emptyCatalog(RELEASE),
    );
    return poll!.poll;
  } finally {
    await registries.close();
  }
}

describe.each(['basic', 'bearer'] as const)('a private registry that takes a %s login', (scheme) => {
  let registry: OwnRegistry;
  const asked: string[] = [];
  beforeAll(async () => {
    registry = await startOwnRegistry({
      scheme,
      mayRead: ({ password, user }, repository, kind) => {
        asked.push(`${user} ${repository} ${kind}`);
        return user === LOGIN.user && password === LOGIN.password && repository === 'shop/web';
      },
      imageAt: (_, tag) => (tag === '7' ? image : undefined),
    });
  });
  afterAll(() => registry.close());

  test('refuses whoever has none, and says how to get in', async () => {
    const response = await fetch(`${registry.url}/v2/shop/web/manifests/7`);
    expect(response.status).toBe(401);
    expect(response.headers.get('www-authenticate')).toMatch(new RegExp(`^${scheme} `, 'i'));
  });

  test('shows the gate its image with digest, version, sizes and layers', async () => {
    const { findings, image: found } = await observed(registry, () => Promise.resolve(LOGIN));
    expect(findings).toEqual([]);
    expect(found).toMatchObject({
      tag: '7',
      digest: image.manifest.digest,
      compressedBytes: image.compressedBytes,
      layers: image.layers.map(({ digest, size }) => ({ digest, bytes: size })),
    });
    expect(asked).toContain('AWS shop/web manifest');
  });

  test.each<[string, () => Promise<RegistryLogin | undefined>, string]>([
    ['nobody', () => Promise.resolve(undefined), 'REGISTRY_UNREACHABLE'],
    ['a wrong login', () => Promise.resolve({ ...LOGIN, password: 'wrong' }), 'REGISTRY_UNREACHABLE'],
    [
      'a login that is not to be had',
      () => Promise.reject(new WinbakeError('AWS_FAILED', 'Could not sign in.')),
      'REGISTRY_UNREACHABLE',
    ],
  ])('is a finding for %s, and no failure', async (_, login, code) => {
    const { findings, image: found } = await observed(registry, login);
    expect(found).toBeUndefined();
    expect(findings).toEqual([expect.objectContaining({ code, severity: 'warning', family: 'shop@extra' })]);
  });
});
