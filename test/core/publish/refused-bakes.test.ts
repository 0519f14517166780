import { publishBake } from '../../../lib/core/publish/publish-bake';
import {
  BAKE,
  catalog,
  finishedBake,
  IMAGE,
  manifest,
  MANIFEST_KEY,
  order,
  TARGET,
  verification,
  VERIFICATION_KEY,
  REGION,
  AMI,
} from '../../support/finished-bake';
import { channelsAt, PATH, publicationAt } from '../../support/pipeline-description';

test('an image without an AMI in the region of the pipeline publishes nothing', async () => {
  const { ports, documents } = finishedBake({ build: { amis: { 'us-east-1': AMI } } });
  await expect(publishBake(ports, TARGET, BAKE)).rejects.toThrow(
    `EVIDENCE_BUILD: ${IMAGE} has no AMI in ${REGION}; got: "us-east-1".`,
  );
  expect(documents.texts.has('publications/20348.4294-1.json')).toBe(false);
});

const [check] = verification.checks;
const [image] = manifest.images;

test.each<[string, Parameters<typeof finishedBake>[0], string]>([
  [
    'no order',
    { documents: { [`bakes/${order.id}.json`]: { ...order, id: '' } } },
    'bakes/.* is damaged: id',
  ],
  [
    'an image that is not finished',
    { build: { status: 'TESTING' } },
    'Nothing was published. EVIDENCE_BUILD: arn:\\S+ is not finished; got: the state TESTING\\.',
  ],
  [
    'a manifest of another order',
    { documents: { [MANIFEST_KEY]: { ...manifest, order: 'another' } } },
    'EVIDENCE_ORDER: the image manifest is not of the order 20348-20251014T204800Z; got: "another"',
  ],
  [
    'a verification of another order',
    { documents: { [VERIFICATION_KEY]: { ...verification, order: 'another' } } },
    'EVIDENCE_ORDER: the verification is not of the order 20348-20251014T204800Z; got: "another"',
  ],
  [
    'a manifest that was not finished',
    { documents: { [MANIFEST_KEY]: { ...manifest, finishedAt: null } } },
    'EVIDENCE_UNFINISHED: the image manifest was not finished',
  ],
  [
    'a check that failed',
    {
      documents: {
        [VERIFICATION_KEY]: { ...verification, checks: [{ ...check, ok: false, detail: 'it is not' }] },
      },
    },
    'EVIDENCE_CHECK_FAILED: the check "ecs agent" of the verification failed; got: "it is not"',
  ],
  [
    'an image that was not found',
    { documents: { [VERIFICATION_KEY]: { ...verification, images: [] } } },
    'EVIDENCE_IMAGE_UNVERIFIED: the verification did not find servercore with sha256:a{64}; got: no image',
  ],
  [
    'an image with another digest',
    {
      documents: {
        [MANIFEST_KEY]: { ...manifest, images: [{ ...image, digest: `sha256:${'d'.repeat(64)}` }] },
      },
    },
    'EVIDENCE_IMAGE: the digest of servercore is sha256:a{64} in the set \\S+; got: "sha256:d{64}"',
  ],
  [
    'a host that started as another',
    { documents: { [VERIFICATION_KEY]: { ...verification, host: { osVersion: '10.0.20348.4295' } } } },
    'EVIDENCE_HOST_CHANGED: the AMI was baked as 10.0.20348.4294 \\D+; got: 10.0.20348.4295',
  ],
  [
    'a manifest that is not there',
    { build: { buildInstanceId: undefined } },
    'EVIDENCE_DOCUMENT: manifests/AROAEXAMPLE:unknown.json was not uploaded',
  ],
  [
    'a verification that is not there',
    { build: { testInstanceId: 'i-other' } },
    'EVIDENCE_DOCUMENT: verifications/AROAEXAMPLE:i-other.json was not uploaded',
  ],
  [
    'no image and no check at all',
    {
      documents: {
        [MANIFEST_KEY]: { ...manifest, images: [] },
        [VERIFICATION_KEY]: { ...verification, images: [], checks: [] },
      },
    },
    'EVIDENCE_FAMILIES: the image manifest does not hold each family of the set once, servercore; got: ""',
  ],
  [
    'an image newer than its host',
    { documents: { [MANIFEST_KEY]: { ...manifest, images: [{ ...image, osVersion: '10.0.20348.4999' }] } } },
    'EVIDENCE_IMAGE_FIT: the host of revision 4294 must not run the image servercore \\(R1\\); got: 10.0.20348.4999',
  ],
  [
    'a host below the target of its order',
    { documents: { [`bakes/${order.id}.json`]: { ...order, targetRevision: 4350 } } },
    'EVIDENCE_HOST_BELOW_TARGET: the host of the image manifest is below the revision 4350',
  ],
  [
    'an image that ended 7 days ago',
    { build: { startedAt: new Date('2025-10-07T21:00:00Z'), endedAt: new Date('2025-10-07T22:30:00Z') } },
    'EVIDENCE_CLOCK: the image is of 2025-10-07T22:30:00.000Z and is published within 7 days after that or never',
  ],
  [
    'a damaged manifest',
    { documents: { [MANIFEST_KEY]: '{' } },
    'EVIDENCE_DOCUMENT: manifests/\\S+ is damaged: it is not JSON',
  ],
])('%s publishes nothing', async (_name, changes, message) => {
  const { ports, documents, parameters, tags } = finishedBake(changes);
  await expect(publishBake(ports, TARGET, BAKE)).rejects.toThrow(new RegExp(message));
  expect(parameters.puts).toEqual([]);
  expect(tags).not.toHaveBeenCalled();
  expect([...documents.texts.keys()].filter((key) => key.startsWith('publications/'))).toEqual([]);
});

