import { digestOf, IMAGES, inspectAnswer, SAVED_IMAGES } from '../support/documents';
import { describeWithPowerShell } from '../support/power-shell';
import { runTable } from '../support/run-cases';
import { failedPull, saveImageStep as step } from '../support/save-image-step';

const SOURCE = `mcr.microsoft.com/windows/servercore@${IMAGES[0].platformDigest}`;

const tampered = (times?: number) =>
  failedPull(`filesystem layer verification failed for digest ${digestOf(1)}`, times);

describeWithPowerShell('Save-Image tries again', () => {
  const result = runTable({
    layerOnce: step([tampered(1)]),
    layerAlways: step([tampered()]),
    otherVersion: step([
      { call: 'image inspect *', stdout: inspectAnswer(0, { OsVersion: '10.0.20348.9999' }) },
    ]),
  });
  const pulls = (name: Parameters<typeof result>[0]): number =>
    result(name)
      .machine.calls()
      .filter((call) => call === `pull ${SOURCE}`).length;

  test.each([['layerOnce', 2, /filesystem layer verification failed/]] as const)(
    '%s: saved after %i pulls of it',
    (name, count, message) => {
      const { exitCode, machine, stderr, stdout } = result(name);
      expect({ exitCode, stderr, pulls: pulls(name) }).toEqual({ exitCode: 0, stderr: '', pulls: count });
      expect(stdout.join('\n')).toMatch(/Attempt 1 of 5 at servercore \(1 of 2\) failed, the next in /);
      expect(stdout.join('\n')).toMatch(message);
      expect(machine.read('saved-images.json')).toMatchObject({
        complete: true,
        images: SAVED_IMAGES.images.map(({ family, imageId }) => ({ family, imageId })),
      });
    },
  );

  test.each([
    ['layerAlways', 5, 'WRONG_IMAGE', /failed after 5 of 5 attempts.*filesystem layer verification failed/],
    ['otherVersion', 1, 'WRONG_IMAGE', /Save-Image: \S+ is an image of 10\.0\.20348\.9999/],
  ] as const)('%s: fails after %i pulls of it with %s', (name, count, code, message) => {
    const { exitCode, machine, stderr } = result(name);
    expect({ exitCode, pulls: pulls(name) }).toEqual({ exitCode: 1, pulls: count });
    expect(stderr).toMatch(message);
    expect(machine.read('failure.json')).toMatchObject({ code });
  });
});
