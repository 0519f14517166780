import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { PREPARE_SCRIPTS } from '../../../lib/core/image-builder/component-steps';
import { failureSchema, type Failure } from '../../../lib/contract/documents/evidence';
import { parseDocument } from '../../../lib/contract/documents/document';
import { CATALOG, GOOD_DOCKER, HOST, IMAGE_SET, ORDER } from '../support/documents';
import { describeWithPowerShell, requirePowerShell } from '../support/power-shell';
import { hostState, makeMachine, type SimulatedMachine } from '../support/simulated-machine';
import { INSTANCE_SCRIPTS, runSequences, type ScriptCase } from '../support/run-cases';
import { saveImageStep } from '../support/save-image-step';

const OS = { Os: 'SERVER_2022_CORE' };
const DOCUMENTS = { 'order.json': ORDER, 'catalog.json': CATALOG, 'host.json': HOST };

function earlier(step: string, code = 'STEP_NOT_ENDED'): object {
  return {
    schema: 'winbake.failure/1',
    code,
    step,
    message: 'It was before.',
    at: '2025-10-14T21:00:00.000Z',
  };
}

/** The failure document of a machine, which a reader must understand; undefined where there is none. */
function failureOf(machine: SimulatedMachine): Failure | undefined {
  const document = machine.read('failure.json');
  return document === undefined
    ? undefined
    : parseDocument(failureSchema, JSON.stringify(document), 'failure.json');
}

const assertUpdate = (machine: SimulatedMachine): ScriptCase => ({
  script: 'steps/Assert-Update.ps1',
  machine,
});
const select = (machine: SimulatedMachine): ScriptCase => ({
  script: 'steps/Select-ImageSet.ps1',
  parameters: OS,
  machine,
});
const writeManifest = (machine: SimulatedMachine): ScriptCase => ({
  script: 'steps/Write-ImageManifest.ps1',
  parameters: OS,
  machine,
});

const MACHINES = {
  good: makeMachine({ documents: DOCUMENTS }),
  stopped: makeMachine({ documents: { ...DOCUMENTS, 'order.json': { ...ORDER, kb: 'KB5066782' } } }),
  again: makeMachine({ documents: { ...DOCUMENTS, 'failure.json': earlier('Select-ImageSet') } }),
  damaged: makeMachine({ documents: { ...DOCUMENTS, 'failure.json': '{"schema": "winbake.fail' } }),
  pulls: saveImageStep([{ call: 'pull *', exitCode: 1, stderr: `manifest unknown ${'x'.repeat(5000)}` }], {
    documents: DOCUMENTS,
  }),
  update: makeMachine({ host: hostState({ currentBuild: '17763' }) }),
  stale: makeMachine({ documents: { ...DOCUMENTS, 'failure.json': earlier('Save-Image', 'NO_SPACE') } }),
  restart: makeMachine({ host: hostState({ pendingReboot: 'RebootPending' }) }),
};
/** The first step of every component, as a script. */
function preparing({ folder }: SimulatedMachine): string {
  const [step] = PREPARE_SCRIPTS;
  const commands = step?.action === 'ExecutePowerShell' ? step.inputs.commands : [];
  const file = join(folder, 'prepare.ps1');
  writeFileSync(file, [...commands, 'exit 0', ''].join('\n'));
  return file;
}

const installUpdate = (machine: SimulatedMachine): ScriptCase => ({
  script: 'steps/Install-Update.ps1',
  parameters: { ExpectedBuild: 20348 },
  machine,
});

