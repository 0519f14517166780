import type { ImageManifest } from '../../../lib/contract/documents/evidence';
import { checkEvidence, type EvidenceInput } from '../../../lib/core/publish/check-evidence';
import { imageSet, ORDERED_AT, rightEvidence, setImage } from '../../support/right-evidence';

const SHOP = {
  ...setImage('shop@extra', '10.0.20348.4171'),
  repository: '111122223333.dkr.ecr.eu-west-1.amazonaws.com/shop/web',
};
const SET = imageSet('20348.4294-1', ORDERED_AT, '10.0.20348.4294', [
  setImage('servercore', '10.0.20348.4294'),
  SHOP,
]);
const LEFT_OUT = [{ family: SHOP.family, repository: SHOP.repository, tag: SHOP.tag, message: 'denied' }];

const RIGHT = rightEvidence({
  ...{ release: '2022', hostVersion: '10.0.20348.4294', sets: [SET], ordered: SET.id, targetRevision: 4294 },
  ...{ taken: SET.id, modes: { servercore: 'exact', 'shop@extra': 'nearestLower' } },
});

/** The evidence of a bake whose instance started no container of the own image, as it does not. */
const cached: EvidenceInput = {
  ...RIGHT,
  verification: {
    ...RIGHT.verification,
    images: RIGHT.verification.images.map((image) =>
      image.family === SHOP.family ? { ...image, firstStartSeconds: null, secondStartSeconds: null } : image,
    ),
    checks: RIGHT.verification.checks.filter(({ name }) => name !== 'container shop@extra'),
  },
};

/** The same where the images of a family are nowhere. */
function without(family: string, manifest: Partial<ImageManifest> = {}): EvidenceInput {
  const isOther = (image: { readonly family: string }) => image.family !== family;
  return {
    ...cached,
    manifest: { ...cached.manifest, images: cached.manifest.images.filter(isOther), ...manifest },
    verification: {
      ...cached.verification,
      images: cached.verification.images.filter(isOther),
      checks: cached.verification.checks.filter(({ name }) => !name.endsWith(` ${family}`)),
    },
  };
}

const codesOf = (input: EvidenceInput) => checkEvidence(input).refusals.map(({ code }) => code);

test.each<[string, EvidenceInput, readonly string[]]>([
  ['cached, and not started', cached, []],
  ['left out, with its reason', without(SHOP.family, { leftOut: LEFT_OUT }), []],
  ['missing without a word', without(SHOP.family), ['EVIDENCE_FAMILIES']],
  [
    'a base image that is said to be left out',
    without('servercore', { leftOut: [{ ...LEFT_OUT[0]!, family: 'servercore' }] }),
    ['EVIDENCE_FAMILIES'],
  ],
])('evidence of an own image: %s', (_, input, codes) => {
  expect(codesOf(input)).toEqual(codes);
});

test('an own image that is not of the set, or newer than its host, is refused as any', () => {
  const images = cached.manifest.images.map((image) =>
    image.family === SHOP.family ? { ...image, osVersion: '10.0.20348.4405' } : image,
  );
  expect(codesOf({ ...cached, manifest: { ...cached.manifest, images } })).toEqual(
    expect.arrayContaining(['EVIDENCE_IMAGE_FIT', 'EVIDENCE_IMAGE']),
  );
});
