import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

const FOLDER = join(__dirname, '..', '..', 'dist', 'handlers');
/** Beside the bundles lie what jsii compiles. */
const names = readdirSync(FOLDER, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name)
  .sort();

const bundleOf = (name: string) => join(FOLDER, name, 'index.mjs');

test('every handler is bundled', () => {
  const handlers = readdirSync(join(__dirname, '..', '..', 'lib', 'handlers'))
    .filter((file) => file.endsWith('.lambda.ts'))
    .map((file) => file.slice(0, -'.lambda.ts'.length));
  expect(names).toEqual(handlers.sort());
});

test('all together are smaller than 3 MB', () => {
  const bytes = names.map((name) => statSync(bundleOf(name)).size).reduce((sum, size) => sum + size, 0);
  expect(bytes).toBeGreaterThan(500_000);
  expect(bytes).toBeLessThan(3_000_000);
});

test.each(names)('%s leaves the AWS SDK to the runtime', (name) => {
  const text = readFileSync(bundleOf(name), 'utf8');
  const imported = [...text.matchAll(/\bfrom\s*["']([^"']+)["']/g)].map(([, module = '']) => module);
  expect(imported.filter((module) => module.startsWith('@aws-sdk/')).length).toBeGreaterThan(0);
  // What signs and sends requests is in every client that is bundled.
  expect(text).not.toMatch(/SignatureV4|AWS4-HMAC-SHA256/);
});
