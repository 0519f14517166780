import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import type { ActionScope } from '../../../../sim/windows/awstoe/action';
import { actionNamed } from '../../../../sim/windows/awstoe/actions';
import { actionScope, MemoryStorage } from '../../../support/shell-host';

const SOURCE = 's3://bucket/scripts.zip';
const DESTINATION = 'C:\\Work\\scripts.zip';

/** Checks the inputs of an action as a document's, and runs it. */
async function runAction(scope: ActionScope, name: string, inputs: unknown) {
  const action = actionNamed(name, 'step One');
  action.check(inputs, 'step One, inputs');
  return action.run(scope, inputs, 60);
}

function storageWith(key: string, text: string): MemoryStorage {
  const storage = new MemoryStorage();
  storage.objects.set(`bucket/${key}`, Buffer.from(text));
  return storage;
}

test('a download writes the file', async () => {
  const scope = actionScope({ storage: storageWith('scripts.zip', 'new') });
  const transfer = { source: SOURCE, destination: DESTINATION, overwrite: true };
  for (const before of [undefined, 'old']) {
    if (before !== undefined) {
      writeFileSync(scope.host.pathOf(DESTINATION), before);
    }
    expect(await runAction(scope, 'S3Download', [transfer])).toMatchObject({ exitCode: 0 });
    expect(readFileSync(scope.host.pathOf(DESTINATION), 'utf8')).toBe('new');
  }
});

test.each([
  ['s3://bucket/absent', DESTINATION, 'NoSuchKey: s3://bucket/absent does not exist.\n'],
  [SOURCE, 'C:\\Absent\\file', 'The folder of C:\\Absent\\file does not exist.\n'],
  [SOURCE, 'C:\\Work\\there', 'C:\\Work\\there exists already, and is not to be overwritten.\n'],
])('a download of %s to %s fails', async (source, destination, stderr) => {
  const scope = actionScope({ storage: storageWith('scripts.zip', 'new') });
  writeFileSync(scope.host.pathOf('C:\\Work\\there'), 'old');
  const inputs = [{ source, destination, overwrite: false }];
  expect(await runAction(scope, 'S3Download', inputs)).toEqual({ exitCode: 1, stdout: '', stderr });
});

test('an upload stores the file, and one of nothing fails', async () => {
  const scope = actionScope();
  writeFileSync(scope.host.pathOf('C:\\Work\\made.json'), '{}');
  const upload = (source: string) =>
    runAction(scope, 'S3Upload', [{ source, destination: 's3://bucket/made/it.json' }]);
  expect(await upload('C:\\Work\\made.json')).toMatchObject({ exitCode: 0 });
  expect(String(await scope.storage.get('bucket', 'made/it.json'))).toBe('{}');
  expect(await upload('C:\\Work\\absent.json')).toMatchObject({
    exitCode: 1,
    stderr: 'C:\\Work\\absent.json does not exist.\n',
  });
});

test('a download overwrites unless it is told not to', async () => {
  const scope = actionScope({ storage: storageWith('scripts.zip', 'new') });
  writeFileSync(scope.host.pathOf(DESTINATION), 'old');
  await runAction(scope, 'S3Download', [{ source: SOURCE, destination: DESTINATION }]);
  expect(readFileSync(scope.host.pathOf(DESTINATION), 'utf8')).toBe('new');
});

test('PowerShell runs commands or a file, and leaves no file of its own behind', async () => {
  const scope = actionScope();
  expect(await runAction(scope, 'ExecutePowerShell', { commands: ['echo a', 'echo b'] })).toMatchObject({
    exitCode: 0,
    stdout: 'a\nb\n',
  });
  expect(existsSync(`${scope.host.folder}/commands.ps1`)).toBe(false);
  writeFileSync(scope.host.pathOf('C:\\Work\\mine.ps1'), 'echo from a file');
  const file = scope.host.pathOf('C:\\Work\\mine.ps1');
  expect(await runAction(scope, 'ExecutePowerShell', { file })).toMatchObject({ stdout: 'from a file\n' });
});

