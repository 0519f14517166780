import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { CACHE_IMAGES_COMPONENT } from '../../../lib/core/bake/cache-images-component';
import type { ComponentDocument } from '../../../lib/core/bake/component-document';
import { LONGEST_INLINE_DOCUMENT, renderComponent } from '../../../lib/core/bake/render-component';
import { runScript } from '../../../lib/core/bake/run-script';
import { UPDATE_OS_COMPONENT } from '../../../lib/core/bake/update-os-component';
import { VERIFY_COMPONENT } from '../../../lib/core/bake/verify-component';

const DOCUMENTS: readonly ComponentDocument[] = [
  UPDATE_OS_COMPONENT,
  CACHE_IMAGES_COMPONENT,
  VERIFY_COMPONENT,
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

  test('fits into a template', () => {
    expect(text.length).toBeLessThan(LONGEST_INLINE_DOCUMENT);
  });

  test('comes back from YAML as it was', () => {
    expect((parse(text) as ComponentDocument).phases).toEqual(document.phases);
  });

  test('declares every parameter that it uses, and uses every one that it declares', () => {
    const used = [...text.matchAll(/{{ (\w+) }}/g)].map(([, parameter]) => parameter);
    const declared = (document.parameters ?? []).map((parameter) => parameter.name);
    expect([...new Set(used)].sort()).toEqual([...declared].sort());
    expect(declared.filter((parameter) => !/^\w{3,128}$/.test(parameter))).toEqual([]);
  });

  test('has no braces but those of parameters and of steps before in the same phase', () => {
    for (const [index, step] of steps.entries()) {
      const before = steps.slice(0, index).filter((other) => other.phase === step.phase);
      const allowed = [
        ...(document.parameters ?? []).map((parameter) => parameter.name),
        ...before.map((other) => `${other.phase}.${other.name}.outputs.stdout`),
      ];
      const braces = [...JSON.stringify(step).matchAll(/{{(.*?)}}/g)].map(([, inner = '']) => inner.trim());
      expect(allowed).toEqual(expect.arrayContaining(braces));
    }
  });

  test('names each step once and limits its time', () => {
    expect(new Set(steps.map((step) => step.name)).size).toBe(steps.length);
    expect(steps.filter((step) => step.timeoutSeconds === undefined)).toEqual([]);
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

test('the folder is made before anything is downloaded to it', () => {
  const [prepare, download] = CACHE_IMAGES_COMPONENT.phases[0]?.steps ?? [];
  expect([prepare?.name, download?.action]).toEqual(['PrepareFolder', 'S3Download']);
});

test('a failed verification is uploaded nevertheless', () => {
  const [verify, ...rest] = VERIFY_COMPONENT.phases[0]?.steps ?? [];
  expect(verify?.onFailure).toBe('Continue');
  expect(rest.map((step) => step.name)).toEqual(['DocumentKey', 'UploadVerification']);
});
