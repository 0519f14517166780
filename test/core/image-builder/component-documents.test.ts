import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { checkDocument } from '../../../lib/core/aws-rules/rules';
import {
  CACHE_IMAGES_COMPONENT,
  PREPARE_SYSPREP_COMPONENT,
  updateComponent,
} from '../../../lib/core/image-builder/build-components';
import { type ComponentDocument, renderComponent } from '../../../lib/core/image-builder/component-document';
import { runScript } from '../../../lib/core/image-builder/component-steps';
import { verifyComponent } from '../../../lib/core/image-builder/verify-component';

const DOCUMENTS: readonly ComponentDocument[] = [
  updateComponent(),
  CACHE_IMAGES_COMPONENT,
  PREPARE_SYSPREP_COMPONENT,
  verifyComponent(),
];
const root = join(__dirname, '..', '..', '..');

describe.each(DOCUMENTS.map((document) => [document.name, document] as const))('%s', (name, document) => {
  const text = renderComponent(document);
  const steps = document.phases.flatMap((phase) =>
    phase.steps.map((step) => ({ phase: phase.name, ...step })),
  );

  test('is the golden file', () => {
    expect(text).toBe(readFileSync(join(root, 'test', 'golden', 'components', `${name}.yaml`), 'utf8'));
  });

  test('comes back from YAML as it was', () => {
    expect((parse(text) as ComponentDocument).phases).toEqual(document.phases);
  });

  test('is what Image Builder takes', () => {
    expect(
      checkDocument('component', { Name: name, Version: '1.0.0', Platform: 'Windows', Data: text }),
    ).toEqual([]);
  });

  test('uses each parameter that it declares', () => {
    const used = JSON.stringify(document.phases);
    const unused = (document.parameters ?? []).filter((one) => !used.includes(`{{ ${one.name} }}`));
    expect(unused).toEqual([]);
  });

  test('names each step once and limits its time', () => {
    expect(new Set(steps.map((step) => step.name)).size).toBe(steps.length);
    // -1 is no limit at all, and a bake that never ends holds the pipeline.
    expect(steps.filter(({ timeoutSeconds = -1 }) => timeoutSeconds < 1)).toEqual([]);
  });

  test('runs scripts that exist, with parameters that they have', () => {
    const commands = steps.flatMap((step) =>
      step.action === 'ExecutePowerShell' ? step.inputs.commands : [],
    );
    for (const command of commands.filter((line) => line.startsWith('& '))) {
      const [, script = '', given = ''] =
        /^& 'C:\\ProgramData\\Winbake\\scripts\\([^']+)'(.*)$/.exec(command) ?? [];
      const source = readFileSync(join(root, 'scripts', 'instance', ...script.split('\\')), 'utf8');
      const declared = [...source.matchAll(/\[\w+\]\$(\w+)/g)].map(([, name]) => name);
      const mandatory = [...source.matchAll(/Mandatory = \$true\)\] \[\w+\]\$(\w+)/g)].map(
        ([, name]) => name,
      );
      const parameters = [...given.matchAll(/ -(\w+) '[^']*'/g)].map(([, name]) => name);
      expect(declared).toEqual(expect.arrayContaining(parameters));
      expect(parameters).toEqual(expect.arrayContaining(mandatory));
    }
  });
});

test('a script that is missing fails its step instead of ending it with 0', () => {
  const step = runScript({ name: 'Any', script: 'steps\\Any.ps1', timeoutSeconds: 60 });
  expect(step.inputs.commands[0]).toBe("$ErrorActionPreference = 'Stop'");
  expect(step.inputs.commands.at(-1)).toBe('exit $LASTEXITCODE');
});

test.each(DOCUMENTS.map((document) => [document.name, document] as const))(
  '%s lays out the scripts of the recipe before it runs any',
  (_name, { phases: [phase] }) => {
    const steps = phase?.steps ?? [];
    expect(steps.slice(0, 3).map((step) => step.name)).toEqual([
      'PrepareFolder',
      'DownloadScripts',
      'ExpandScripts',
    ]);
    expect(JSON.stringify(steps[2])).toContain("'{{ ScriptsSha256 }}'");
  },
);

test.each([CACHE_IMAGES_COMPONENT, PREPARE_SYSPREP_COMPONENT])(
  'what others did before $name is checked before anything is done',
  ({ phases: [phase] }) => {
    const names = (phase?.steps ?? []).map((step) => step.name);
    expect(names.slice(3).filter((name) => name !== 'DownloadInputs')[0]).toBe('AssertHost');
  },
);

test('no component calls sysprep, which is a step of the workflow', () => {
  expect(
    DOCUMENTS.map(renderComponent)
      .join('')
      .match(/[\w.]*sysprep[\w.]*/gi),
  ).toEqual(['sysprep', 'AssertSysprep', 'Sysprep.ps1']);
});

test.each(DOCUMENTS.map((document) => [document.name, document] as const))(
  '%s uploads why it failed, whichever of its scripts did',
  (_name, { phases: [phase] }) => {
    const steps = phase?.steps ?? [];
    const at = steps.findIndex(({ name }) => name === 'UploadFailure');
    const scripts = steps.filter((step) => JSON.stringify(step).includes('\\\\scripts\\\\'));
    expect(scripts.length).toBeGreaterThan(1);
    expect(scripts.map((step) => step.onFailure)).toEqual(scripts.map(() => 'Continue'));
    expect(Math.max(...scripts.map((step) => steps.indexOf(step)))).toBe(at - 1);
    expect(steps[at]).toMatchObject({
      action: 'S3Upload',
      if: { fileExists: 'C:\\ProgramData\\Winbake\\failure.json', then: 'Execute', else: 'Skip' },
      onFailure: 'Continue',
    });
  },
);

test('after a failure nothing is taken away, and no manifest of the base AMI is uploaded', () => {
  const stepOf = ({ phases: [phase] }: ComponentDocument, name: string) =>
    phase?.steps.find((step) => step.name === name);
  expect(stepOf(PREPARE_SYSPREP_COMPONENT, 'RemoveWorkFiles')?.if).toEqual({
    fileExists: 'C:\\ProgramData\\Winbake\\failure.json',
    then: 'Abort',
    else: 'Execute',
  });
  expect(stepOf(CACHE_IMAGES_COMPONENT, 'UploadManifest')?.if).toEqual({
    fileExists: 'C:\\ProgramData\\Winbake\\image-set.json',
    then: 'Execute',
    else: 'Skip',
  });
});

test('a failed verification is uploaded nevertheless', () => {
  const [verify, ...rest] = verifyComponent().phases[0]?.steps.slice(3) ?? [];
  expect(verify?.onFailure).toBe('Continue');
  expect(rest.map((step) => step.name)).toEqual(['DocumentKey', 'UploadFailure', 'UploadVerification']);
});
