import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { CATALOG, GOOD_DOCKER, HOST, IMAGE_SET, ORDER } from '../support/documents';
import { layFakeDocker, type DockerAnswer } from '../support/fake-docker';
import { describeWithPowerShell, requirePowerShell } from '../support/power-shell';
import { makeMachine, type SimulatedMachine } from '../support/simulated-machine';
import { INSTANCE_SCRIPTS, runCases, type ScriptCase } from '../support/run-cases';

const FAST = { RetrySeconds: 0.01, PollMilliseconds: 20 };

/** Runs a step on a machine and ends it, its children too, as soon as something is there. */
async function kill(machine: SimulatedMachine, script: string, isThere: () => boolean): Promise<void> {
  const shell = await requirePowerShell();
  const end = new AbortController();
  const run = shell
    .run({
      scriptFile: join(INSTANCE_SCRIPTS, script),
      env: machine.env,
      simulatedHost: machine.folder,
      timeoutSeconds: 120,
      signal: end.signal,
    })
    .catch(() => undefined);
  while (!isThere()) {
    await sleep(20);
  }
  end.abort();
  await run;
}

/** The names and texts of the documents in the work folder, what changes with the time of day left out. */
function documents(machine: SimulatedMachine): Record<string, unknown> {
  const names = ['image-set', 'saved-images', 'image-manifest', 'verification'];
  return Object.fromEntries(
    names.map((name) => {
      const text = JSON.stringify([machine.read(`${name}.json`)]);
      return [name, text.replace(/"(finishedAt|\w+Seconds)":("[^"]*"|[\d.]+)/g, '"$1":0')];
    }),
  );
}

describeWithPowerShell('a step that was killed in its middle', () => {
  const machine = makeMachine({ documents: { 'image-set.json': IMAGE_SET } });
  const second: DockerAnswer = { call: 'pull */iis@*', hangSeconds: 60 };
  afterAll(() => {
    rmSync(machine.folder, { recursive: true, force: true });
  });

  test('ends where it should when it runs again: Save-Image', async () => {
    layFakeDocker(machine.folder, [second, ...GOOD_DOCKER]);
    const calls = (): string => machine.calls().join('\n');
    await kill(machine, 'steps/Save-Image.ps1', () => calls().includes('/iis@'));
    expect(machine.read('saved-images.json')).toMatchObject({
      images: [{ family: 'servercore' }],
      complete: false,
    });
    expect(existsSync(join(machine.folder, 'c/ProgramData/Winbake/saved-images.json.partial'))).toBe(false);

    rmSync(join(machine.folder, 'bin'), { recursive: true });
    layFakeDocker(machine.folder, GOOD_DOCKER);
    const [again] = await runCases([{ script: 'steps/Save-Image.ps1', parameters: FAST, machine }]);
    expect(again).toMatchObject({ exitCode: 0, stderr: '' });
    expect(machine.calls().filter((call) => call.startsWith('pull'))).toEqual([
      expect.stringContaining('/iis@'),
    ]);
    expect(machine.read('saved-images.json')).toMatchObject({ complete: true });
  });
});

describeWithPowerShell('steps that run twice', () => {
  const machine = makeMachine({
    documents: { 'order.json': ORDER, 'catalog.json': CATALOG, 'host.json': HOST },
    docker: GOOD_DOCKER,
  });
  const steps: readonly ScriptCase[] = [
    { script: 'steps/Select-ImageSet.ps1', parameters: { Os: 'SERVER_2022_CORE' }, machine },
    { script: 'steps/Save-Image.ps1', parameters: FAST, machine },
    { script: 'steps/Write-ImageManifest.ps1', parameters: { Os: 'SERVER_2022_CORE' }, machine },
    { script: 'verify/Test-Image.ps1', machine },
  ];
  afterAll(() => {
    rmSync(machine.folder, { recursive: true, force: true });
  });

  test('change nothing that was right', async () => {
    const first = await runCases(steps);
    expect(first.map(({ exitCode, stderr }) => ({ exitCode, stderr }))).toEqual(
      steps.map(() => ({ exitCode: 0, stderr: '' })),
    );
    const before = documents(machine);
    const pulls = machine.calls().filter((call) => call.startsWith('pull') || call.startsWith('tag'));
    expect(before['image-manifest']).toContain('"pulledBytes":4100000000');
    const second = await runCases(steps);
    expect(second.map(({ exitCode }) => exitCode)).toEqual(first.map(({ exitCode }) => exitCode));
    expect(documents(machine)).toEqual(before);
    const after = machine.calls().filter((call) => call.startsWith('pull') || call.startsWith('tag'));
    expect(after).toEqual(pulls);
  });
});
