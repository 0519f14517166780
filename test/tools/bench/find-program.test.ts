import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findPrograms } from '../../../tools/bench/find-program';

test('what is not installed is named, with the way to get it', () => {
  const folder = mkdtempSync(join(tmpdir(), 'winbake-bench-path-'));
  try {
    writeFileSync(join(folder, 'here'), '', { mode: 0o755 });
    expect(findPrograms(['here'], folder)).toEqual([join(folder, 'here')]);
    expect(() => findPrograms(['here', 'gone'], folder)).toThrow(
      'The benchmark needs here and gone on the PATH; not found: gone. On Debian or Ubuntu: apt-get install gone',
    );
  } finally {
    rmSync(folder, { recursive: true });
  }
});