test.each<[object | undefined, number]>([
  [undefined, 4294],
  [{ include: ['KB5004294'] }, 4294],
  [{ include: ['5004294'] }, 4294],
  [{ include: ['KB1', '*cumulative update*'] }, 4294],
  [{ include: ['Cumulative'] }, 4171],
  [{ include: ['KB1'] }, 4171],
  [{ exclude: ['KB5004294'] }, 4171],
  [{ exclude: ['*Preview*'] }, 4294],
  [{ include: ['*'], exclude: ['Cumulative*'] }, 4171],
])('UpdateOS with %j brings the host to %i', async (inputs, ubr) => {
  const scope = actionScope();
  expect(await runAction(scope, 'UpdateOS', inputs)).toMatchObject({ exitCode: 0 });
  expect(scope.host.facts).toMatchObject({ ubr, pendingReboot: ubr === 4294 });
});

test('registry values are set, one beside the other', async () => {
  const scope = actionScope();
  const path = 'HKEY_LOCAL_MACHINE\\SOFTWARE\\Mine\\';
  const inputs = [
    { path, name: 'Text', value: 'a', type: 'SZ' },
    { path: 'hklm:\\SOFTWARE\\Mine', name: 'Number', value: 3, type: 'DWORD' },
    { path: 'HKCU:\\Mine', name: 'List', value: ['a', 'b'], type: 'MULTI_SZ' },
  ];
  await runAction(scope, 'SetRegistry', inputs);
  expect(scope.host.facts.registry).toEqual({
    'HKLM:\\SOFTWARE\\Mine': { Text: 'a', Number: 3 },
    'HKCU:\\Mine': { List: ['a', 'b'] },
  });
});

test('files and folders are made and deleted', async () => {
  const scope = actionScope();
  const path = 'C:\\Work\\new\\file.txt';
  const read = () => readFileSync(scope.host.pathOf(path), 'utf8');
  await runAction(scope, 'CreateFile', [{ path, content: 'one' }]);
  await runAction(scope, 'AppendFile', [{ path, content: ' two' }]);
  expect(read()).toBe('one two');
  await runAction(scope, 'CreateFile', [{ path }]);
  expect(read()).toBe('');
  const folder = 'C:\\Work\\new';
  const kept = { exitCode: 1, stderr: "C:\\Work\\new is not empty, and 'force' is not set.\n" };
  expect(await runAction(scope, 'DeleteFolder', [{ path: folder }])).toMatchObject(kept);
  await runAction(scope, 'DeleteFile', [{ path }]);
  await runAction(scope, 'CreateFolder', [{ path: `${folder}\\inner` }]);
  await runAction(scope, 'DeleteFolder', [{ path: folder, force: true }]);
  expect(existsSync(scope.host.pathOf(folder))).toBe(false);
});

test.each([
  [
    'CreateFile',
    { path: 'C:\\Work\\there', overwrite: false },
    'C:\\Work\\there exists already, and is not to be overwritten.\n',
  ],
  ['AppendFile', { path: 'C:\\Work\\absent' }, 'C:\\Work\\absent does not exist.\n'],
  [
    'CreateFolder',
    { path: 'C:\\Work', overwrite: false },
    'C:\\Work exists already, and is not to be overwritten.\n',
  ],
  ['DeleteFile', { path: 'C:\\Work\\absent' }, 'C:\\Work\\absent is no file.\n'],
  ['DeleteFolder', { path: 'C:\\Work\\absent' }, 'C:\\Work\\absent is no folder.\n'],
])('%s of %j fails', async (action, inputs, stderr) => {
  const scope = actionScope();
  writeFileSync(scope.host.pathOf('C:\\Work\\there'), 'old');
  expect(await runAction(scope, action, [inputs])).toEqual({ exitCode: 1, stdout: '', stderr });
});

