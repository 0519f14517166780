import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import Ajv from 'ajv';
import fc from 'fast-check';
import { renderSbom } from '../../../lib/core/evidence/publication-evidence';
import { MODES } from '../../../lib/contract/values/mode';
import type { PublishedManifest } from '../../../lib/core/publish/find-publication';
import { manifestImage, publishedManifest } from '../../support/published-manifest';
import { propertyRuns } from '../../support/property-runs';

const SCHEMAS = join(require.resolve('@cyclonedx/cyclonedx-library/package.json'), '..', 'res', 'schema');
const schema = (name: string) =>
  JSON.parse(readFileSync(join(SCHEMAS, `${name}.SNAPSHOT.schema.json`), 'utf8')) as object;

/** The official schema of CycloneDX 1.6, with the two that it refers to. */
const isBom = new Ajv({ strict: false, validateFormats: false, allErrors: true })
  .addSchema(schema('spdx'), 'http://cyclonedx.org/schema/spdx.SNAPSHOT.schema.json')
  .addSchema(schema('jsf-0.82'), 'http://cyclonedx.org/schema/jsf-0.82.SNAPSHOT.schema.json')
  .compile(schema('bom-1.6'));

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
const render = (published: PublishedManifest) =>
  renderSbom({ ...published, pipeline: '2022-core', registry: 'mcr.microsoft.com', sha256 });

const HOST = {
  osVersion: '10.0.20348.4294',
  updates: ['KB5066139', 'KB5066782', 'KB5066782', 'Odd one'],
  software: [
    { name: 'docker', version: '25.0.6' },
    { name: 'amazon-ecs-agent', version: '1.98.0' },
  ],
};
const FULL = publishedManifest({}, { host: HOST });

function errorsOf(document: unknown): unknown {
  return isBom(document) ? [] : isBom.errors;
}

test('it fits the official schema, with all that a manifest may hold and with the least', () => {
  expect(errorsOf(render(FULL))).toEqual([]);
  expect(errorsOf(render(publishedManifest()))).toEqual([]);
  expect(errorsOf(render(publishedManifest({ amis: {} }, { images: [] })))).toEqual([]);
  // The schema is one that refuses.
  expect(isBom({ ...render(FULL), surprise: true })).toBe(false);
  expect(isBom({ ...render(FULL), serialNumber: 'urn:uuid:1' })).toBe(false);
});

test('it names Windows with its updates, the images by the digest that was pulled, docker and agents', () => {
  const platformDigest = `sha256:${'d'.repeat(64)}` as const;
  const own = manifestImage({
    family: 'shop',
    repository: '123456789012.dkr.ecr.eu-central-1.amazonaws.com/shop/web',
    tag: '1.2',
  });
  const document = render(
    publishedManifest({}, { host: HOST, images: [manifestImage({ platformDigest }), own] }),
  );
  expect(document['metadata']).toMatchObject({
    timestamp: '2025-10-14T22:31:00Z',
    component: { name: 'winbake-2022-core', version: '20348.4294-1' },
  });
  const purl = 'pkg:oci/servercore@sha256%3Adddd';
  expect(document['components']).toMatchObject([
    {
      name: 'Windows Server 2022 Server Core',
      version: '10.0.20348.4294',
      cpe: 'cpe:2.3:o:microsoft:windows_server_2022:10.0.20348.4294:*:*:*:*:*:x64:*',
      components: [{ name: 'KB5066139' }, { name: 'KB5066782' }, { name: 'Odd one' }],
    },
    {
      name: 'mcr.microsoft.com/windows/servercore',
      version: '10.0.20348.4294',
      purl: expect.stringContaining(purl),
      hashes: [{ alg: 'SHA-256', content: 'd'.repeat(64) }],
    },
    {
      name: '123456789012.dkr.ecr.eu-central-1.amazonaws.com/shop/web',
      purl: expect.stringMatching(/^pkg:oci\/web@.*&tag=1\.2$/),
    },
    { name: 'docker', version: '25.0.6' },
    { name: 'amazon-ecs-agent', version: '1.98.0' },
    { name: 'winbake-instance-scripts', hashes: [{ alg: 'SHA-256', content: 'c'.repeat(64) }] },
  ]);
});

test('whatever a manifest holds, the document fits the schema, is the same twice, and another for other content', () => {
  const text = fc.string({ minLength: 1, maxLength: 30, unit: 'binary' });
  const digest = fc.stringMatching(/^sha256:[0-9a-f]{64}$/) as fc.Arbitrary<`sha256:${string}`>;
  const image = fc.record({
    family: text,
    repository: text,
    tag: text,
    digest,
    mode: fc.constantFrom(...MODES),
  });
  const images = fc.uniqueArray(image, { maxLength: 4, selector: ({ family }) => family });
  const serials = new Map<string, string>();
  fc.assert(
    fc.property(
      images,
      fc.option(fc.array(text, { maxLength: 4 }), { nil: undefined }),
      fc.uniqueArray(fc.record({ name: text, version: text }), {
        maxLength: 3,
        selector: ({ name }) => name,
      }),
      (some, updates, software) => {
        const published = publishedManifest(
          {},
          {
            images: some.map((one) => manifestImage(one)),
            host: { osVersion: HOST.osVersion, software, ...(updates === undefined ? {} : { updates }) },
          },
        );
        const document = render(published);
        expect(errorsOf(document)).toEqual([]);
        expect(render(structuredClone(published))).toEqual(document);
        const { serialNumber, ...content } = document;
        const serial = JSON.stringify(serialNumber);
        const known = serials.get(serial) ?? JSON.stringify(content);
        expect(JSON.stringify(content)).toBe(known);
        serials.set(serial, known);
      },
    ),
    { numRuns: propertyRuns(60) },
  );
});
