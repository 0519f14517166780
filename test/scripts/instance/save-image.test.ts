import { digestOf, GOOD_DOCKER, IMAGE_SET, IMAGES, inspectAnswer, SAVED_IMAGES } from '../support/documents';
import { mostTogether, type DockerAnswer } from '../support/fake-docker';
import { describeWithPowerShell } from '../support/power-shell';
import { hostState } from '../support/simulated-machine';
import { runTable } from '../support/run-cases';
import { failedPull, saveImageStep as step } from '../support/save-image-step';

/** A set of images by family and repository, none of them of interest beyond its place in the order. */
function setOf(...images: readonly (readonly [string, string, string?])[]): object {
  return {
    ...IMAGE_SET,
    images: images.map(([family, repository, tag = 'ltsc2022'], index) => ({
      ...IMAGE_SET.images[0],
      family,
      repository,
      tag,
      aliases: [],
      platformDigest: digestOf(index),
    })),
  };
}

/** A docker that takes any image for the planned one. */
const EASY_DOCKER: readonly DockerAnswer[] = [
  { call: 'tag *' },
  {
    call: 'image inspect *',
    stdout: inspectAnswer(0, {
      RepoDigests: [...Array(8).keys()].map((digit) => `x@${digestOf(digit)}`),
    }),
  },
];

const FOUR = setOf(
  ['aspnet', 'dotnet/framework/aspnet', '4.8.1-windowsservercore-ltsc2022'],
  ['iis', 'windows/servercore/iis', 'windowsservercore-ltsc2022'],
  ['servercore', 'windows/servercore'],
  ['nanoserver', 'windows/nanoserver'],
);

/** Two families in three revisions, the oldest first. */
const PREVIOUS = setOf(
  ['iis@previous2', 'windows/servercore/iis', '10.0.20348.4052'],
  ['servercore@previous2', 'windows/servercore', '10.0.20348.4052'],
  ['iis@previous', 'windows/servercore/iis', '10.0.20348.4171'],
  ['servercore@previous', 'windows/servercore', '10.0.20348.4171'],
  ['iis', 'windows/servercore/iis', 'windowsservercore-ltsc2022'],
  ['servercore', 'windows/servercore'],
);

const SOURCE = `mcr.microsoft.com/windows/servercore@${IMAGES[0].platformDigest}`;