test.each<[string, unknown, string]>([
  ['ExecutePowerShell', {}, "either 'commands' or 'file', which ends in .ps1, is needed."],
  ['ExecutePowerShell', { commands: ['a'], file: 'a.ps1' }, "either 'commands' or 'file'"],
  ['ExecutePowerShell', { file: 'a.cmd' }, 'which ends in .ps1, is needed.'],
  [
    'ExecutePowerShell',
    { file: 'a.ps1', arguments: ['a'] },
    "it has the unknown field 'arguments'; known are commands, file.",
  ],
  ['ExecutePowerShell', { commands: 'a' }, 'commands: a list with entries is needed, got: "a".'],
  ['ExecutePowerShell', { commands: [1] }, 'commands, entry 1: a text is needed, got: 1.'],
  ['ExecutePowerShell', { commands: [] }, 'commands: a list with entries is needed, got: [].'],
  ['UpdateOS', { include: 'KB1' }, 'include: a list with entries is needed, got: "KB1".'],
  ['UpdateOS', { only: ['KB1'] }, "it has the unknown field 'only'; known are exclude, include."],
  ['Reboot', { when: 'later' }, "it has the unknown field 'when'; known are delaySeconds."],
  ['Reboot', { delaySeconds: -1 }, 'delaySeconds: a whole number from 0 is needed, got: -1.'],
  ['S3Download', undefined, 'inputs: a list with entries is needed, got: nothing.'],
  ['S3Download', { source: SOURCE, destination: DESTINATION }, 'inputs: a list with entries is needed'],
  ['S3Download', [{ source: SOURCE }], 'entry 1, destination: a text is needed, got: nothing.'],
  [
    'S3Download',
    [{ source: SOURCE, destination: DESTINATION, overwrite: 'yes' }],
    'overwrite: true or false is needed, got: "yes".',
  ],
  [
    'S3Upload',
    [{ source: DESTINATION, destination: SOURCE, overwrite: true }],
    "it has the unknown field 'overwrite'",
  ],
  [
    'SetRegistry',
    [{ path: 'SOFTWARE\\Mine', name: 'a', value: 'b', type: 'SZ' }],
    'path: a path below HKLM: or another of the five hives is needed',
  ],
  [
    'SetRegistry',
    [{ path: 'HKLM:\\Mine', name: 'a', value: 'b', type: 'TEXT' }],
    'type: one of SZ, EXPAND_SZ, MULTI_SZ, DWORD, QWORD, BINARY is needed, got: "TEXT".',
  ],
  [
    'SetRegistry',
    [{ path: 'HKLM:\\Mine', name: 'a', value: 'b', type: 'DWORD' }],
    'value: a value of the type DWORD is needed, got: "b".',
  ],
  ['CreateFile', [{ path: 'C:\\a', owner: 'me' }], 'owner: nothing on Windows is needed, got: "me".'],
  ['DeleteFile', [{ path: 'C:\\a', force: true }], "it has the unknown field 'force'"],
])('%s with %j is refused', async (action, inputs, message) => {
  await expect(runAction(actionScope(), action, inputs)).rejects.toMatchObject({
    code: 'REHEARSAL_FAILED',
    message: expect.stringMatching(/^Image Builder would refuse step One, inputs/),
  });
  await expect(runAction(actionScope(), action, inputs)).rejects.toThrow(message);
});

test.each<[string, unknown, string]>([
  ['ExecuteBash', [], 'the action ExecuteBash of step One'],
  ['toString', [], 'the action toString of step One'],
  [
    'S3Download',
    [{ source: SOURCE, destination: DESTINATION, expectedBucketOwner: '1' }],
    "the input 'expectedBucketOwner' in step One, inputs, entry 1",
  ],
  [
    'S3Download',
    [{ source: 's3://bucket/folder/*', destination: DESTINATION }],
    "'s3://bucket/folder/*' as a place in S3",
  ],
  [
    'S3Download',
    [{ source: 'https://bucket/key', destination: DESTINATION }],
    "'https://bucket/key' as a place in S3",
  ],
  [
    'S3Download',
    [{ source: SOURCE, destination: 'D:\\file' }],
    "the path 'D:\\file', which is not on the C: drive",
  ],
  [
    'S3Download',
    [{ source: SOURCE, destination: 'C:\\Work\\..\\..\\file' }],
    "the path 'C:\\Work\\..\\..\\file', which leads upwards",
  ],
  [
    'SetRegistry',
    [{ path: 'HKLM:\\Mine', name: 'a', value: 'b', type: 'BINARY' }],
    'a value of the type BINARY in step One, inputs, entry 1',
  ],
  ['DeleteFile', [{ path: 'C:\\*log' }], "the wildcard in 'C:\\*log' in step One, inputs, entry 1"],
  [
    'CreateFile',
    [{ path: 'C:\\a', encoding: 'utf-16' }],
    "the input 'encoding' in step One, inputs, entry 1",
  ],
])('%s with %j is refused by name', async (action, inputs, what) => {
  const scope = actionScope({ storage: storageWith('scripts.zip', 'zip') });
  await expect(runAction(scope, action, inputs)).rejects.toMatchObject({
    code: 'REHEARSAL_FAILED',
    message: `The rehearsal does not model ${what}.`,
  });
});
