import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { packageRoot } from '../../../../sim/package-root';
import { file } from './event-fixture';

test('finds the folder of the package from the sources', () => {
  expect(existsSync(join(packageRoot(), 'assets', 'history', 'registry-timeline.jsonl.gz'))).toBe(true);
});

test('passes by other packages and files that are no package', () => {
  const root = join(dirname(file('')), 'root');
  const inner = join(root, 'node_modules', 'other', 'dist');
  const broken = join(root, 'node_modules');
  mkdirSync(inner, { recursive: true });
  writeFileSync(join(root, 'package.json'), '{"name":"winbake"}');
  writeFileSync(join(dirname(inner), 'package.json'), '{"name":"other"}');
  writeFileSync(join(broken, 'package.json'), '{');
  expect(packageRoot(inner)).toBe(root);
});

test('says so where there is none', () => {
  expect(() => packageRoot('/')).toThrow(expect.objectContaining({ code: 'FILE_UNREADABLE' }));
});
