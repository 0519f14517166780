import { digestOf, IMAGES, inspectAnswer, SAVED_IMAGES } from '../support/documents';
import type { DockerAnswer } from '../support/fake-docker';
import { describeWithPowerShell } from '../support/power-shell';
import { runTable } from '../support/run-cases';
import { failedPull, saveImageStep as step } from '../support/save-image-step';

const SOURCE = `mcr.microsoft.com/windows/servercore@${IMAGES[0].platformDigest}`;
const NAME = 'mcr.microsoft.com/windows/servercore:ltsc2022';

/** A docker whose engine is away for a moment, after a pull. */
const away = (call: string, times?: number): DockerAnswer => ({
  ...{ call, exitCode: 1, stderr: 'error during connect: the pipe has been ended' },
  ...(times === undefined ? {} : { times }),
});
const silent = (call: string): DockerAnswer => ({ call, stdout: '\r\n', times: 1 });
const tampered = (times?: number) =>
  failedPull(`filesystem layer verification failed for digest ${digestOf(1)}`, times);

describeWithPowerShell('Save-Image tries again', () => {
  const result = runTable({
    inspectSilent: step([silent(`image inspect ${SOURCE}`)]),
    inspectAway: step([away(`image inspect ${SOURCE}`, 1)]),
    tagAway: step([away(`tag ${SOURCE} ${NAME}`, 1)]),
    namedSilent: step([silent(`image inspect ${NAME}`)]),
    namedAway: step([away(`image inspect ${NAME}`, 2)]),
    tagAlways: step([away('tag *')]),
    inspectAlways: step([away('image inspect *')]),
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

  test.each([
    ['inspectSilent', 2, /docker image inspect \S+ answered nothing\./],
    ['inspectAway', 2, /error during connect/],
    ['tagAway', 2, /docker tag .* error during connect/],
    ['namedSilent', 2, /docker image inspect \S+ answered nothing\./],
    ['namedAway', 3, /error during connect/],
    ['layerOnce', 2, /filesystem layer verification failed/],
  ] as const)('%s: saved after %i pulls of it', (name, count, message) => {
    const { exitCode, machine, stderr, stdout } = result(name);
    expect({ exitCode, stderr, pulls: pulls(name) }).toEqual({ exitCode: 0, stderr: '', pulls: count });
    expect(stdout.join('\n')).toMatch(/Attempt 1 of 5 at servercore \(1 of 2\) failed, the next in /);
    expect(stdout.join('\n')).toMatch(message);
    expect(machine.read('saved-images.json')).toMatchObject({
      complete: true,
      images: SAVED_IMAGES.images.map(({ family, imageId }) => ({ family, imageId })),
    });
  });

  test.each([
    ['tagAlways', 5, 'PULL_FAILED', /failed after 5 of 5 attempts\. docker tag .* error during connect/],
    ['inspectAlways', 5, 'PULL_FAILED', /failed after 5 of 5 attempts\. docker image inspect .* connect/],
    ['layerAlways', 5, 'WRONG_IMAGE', /failed after 5 of 5 attempts.*filesystem layer verification failed/],
    ['otherVersion', 1, 'WRONG_IMAGE', /Save-Image: \S+ is an image of 10\.0\.20348\.9999/],
  ] as const)('%s: fails after %i pulls of it with %s', (name, count, code, message) => {
    const { exitCode, machine, stderr } = result(name);
    expect({ exitCode, pulls: pulls(name) }).toEqual({ exitCode: 1, pulls: count });
    expect(stderr).toMatch(message);
    expect(machine.read('failure.json')).toMatchObject({ code });
  });
});
