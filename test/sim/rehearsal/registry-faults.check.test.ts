import { describeWithPowerShell, requirePowerShell } from '../../scripts/support/power-shell';
import { assembly } from '../../support/assembly';
import { REGISTRY_PROMISES } from '../../support/fault-promises';
import { rehearsing } from '../../support/run-rehearsal';

describeWithPowerShell('a rehearsal with a fault of the registry', () => {
  beforeAll(requirePowerShell);

  test.each(REGISTRY_PROMISES)('with %s it goes on', async (name) => {
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