describeWithPowerShell('the failure document', () => {
  let results: Awaited<ReturnType<typeof runSequences<keyof typeof MACHINES>>>;
  beforeAll(async () => {
    results = await runSequences({
      good: [assertUpdate(MACHINES.good), select(MACHINES.good)],
      stopped: [
        assertUpdate(MACHINES.stopped),
        select(MACHINES.stopped),
        writeManifest(MACHINES.stopped),
        { script: 'steps/Get-DocumentKey.ps1', machine: MACHINES.stopped },
      ],
      again: [select(MACHINES.again)],
      damaged: [select(MACHINES.damaged)],
      pulls: [MACHINES.pulls, writeManifest(MACHINES.pulls.machine)],
      update: [installUpdate(MACHINES.update)],
      restart: [installUpdate(MACHINES.restart)],
      stale: [
        select(MACHINES.stale),
        { script: preparing(MACHINES.stale), machine: MACHINES.stale },
        select(MACHINES.stale),
      ],
    });
  });

  test('is not there after steps that went well', () => {
    expect(results.good.map(({ exitCode }) => exitCode)).toEqual([0, 0]);
    expect(failureOf(MACHINES.good)).toBeUndefined();
  });

  test('holds the first failure, after which no work begins', () => {
    const [first, second, third, key] = results.stopped;
    expect(first).toMatchObject({
      exitCode: 1,
      stderr: expect.stringMatching(/^Assert-Update: The order wants /),
    });
    for (const [name, result] of [
      ['Select-ImageSet', second],
      ['Write-ImageManifest', third],
    ] as const) {
      const sentence = `${name}: It was not run, since Assert-Update failed before it. (noticed at Enter-Step`;
      expect(result).toMatchObject({ exitCode: 1, stderr: expect.stringContaining(sentence) });
    }
    expect(MACHINES.stopped.read('image-set.json')).toBeUndefined();
    expect(MACHINES.stopped.read('image-manifest.json')).toBeUndefined();
    // The report asks for the instance's id, in vain here, and is no new cause.
    expect(key).toMatchObject({ exitCode: 1, stderr: expect.stringMatching(/^Get-DocumentKey: PUT http/) });
    expect(failureOf(MACHINES.stopped)).toMatchObject({
      code: 'UPDATE_MISSING',
      step: 'Assert-Update',
      message: expect.stringMatching(
        /^The order wants KB5066782, which is not installed; [^\n]+ without --kb\.$/,
      ),
    });
  });

  test('of a step that was cut short keeps the same step from nothing', () => {
    expect(results.again).toEqual([expect.objectContaining({ exitCode: 0, stderr: '' })]);
    expect(failureOf(MACHINES.again)).toBeUndefined();
  });

  test('that the base AMI brought along, or another component left, is no cause of this one', () => {
    expect(results.stale.map(({ exitCode }) => exitCode)).toEqual([1, 0, 0]);
    expect(failureOf(MACHINES.stale)).toBeUndefined();
  });

  test('that is damaged hides nothing', () => {
    const [result] = results.damaged;
    expect(result!.exitCode).toBe(1);
    expect(result!.stderr).toMatch(/\nSelect-ImageSet: [^\n]*failure\.json' is no JSON[^\n]*\n$/);
  });

  test('of failed pulls is short, and the manifest is written nevertheless', () => {
    expect(results.pulls.map(({ exitCode }) => exitCode)).toEqual([1, 0]);
    const { code, message, step } = failureOf(MACHINES.pulls.machine)!;
    expect({ code, step, length: message.length }).toEqual({
      code: 'PULL_FAILED',
      step: 'Save-Image',
      length: 2000,
    });
    expect(message).toMatch(/^Pulling servercore .*x\.\.\.$/);
    expect(MACHINES.pulls.machine.read('image-manifest.json')).toMatchObject({ finishedAt: null });
  });

  test('says of updates what they ran into, and nothing of a restart that was asked for', () => {
    expect(results.update[0]!.exitCode).toBe(1);
    expect(failureOf(MACHINES.update)).toMatchObject({ code: 'WRONG_RELEASE', step: 'Install-Update' });
    expect(results.restart[0]!.exitCode).toBe(3010);
    expect(failureOf(MACHINES.restart)).toBeUndefined();
  });
});

describeWithPowerShell('a step that is killed by its time limit', () => {
  const machine = makeMachine({
    documents: { ...DOCUMENTS, 'image-set.json': IMAGE_SET },
    docker: [{ call: 'pull *', hangSeconds: 60 }, ...GOOD_DOCKER],
  });

  test('has left a failure document that says so', async () => {
    const end = new AbortController();
    const run = (await requirePowerShell())
      .run({
        scriptFile: join(INSTANCE_SCRIPTS, 'steps/Save-Image.ps1'),
        env: machine.env,
        simulatedHost: machine.folder,
        timeoutSeconds: 120,
        signal: end.signal,
      })
      .catch(() => undefined);
    while (!machine.calls().some((call) => call.startsWith('pull'))) {
      await sleep(20);
    }
    end.abort();
    await run;
    expect(failureOf(machine)).toMatchObject({
      code: 'STEP_NOT_ENDED',
      step: 'Save-Image',
      message: expect.stringContaining('did not end'),
    });
    const { next } = await runSequences({ next: [assertUpdate(machine)] });
    expect(next[0]!.stderr).toContain('It was not run, since Save-Image failed before it.');
  });
});

test('docs/faults.md lists every code, and none that no script gives', () => {
  const given = readdirSync(INSTANCE_SCRIPTS, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ps1'))
    .map((file) => readFileSync(join(INSTANCE_SCRIPTS, file), 'utf8').replaceAll(/<#[^]*?#>/g, ''))
    .flatMap((text) => [...text.matchAll(/(?:ConvertTo-StepError|\+?=|return) '([A-Z]+_[A-Z_]+)'/g)])
    .map(([, code]) => code);
  const page = readFileSync(join(__dirname, '../../../docs/faults.md'), 'utf8');
  const [, section = ''] = /^## Codes$([^]*?)(?=^## |$(?![^]))/m.exec(page) ?? [];
  const listed = [...section.matchAll(/^- `([A-Z_]+)`/gm)].map(([, code]) => code);
  expect([...new Set(given)].sort()).toEqual([...listed].sort());
});
