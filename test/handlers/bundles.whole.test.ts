import { readdirSync, readFileSync, statSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { join } from 'node:path';

const FOLDER = join(__dirname, '..', '..', 'dist', 'functions');

const files = readdirSync(FOLDER, { recursive: true, encoding: 'utf8' }).filter((name) =>
  name.endsWith('.mjs'),
);

test('every handler is bundled', () => {
  const handlers = readdirSync(join(__dirname, '..', '..', 'lib', 'handlers'))
    .filter((file) => file.endsWith('.lambda.ts'))
    .map((file) => file.replace('.lambda.ts', '.mjs'));
  expect(files.filter((name) => !name.startsWith('chunks')).sort()).toEqual(handlers.sort());
});

test('all together are smaller than 4 MB, and so than 1 MB as an archive', () => {
  const bytes = files.map((name) => statSync(join(FOLDER, name)).size).reduce((sum, size) => sum + size, 0);
  expect(bytes).toBeGreaterThan(500_000);
  expect(bytes).toBeLessThan(4_000_000);
});

test.each(files)('%s takes nothing from the runtime but Node', (name) => {
  const text = readFileSync(join(FOLDER, name), 'utf8');
  // A statement, not a text that ends with "from".
  const statements = /(?:^|[;}])import(?:[\s\w$*,{}]*\bfrom)?\s*["']([^"'\n]+)["']/gm;
  const imported = [...text.matchAll(statements)].map(([, module = '']) => module);
  expect(imported).toContain('node:module');
  expect(imported.filter((module) => !module.startsWith('.') && !isBuiltin(module))).toEqual([]);
});
