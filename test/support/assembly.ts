import { createHash } from 'node:crypto';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TemplateResource } from './only-resource';
import { runProcess } from '../../sim/windows/powershell/run-process';

const ROOT = join(__dirname, '..', '..');
const CACHE = join(ROOT, 'node_modules', '.cache', 'winbake', 'test-assemblies');

/** What an assembly is made from; what only runs it is left out. */
const SOURCES = ['bin', 'lib', 'sim', join('scripts', 'instance'), 'cdk.json', 'package-lock.json'];

/** A template as its JSON has it. */
export interface TemplateJson {
  readonly Resources: Record<string, TemplateResource>;
}

/** The folder of the cloud assembly of `bin/app.ts` for a release, synthesized once for each state of the sources. */
export async function assembly(release = '2022'): Promise<string> {
  const finished = join(CACHE, sourcesHash());
  if (!existsSync(finished)) {
    await synthesizeReleases(finished);
  }
  return join(finished, release);
}

async function synthesizeReleases(finished: string): Promise<void> {
  forgetOldAssemblies();
  mkdirSync(CACHE, { recursive: true });
  const folder = mkdtempSync(join(CACHE, 'making-'));
  try {
    const script = join(__dirname, 'synthesize-releases.ts');
    const run = await runProcess({
      command: process.execPath,
      args: ['--import', 'tsx', script, folder, '2016', '2019', '2022', '2025'],
      cwd: ROOT,
      env: process.env,
    });
    expect(run).toMatchObject({ exitCode: 0, stderr: '' });
    moveIntoPlace(folder, finished);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** A copy of an assembly whose templates were changed by hand; it is gone after the tests. */
export function changedAssembly(
  original: string,
  change: (templates: { readonly pipeline: TemplateJson; readonly fleet: TemplateJson }) => void,
): string {
  const folder = mkdtempSync(join(tmpdir(), 'winbake-changed-'));
  copies.push(folder);
  cpSync(original, folder, { recursive: true });
  const files = ['WinbakePipeline', 'WinbakeFleet'].map((name) => join(folder, `${name}.template.json`));
  const [pipeline, fleet] = files.map((file) => JSON.parse(readFileSync(file, 'utf8')) as TemplateJson);
  change({ pipeline: pipeline!, fleet: fleet! });
  [pipeline, fleet].forEach((template, index) => {
    writeFileSync(files[index]!, JSON.stringify(template));
  });
  return folder;
}

/** The single resource of a type whose logical id holds a text. */
export function resourceOf(template: TemplateJson, type: string, part = ''): TemplateResource {
  const found = Object.entries(template.Resources).filter(
    ([logicalId, resource]) => resource['Type'] === type && logicalId.includes(part),
  );
  expect(found).toHaveLength(1);
  return found[0]![1];
}

/** Takes an action away from the policy of a role, or the managed one, whose logical id holds a text. */
export function removeAction(template: TemplateJson, policy: string, action: string): void {
  const isManaged = Object.entries(template.Resources).some(
    ([id, { Type }]) => Type === 'AWS::IAM::ManagedPolicy' && id.includes(policy),
  );
  const type = isManaged ? 'AWS::IAM::ManagedPolicy' : 'AWS::IAM::Policy';
  const document = resourceOf(template, type, policy)['Properties'].PolicyDocument;
  const statements = (document.Statement as { Action: string | string[] }[]).map((statement) => ({
    ...statement,
    Action: [statement.Action].flat(),
  }));
  expect(statements.flatMap((statement) => statement.Action)).toContain(action);
  document.Statement = statements
    .map((statement) => ({ ...statement, Action: statement.Action.filter((one) => one !== action) }))
    .filter((statement) => statement.Action.length > 0);
}

/** Changes the text of a component's document. */
export function changeDocument(
  template: TemplateJson,
  component: string,
  change: (yaml: string) => string,
): void {
  const { Properties } = resourceOf(template, 'AWS::ImageBuilder::Component', component) as {
    Properties: { Data: string };
  };
  const before = Properties.Data;
  Properties.Data = change(before);
  expect(Properties.Data).not.toBe(before);
}

/** A document without one of its steps. */
export function withoutStep(yaml: string, step: string): string {
  return yaml.replace(new RegExp(`      - name: ${step}\\n(?:        .*\\n|\\n)*`), '');
}

const copies: string[] = [];
afterAll(() => {
  copies.forEach((folder) => {
    rmSync(folder, { recursive: true, force: true });
  });
});

function sourcesHash(): string {
  const hash = createHash('sha256');
  for (const source of SOURCES) {
    const path = join(ROOT, source);
    const files = source.includes('.') ? [''] : readdirSync(path, { recursive: true }).map(String).sort();
    for (const file of files.filter(
      (name) => name === '' || /^(?!rehearsal\/|commands\/).*\.\w+$/.test(name),
    )) {
      hash.update(`${source}/${file}\n`).update(readFileSync(join(path, file)));
    }
  }
  return hash.digest('hex').slice(0, 16);
}

/** Another worker may have made the same in between; its assembly is as good. */
function moveIntoPlace(made: string, finished: string): void {
  try {
    renameSync(made, finished);
  } catch (error) {
    if (!existsSync(finished)) {
      throw error;
    }
  }
}

/** Assemblies of earlier states of the sources are of no use; those of an hour may still be read by other tests. */
function forgetOldAssemblies(): void {
  for (const name of existsSync(CACHE) ? readdirSync(CACHE) : []) {
    const path = join(CACHE, name);
    if (Date.now() - statSync(path).mtimeMs > 3_600_000) {
      rmSync(path, { recursive: true, force: true });
    }
  }
}