test('a host below what stands is published once a person accepts that, and not before', async () => {
  const published = publicationAt(4350, '2025-10-01T00:00:00.000Z');
  const { ports, documents, parameters } = finishedBake({
    parameters: channelsAt({ latest: published, current: published }),
  });
  const finding = 'HOST_BELOW_LATEST 10.0.20348.4294 10.0.20348.4350';
  await expect(publishBake(ports, TARGET, BAKE)).rejects.toThrow(
    'Nothing was published. HOST_BELOW_LATEST: the host is below the revision of "latest", 10.0.20348.4350; got: ' +
      `10.0.20348.4294. The finished image is kept: to publish it, accept it with winbake pipeline accept NAME "${finding}" --reason "...", ` +
      'and start a rebake.',
  );
  expect(parameters.puts).toEqual([]);
  const key = 'publications/awaiting.json';
  expect([...documents.texts.keys()].filter((one) => one.startsWith('publications/'))).toEqual([key]);
  expect(JSON.parse(documents.texts.get(key)!)).toEqual({
    schema: 'winbake.awaiting-publication/1',
    order: order.id,
    imageBuildVersionArn: IMAGE,
    finding,
    at: '2025-10-14T22:31:00.000Z',
  });
  const accepted = [{ finding, by: 'ops', at: '2025-10-14T22:40:00Z' }];
  await documents.overwrite('catalog/2022.json', JSON.stringify({ ...catalog, accepted }));
  expect(await publishBake(ports, TARGET, BAKE)).toMatchObject({ publication: { id: '20348.4294-1' } });
  expect(parameters.json(`${PATH}/latest/publication`)).toMatchObject({ id: '20348.4294-1' });
});

test('an order that was never written publishes nothing', async () => {
  const { ports } = finishedBake();
  const bake = { ...BAKE, orderId: 'never' };
  await expect(publishBake(ports, TARGET, bake)).rejects.toThrow(
    'EVIDENCE_ORDER: there is no order; got: "never".',
  );
});
