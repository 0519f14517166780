import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readAssemblies, readAssembly } from '../../../../sim/aws/cloudformation/assembly';
import { appCommandOf, synthesize } from '../../../../sim/rehearsal/run-rehearsal';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'winbake-assembly-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

function put(name: string, content: unknown): void {
  writeFileSync(join(folder, name), typeof content === 'string' ? content : JSON.stringify(content));
}

/** A stack of an assembly, in the manifest. */
function stack(name: string, ...dependencies: readonly string[]) {
  return {
    [name]: { type: 'aws:cloudformation:stack', dependencies, properties: { templateFile: `${name}.json` } },
  };
}

function putStack(name: string, files: object = {}): void {
  put(`${name}.json`, { Resources: {} });
  put(`${name}.assets.json`, { files });
}

const ASSET = {
  source: { path: 'asset.zip', packaging: 'file' },
  destinations: { here: { bucketName: 'assets-${AWS::Region}', objectKey: 'key.zip' } },
};

test('stacks come in the order of their deployment, each with its files', () => {
  put('manifest.json', {
    artifacts: { Tree: { type: 'cdk:tree' }, ...stack('Late', 'Early', 'Tree'), ...stack('Early') },
  });
  putStack('Late', { a: ASSET });
  putStack('Early');
  put('asset.zip', 'zip');
  expect(readAssembly(folder)).toMatchObject([
    { name: 'Early', assets: [] },
    {
      name: 'Late',
      assets: [
        { path: join(folder, 'asset.zip'), bucketName: 'assets-${AWS::Region}', objectKey: 'key.zip' },
      ],
    },
  ]);
});

test('several assemblies are one: a stack of two of them is there once, and must be the same', () => {
  const names = ['a', 'b', 'c'];
  const folders = names.map((name) => join(folder, name));
  names.forEach((name, index) => {
    mkdirSync(join(folder, name));
    put(`${name}/manifest.json`, { artifacts: { ...stack('Shared'), ...stack(`Own${index}`) } });
    putStack(`${name}/Shared`);
    putStack(`${name}/Own${index}`);
  });
  expect(readAssemblies(folders).map(({ name }) => name)).toEqual(['Shared', 'Own0', 'Own1', 'Own2']);
  put('c/Shared.json', { Resources: { More: { Type: 'AWS::SNS::Topic' } } });
  expect(() => readAssemblies(folders)).toThrow(
    `${folders[2]} is no cloud assembly: its stack Shared is another than that of a folder before it`,
  );
});

test.each<[string, () => void, string]>([
  ['no manifest', () => undefined, 'is no cloud assembly: it has no manifest.json; run cdk synth first.'],
  [
    'a damaged manifest',
    () => {
      put('manifest.json', '{');
    },
    'manifest.json cannot be read as JSON; run cdk synth again.',
  ],
  [
    'a manifest that is a list',
    () => {
      put('manifest.json', []);
    },
    'manifest.json is not a JSON object; run cdk synth again.',
  ],
  [
    'no artifacts',
    () => {
      put('manifest.json', {});
    },
    'is no cloud assembly: its manifest.json lists no artifacts',
  ],
  [
    'no stack',
    () => {
      put('manifest.json', { artifacts: {} });
    },
    'is no cloud assembly: it has no stack',
  ],
  [
    'no template',
    () => {
      put('manifest.json', { artifacts: stack('One') });
    },
    'One.json cannot be read as JSON; run cdk synth again.',
  ],
  [
    'an asset that is gone',
    () => {
      put('manifest.json', { artifacts: stack('One') });
      putStack('One', { a: ASSET });
    },
    'asset.zip, an asset of One, is not there; run cdk synth again.',
  ],
])('%s is reported in one sentence', (_name, prepare, message) => {
  prepare();
  expect(() => readAssembly(folder)).toThrow(
    expect.objectContaining({ code: 'FILE_UNREADABLE', message: expect.stringContaining(message) }),
  );
});

test.each<[string | undefined, string, string]>([
  [undefined, 'USAGE', 'name the app with --app, or an assembly with --cdk-out.'],
  ['{', 'FILE_UNREADABLE', 'cdk.json cannot be read as JSON; mend it, or name the app with --app.'],
  ['{}', 'USAGE', 'names no app; name one with --app, or an assembly with --cdk-out.'],
])('a cdk.json like %s has no app', (content, code, message) => {
  if (content !== undefined) {
    put('cdk.json', content);
  }
  expect(() => appCommandOf(folder)).toThrow(
    expect.objectContaining({ code, message: expect.stringContaining(message) }),
  );
});

test('an app runs in its folder, on this Node, with its context and without leaving temporary files', async () => {
  put('cdk.json', { app: 'node app.js', context: { both: 'project', release: '2016', mine: [1] } });
  put('cdk.context.json', { both: 'looked up', zone: 'a' });
  put(
    'app.js',
    `const { writeFileSync } = require('node:fs');
     const { CDK_OUTDIR, CDK_CONTEXT_JSON, TMPDIR } = process.env;
     require('node:fs').mkdirSync(CDK_OUTDIR);
     const { version } = process;
     writeFileSync(CDK_OUTDIR + '/manifest.json', JSON.stringify({ version, TMPDIR, context: JSON.parse(CDK_CONTEXT_JSON) }));`,
  );
  const outputFolder = join(folder, 'out');
  const temporaryFolder = join(folder, 'tmp');
  const context = { release: '2022' };
  await synthesize({ command: appCommandOf(folder), folder, outputFolder, temporaryFolder, context });
  expect(jest.requireActual(join(outputFolder, 'manifest.json'))).toEqual({
    version: process.version,
    TMPDIR: temporaryFolder,
    context: { both: 'project', release: '2022', mine: [1], zone: 'a' },
  });
});

test.each([
  ['process.exit(3)', 'it ended with exit code 3 and said nothing.'],
  ['console.log("done")', 'done.'],
  ['throw new RangeError("too many stacks")', 'RangeError: too many stacks.'],
])('an app that does %s says why it did not synthesize', async (script, reason) => {
  put('app.js', script);
  const command = 'node app.js';
  const run = synthesize({
    command,
    folder,
    outputFolder: join(folder, 'out'),
    temporaryFolder: folder,
    context: {},
  });
  await expect(run).rejects.toMatchObject({
    code: 'REHEARSAL_FAILED',
    message: `The app 'node app.js' did not synthesize: ${reason}`,
  });
});