describeWithPowerShell('Save-Image', () => {
  const result = runTable({
    good: step(),
    again: step([], { documents: { 'saved-images.json': SAVED_IMAGES } }),
    half: step([], {
      documents: {
        'saved-images.json': { ...SAVED_IMAGES, images: [SAVED_IMAGES.images[0]], complete: false },
      },
    }),
    gone: step([{ call: 'image inspect *', exitCode: 1, stderr: 'No such image', times: 1 }], {
      documents: { 'saved-images.json': SAVED_IMAGES },
    }),
    otherSet: step([], { documents: { 'saved-images.json': { ...SAVED_IMAGES, set: 'set-0' } } }),
    pairs: step([{ call: 'pull *', gather: 2 }, ...EASY_DOCKER], {
      documents: { 'image-set.json': FOUR },
    }),
    extras: step([{ call: 'pull *' }, ...EASY_DOCKER], {
      documents: {
        'image-set.json': setOf(
          ['own', 'shop/base', 'nanoserver-ltsc2022'],
          ['framework-sdk', 'dotnet/framework/sdk'],
          ['framework-runtime', 'dotnet/framework/runtime'],
          ['dotnet-aspnet', 'dotnet/aspnet', '10.0-nanoserver-ltsc2022'],
          ['nanoserver', 'windows/nanoserver'],
          ['servercore', 'windows/servercore'],
        ),
      },
    }),
    previous: step([{ call: 'pull *' }, ...EASY_DOCKER], { documents: { 'image-set.json': PREVIOUS } }),
    previousTooMuch: step([], {
      host: hostState({ freeBytes: 19_000_000_000 }),
      documents: { 'image-set.json': PREVIOUS },
    }),
    dropsTwice: step([failedPull('unexpected EOF', 2)]),
    // It takes three times as long as it may stand still, and comes through at its first attempt.
    creeps: step([{ call: 'pull *servercore@*', grows: 90 }], {}, { StallSeconds: 3 }),
    drips: step([{ call: 'pull *', grows: 1, hangSeconds: 30 }], {}, { StallSeconds: 0.3 }),
    three: step([{ call: 'pull *', countSeconds: 0.7 }, ...EASY_DOCKER], {
      documents: {
        'image-set.json': setOf(
          ['servercore', 'windows/servercore'],
          ['nanoserver', 'windows/nanoserver'],
          ['server', 'windows/server'],
          ['windows', 'windows'],
        ),
      },
    }),
    growing: step([failedPull('unexpected EOF', 4)], {}, { RetrySeconds: 0.2 }),
    deniedOnce: step([
      failedPull(
        "pull access denied for windows/servercore, repository does not exist or may require 'docker login': denied: requested access to the resource is denied",
        1,
      ),
    ]),
    unauthorizedOnce: step([failedPull('unauthorized: authentication required', 1)]),
    unknownOnce: step([failedPull('Error response from daemon: manifest unknown: manifest unknown', 2)]),
    dropsAlways: step([failedPull('net/http: TLS handshake timeout')]),
    throttled: step([failedPull('toomanyrequests: retry later', 1)]),
    noManifest: step([
      failedPull('no matching manifest for windows(10.0.20348)/amd64 in the manifest list entries'),
    ]),
    unknown: step([failedPull('Error response from daemon: manifest unknown: manifest unknown')]),
    tampered: step([failedPull(`manifest verification failed for digest ${digestOf(1)}`)]),
    tamperedLayer: step([failedPull(`filesystem layer verification failed for digest ${digestOf(1)}`)]),
    noLogin: step([failedPull('no basic auth credentials')]),
    badName: step([failedPull('invalid reference format')]),
    noSpace: step([failedPull('write C:\\layer: no space left on device')]),
    windowsNoSpace: step([failedPull('There is not enough space on the disk.')]),
    newerImage: step([
      failedPull('a Windows version 10.0.26100-based image is incompatible with a 10.0.20348 host'),
    ]),
    hangsOnce: step([{ call: 'pull *', hangSeconds: 60, times: 1 }], {}, { StallSeconds: 5 }),
    hangsAlways: step([{ call: 'pull *', hangSeconds: 30 }], {}, { StallSeconds: 0.1 }),
    slow: step([{ call: 'pull *', hangSeconds: 30 }], {}, { TotalSeconds: 0.3, ReportSeconds: 0.05 }),
    otherFails: step(
      [
        { call: 'pull *servercore@*', hangSeconds: 30 },
        { call: 'pull *nanoserver@*', exitCode: 1, stderr: 'no matching manifest' },
        ...EASY_DOCKER,
      ],
      { documents: { 'image-set.json': FOUR } },
    ),
    otherVersion: step([
      { call: 'image inspect *', stdout: inspectAnswer(0, { OsVersion: '10.0.20348.9999' }) },
    ]),
    otherDigest: step([
      { call: 'image inspect *', stdout: inspectAnswer(0, { RepoDigests: [`x@${digestOf(9)}`] }) },
    ]),
    otherName: step([{ call: 'image inspect *:ltsc2022', stdout: inspectAnswer(0, { Id: digestOf(9) }) }]),
    tagFails: step([{ call: 'tag *', exitCode: 1, stderr: 'Error response from daemon: no such image' }]),
    updated: step([{ ...GOOD_DOCKER[0]!, host: hostState({ ubr: 4300 }) }]),
    otherHost: step([], { host: hostState({ ubr: 4300 }) }),
    fuller: step([{ ...GOOD_DOCKER[0]!, times: 1, host: hostState({ freeBytes: 5_000_000_000 }) }]),
    full: step([{ ...GOOD_DOCKER[0]!, times: 1, host: hostState({ freeBytes: 900_000_000 }) }]),
    tooSmall: step([], { host: hostState({ freeBytes: 13_000_000_000 }) }),
    halfIsThere: step([], {
      host: hostState({ freeBytes: 9_000_000_000 }),
      documents: {
        'saved-images.json': { ...SAVED_IMAGES, images: [SAVED_IMAGES.images[0]], complete: false },
      },
    }),
    noDaemon: step([
      { call: '*', exitCode: 1, stderr: 'error during connect: is the docker daemon running?' },
    ]),
    noDocker: { ...step(), env: { PATH: '/nowhere' } },
  });
  const lines = (name: Parameters<typeof result>[0]): string[] =>
    result(name).stdout.map((line) => line.replace(/^\S+Z /, ''));
  const pulls = (name: Parameters<typeof result>[0]): string[] =>
    result(name)
      .machine.calls()
      .filter((call) => call.startsWith('pull'));

  test('pulls by digest, checks, then tags and checks again; nothing else is asked of docker', () => {
    const { exitCode, stderr, machine } = result('good');
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    const iis = `mcr.microsoft.com/windows/servercore/iis@${IMAGES[1].platformDigest}`;
    const names = ['windows/servercore:ltsc2022', 'windows/servercore:10.0.20348.4294'];
    expect(machine.calls()).toEqual([
      `pull ${SOURCE}`,
      `image inspect ${SOURCE}`,
      ...names.flatMap((name) => [
        `tag ${SOURCE} mcr.microsoft.com/${name}`,
        `image inspect mcr.microsoft.com/${name}`,
      ]),
      `pull ${iis}`,
      `image inspect ${iis}`,
      `tag ${iis} mcr.microsoft.com/windows/servercore/iis:windowsservercore-ltsc2022`,
      'image inspect mcr.microsoft.com/windows/servercore/iis:windowsservercore-ltsc2022',
    ]);
  });

  test('records what is on the disk', () => {
    expect(result('good').machine.read('saved-images.json')).toEqual({
      ...SAVED_IMAGES,
      images: SAVED_IMAGES.images.map((image) => ({ ...image, pullSeconds: expect.any(Number) })),
      freeBytesLowest: 60_000_000_000,
    });
  });

  test('tells the operator which image of how many, its size, its seconds and the space that is left', () => {
    expect(lines('good').filter((line) => !line.startsWith('Microsoft Defender'))).toEqual([
      `Pulling servercore (1 of 2), 2000 MB, 10.0.20348.4294 (exact), 60.0 GB free: ${SOURCE}`,
      expect.stringMatching(/^Saved servercore \(1 of 2\): 2000 MB in \d s, 5000 MB on disk, 60\.0 GB free$/),
      expect.stringMatching(/^Pulling iis \(2 of 2\), 2100 MB, 10\.0\.20348\.4171 \(previousRevision\)/),
      expect.stringMatching(/^Saved iis \(2 of 2\): /),
    ]);
  });

  test('reports between the beginning and the end of a pull', () => {
    expect(lines('slow')).toContainEqual(
      expect.stringMatching(
        /^0 of 2 saved, 60\.0 GB free; pulling servercore \(1 of 2\) for \d s of 2000 MB$/,
      ),
    );
  });

  describe('run again', () => {
    test('it keeps what is there and does not pull', () => {
      const { exitCode, machine } = result('again');
      expect({ exitCode, pulls: pulls('again') }).toEqual({ exitCode: 0, pulls: [] });
      expect(machine.read('saved-images.json')).toEqual(SAVED_IMAGES);
      expect(machine.calls().filter((call) => call.startsWith('tag'))).toEqual([]);
    });

    test('after it was killed it goes on from there, and knows the seconds of the first run', () => {
      expect(pulls('half')).toEqual([expect.stringContaining('/iis@')]);
      expect(result('half').machine.read('saved-images.json')).toMatchObject({
        images: [{ family: 'servercore', pullSeconds: 12.3 }, { family: 'iis' }],
        freeBytesLowest: 40_000_000_000,
        complete: true,
      });
    });

    test.each(['gone', 'otherSet'] as const)('it trusts no record that is not true any more: %s', (name) => {
      expect(result(name).exitCode).toBe(0);
      expect(pulls(name)[0]).toBe(`pull ${SOURCE}`);
    });
  });

  describe('the order', () => {
    test('two at once: servercore and nanoserver, then what is built on servercore', () => {
      const { exitCode, machine } = result('pairs');
      expect({ exitCode, alone: machine.calls().filter((call) => call.startsWith('alone')) }).toEqual({
        exitCode: 0,
        alone: [],
      });
      const order = pulls('pairs').map((call) => /\/([^/@]+)@/.exec(call)?.[1]);
      expect(order.slice(0, 2).sort()).toEqual(['nanoserver', 'servercore']);
      expect(order.slice(2).sort()).toEqual(['aspnet', 'iis']);
    });

    test('never more than two, however many chains there are', () => {
      const { exitCode, machine } = result('three');
      expect({ exitCode, most: mostTogether(machine.folder) }).toEqual({ exitCode: 0, most: 2 });
    });

    test('each chain from its base to a user’s own image', () => {
      const order = pulls('extras').map((call) => /com\/(.+)@/.exec(call)?.[1]);
      const chains = [
        ['windows/servercore', 'dotnet/framework/runtime', 'dotnet/framework/sdk'],
        ['windows/nanoserver', 'dotnet/aspnet', 'shop/base'],
      ];
      for (const chain of chains) {
        expect(order.filter((one) => chain.includes(one ?? ''))).toEqual(chain);
      }
    });

    test('a previous revision begins once the newer is there, each from its base on', () => {
      const { exitCode } = result('previous');
      const order = pulls('previous').map((call) => /sha256:(\d)/.exec(call)?.[1]);
      expect({ exitCode, order }).toEqual({ exitCode: 0, order: ['5', '4', '3', '2', '1', '0'] });
    });

    test('the record keeps the order of the set', () => {
      const { images } = result('extras').machine.read('saved-images.json') as typeof SAVED_IMAGES;
      expect(images.map((image) => image.family)).toEqual(
        'own framework-sdk framework-runtime dotnet-aspnet nanoserver servercore'.split(' '),
      );
    });
  });

  test.each([
    ['dropsTwice', 4],
    ['throttled', 3],
    ['hangsOnce', 3],
    ['creeps', 2],
    ['deniedOnce', 3],
    ['unauthorizedOnce', 3],
    ['unknownOnce', 4],
    ['growing', 6],
  ] as const)('%s: saved after %i pulls', (name, count) => {
    expect({ exitCode: result(name).exitCode, pulls: pulls(name).length }).toEqual({
      exitCode: 0,
      pulls: count,
    });
  });

  // What another attempt cannot help, no later bake can either: its code is none of an outage.
  test.each([
    ['dropsAlways', 5, 'PULL_FAILED'],
    ['hangsAlways', 5, 'PULL_FAILED'],
    ['drips', 5, 'PULL_FAILED'],
    ['noDaemon', 5, 'PULL_FAILED'],
    ['unknown', 5, 'PULL_FAILED'],
    ['tampered', 1, 'WRONG_IMAGE'],
    ['tamperedLayer', 5, 'WRONG_IMAGE'],
    ['noManifest', 1, 'WRONG_IMAGE'],
    ['newerImage', 1, 'WRONG_IMAGE'],
    ['noSpace', 1, 'NO_SPACE'],
    ['windowsNoSpace', 1, 'NO_SPACE'],
    ['noLogin', 1, 'PULL_REFUSED'],
    ['badName', 1, 'PULL_REFUSED'],
    ['noDocker', 0, 'STEP_FAILED'],
  ] as const)('%s: fails after %i pulls with %s', (name, count, code) => {
    expect({ exitCode: result(name).exitCode, pulls: pulls(name).length }).toEqual({
      exitCode: 1,
      pulls: count,
    });
    expect(result(name).machine.read('failure.json')).toMatchObject({ code });
  });

  test.each([
    [
      'dropsAlways',
      /servercore \(1 of 2\) failed after 5 of 5 attempts.*exit code 1: .*TLS handshake timeout/,
    ],
    ['noManifest', /failed after 1 of 5 attempts.*no matching manifest/],
    [
      'hangsAlways',
      /failed after 5 of 5 attempts\. docker pull \S+ was stopped, since hardly a byte came in 0\.1 s\./,
    ],
    ['slow', /The pulls took longer than 0\.3 s together; not saved: servercore \(1 of 2\), iis \(2 of 2\)/],
    ['noDocker', /There is no program docker on this machine/],
    [
      'full',
      /No space left: 0\.9 GB are free while .*, and 4\.3 GB have to stay free\. Give the pipeline a larger/,
    ],
    [
      'tooSmall',
      /Drive C: has 13\.0 GB free; pulling image set set-1 needs 9\.6 GB, and 4\.3 GB must be left\. Give the pipeline/,
    ],
    ['otherVersion', /is an image of 10\.0\.20348\.9999; the catalog says 10\.0\.20348\.4294/],
    ['otherDigest', /came with the digests 'sha256:9+'; planned was sha256:2+/],
    ['otherName', /windows\/servercore:ltsc2022 is the image sha256:9+ after it was tagged as sha256:a+/],
    ['tagFails', /docker tag .* ended with exit code 1: .*no such image/],
    ['updated', /The host changed from 10\.0\.20348\.4294 to 10\.0\.20348\.4300 while the bake ran/],
    ['otherHost', /The host changed from/],
  ] as const)('says on one line what went wrong: %s', (name, message) => {
    const { exitCode, stderr } = result(name);
    expect({ exitCode, stderr }).toEqual({ exitCode: 1, stderr: expect.stringMatching(message) });
    expect(stderr).toMatch(/^Save-Image: [^\n]+\n$/);
  });

  test('the pauses between attempts double, and are kept', () => {
    const { stdout } = result('growing');
    const secondsOf = (line: string) => Date.parse(line.split(' ')[0]!) / 1000;
    const failures = stdout.flatMap((line, index) => {
      const [, pause] = /Attempt \d of 5 at servercore .* failed, the next in ([\d.]+) s\. /.exec(line) ?? [];
      const waited = secondsOf(stdout[index + 1] ?? '') - secondsOf(line);
      return pause === undefined ? [] : [{ pause: Number(pause), waited }];
    });
    expect(failures).toHaveLength(4);
    for (const [index, { pause, waited }] of failures.entries()) {
      expect(pause).toBeGreaterThanOrEqual(0.2 * 2 ** index);
      expect(pause).toBeLessThanOrEqual(0.3 * 2 ** index + 0.01);
      expect(waited).toBeGreaterThanOrEqual(pause - 0.05);
    }
  });

  test('a pull that cannot succeed ends the other that runs', () => {
    const { exitCode, stderr, machine } = result('otherFails');
    expect({ exitCode, stderr }).toEqual({
      exitCode: 1,
      stderr: expect.stringMatching(/nanoserver \(4 of 4\)/),
    });
    expect(machine.read('saved-images.json')).toMatchObject({ images: [], complete: false });
  });

  test('asks nothing of docker where the host is not the recorded one', () => {
    expect(result('otherHost').machine.calls()).toEqual([]);
  });

  test('asks for room before it pulls, and only for what is missing', () => {
    // 2.0 and 0.1 GB of layers unpacked, 2.0 and 2.1 GB downloaded; then 0.1 and 2.1 GB.
    expect(pulls('tooSmall')).toEqual([]);
    expect(result('halfIsThere').exitCode).toBe(0);
  });

  test('room is asked for each revision as if it shared nothing with the others', () => {
    // Three times 2.0 GB unpacked, and two images of 2.0 GB downloaded.
    expect(pulls('previousTooMuch')).toEqual([]);
    expect(result('previousTooMuch').stderr).toMatch(
      /has 19\.0 GB free; pulling image set set-1 needs 19\.6 GB/,
    );
  });

  test('tags nothing that is not what was planned', () => {
    const calls = [...result('otherVersion').machine.calls(), ...result('otherDigest').machine.calls()];
    expect(calls.filter((call) => call.startsWith('tag'))).toEqual([]);
  });

  test('keeps the lowest free space', () => {
    expect(result('fuller').machine.read('saved-images.json')).toMatchObject({
      freeBytesLowest: 5_000_000_000,
    });
  });
});
