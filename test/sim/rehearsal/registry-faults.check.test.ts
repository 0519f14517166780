import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describeWithPowerShell, requirePowerShell } from '../../scripts/support/power-shell';
import { assembly } from '../../support/assembly';
import { rehearsing } from '../../support/run-rehearsal';

/** The faults of the registry that docs/faults.md makes promises for. */
const PROMISED = [
  ...readFileSync(join(__dirname, '..', '..', '..', 'docs', 'faults.md'), 'utf8').matchAll(
    /^- `(registry-[\w-]+)`/gm,
  ),
].map(([, name = '']) => name);

describeWithPowerShell('a rehearsal with a fault of the registry', () => {
  beforeAll(requirePowerShell);

  test.each(PROMISED)('with %s it goes on', async (name) => {
    const { exitCode, stderr, stdout } = await rehearsing(
      await assembly(),
      '--as-of',
      '2025-10-16',
      '--fault',
      name,
    );
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    const { findings, images } = JSON.parse(stdout) as {
      readonly findings: readonly { readonly code: string; readonly family?: string }[];
      readonly images: readonly { readonly mode: string }[];
    };
    expect(images.map(({ mode }) => mode)).toEqual(['exact', 'exact', 'exact', 'exact']);
    expect(findings.flatMap(({ code, family }) => (code === 'SYNTHETIC' ? [] : [[code, family]]))).toEqual(
      name === 'registry-hangs-one' ? [['REGISTRY_UNREACHABLE', 'aspnet']] : [],
    );
  });
});
