import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { ObjectStorage } from '../../../lib/rehearsal/account/object-storage';
import { isModelled, runAction } from '../../../lib/rehearsal/awstoe/actions';
import { actionScope } from '../../support/shell-host';
import { allowing, callerWith } from '../../support/stack-models';

const SOURCE = 's3://bucket/scripts.zip';
const DESTINATION = 'C:\\Work\\scripts.zip';

function storageWith(key: string, text: string): ObjectStorage {
  const storage = new ObjectStorage();
  storage.put('bucket', key, Buffer.from(text));
  return storage;
}

test('a download writes the file', async () => {
  const scope = actionScope({ storage: storageWith('scripts.zip', 'new') });
  const transfer = { source: SOURCE, destination: DESTINATION, overwrite: true };
  for (const before of [undefined, 'old']) {
    if (before !== undefined) {
      writeFileSync(scope.host.pathOf(DESTINATION), before);
    }
    expect(await runAction(scope, 'S3Download', [transfer], 60)).toMatchObject({ exitCode: 0 });
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
  expect(await runAction(scope, 'S3Download', inputs, 60)).toEqual({ exitCode: 1, stdout: '', stderr });
});

test('an upload stores the file, and one of nothing fails', async () => {
  const scope = actionScope();
  writeFileSync(scope.host.pathOf('C:\\Work\\made.json'), '{}');
  const upload = (source: string) =>
    runAction(scope, 'S3Upload', [{ source, destination: 's3://bucket/made/it.json' }], 60);
  expect(await upload('C:\\Work\\made.json')).toMatchObject({ exitCode: 0 });
  expect(scope.storage.get('bucket', 'made/it.json')?.body.toString()).toBe('{}');
  expect(await upload('C:\\Work\\absent.json')).toMatchObject({
    exitCode: 1,
    stderr: 'C:\\Work\\absent.json does not exist.\n',
  });
});

test.each([
  [
    'S3Download',
    { source: SOURCE, destination: DESTINATION, overwrite: true },
    's3:GetObject',
    's3:PutObject',
  ],
  ['S3Upload', { source: 'C:\\Work\\made.json', destination: SOURCE }, 's3:PutObject', 's3:GetObject'],
])('%s is checked against the role', async (action, transfer, needed, other) => {
  const storage = storageWith('scripts.zip', 'zip');
  const attempt = async (document: object) => {
    const scope = actionScope({ storage, caller: callerWith(document) });
    writeFileSync(scope.host.pathOf('C:\\Work\\made.json'), '{}');
    return runAction(scope, action, [transfer], 60);
  };
  expect(await attempt(allowing(needed, 'arn:aws:s3:::bucket/scripts.zip'))).toMatchObject({ exitCode: 0 });
  await expect(attempt(allowing(other))).rejects.toMatchObject({ code: 'AccessDenied' });
});

test.each<[string, unknown, string]>([
  ['SetRegistry', [], 'the action SetRegistry of a component'],
  ['toString', [], 'the action toString of a component'],
  [
    'ExecutePowerShell',
    { file: 'a.ps1' },
    'an ExecutePowerShell step that has anything but a list of commands',
  ],
  [
    'ExecutePowerShell',
    { commands: [], file: 'a.ps1' },
    'an ExecutePowerShell step that has anything but a list of commands',
  ],
  ['UpdateOS', { include: ['KB1'] }, 'an UpdateOS step that includes or excludes updates'],
  ['Reboot', { when: 'later' }, 'a Reboot step with anything but delaySeconds'],
  ['S3Download', undefined, 'an S3Download step whose inputs are no list'],
  [
    'S3Download',
    [{ source: SOURCE, destination: DESTINATION, expectedBucketOwner: '1' }],
    "the input 'expectedBucketOwner' of an S3Download step",
  ],
  ['S3Download', [{ source: SOURCE }], 'an S3Download step whose source or destination is no text'],
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
    'S3Upload',
    [{ source: DESTINATION, destination: SOURCE, overwrite: true }],
    "the input 'overwrite' of an S3Upload step",
  ],
])('%s with %j is refused by name', async (action, inputs, what) => {
  const scope = actionScope({ storage: storageWith('scripts.zip', 'zip') });
  await expect((async () => runAction(scope, action, inputs, 60))()).rejects.toMatchObject({
    code: 'REHEARSAL_FAILED',
    message: `The rehearsal does not model ${what}.`,
  });
});

test('a download that finds its file there must say whether it overwrites', async () => {
  const scope = actionScope({ storage: storageWith('scripts.zip', 'zip') });
  const download = async () =>
    runAction(scope, 'S3Download', [{ source: SOURCE, destination: DESTINATION }], 60);
  expect(await download()).toMatchObject({ exitCode: 0 });
  await expect(download()).rejects.toThrow("does not say 'overwrite'");
});

test('the commands of a step leave no file behind', async () => {
  const scope = actionScope();
  await runAction(scope, 'ExecutePowerShell', { commands: ['exit 0'] }, 60);
  expect(existsSync(`${scope.host.folder}/commands.ps1`)).toBe(false);
});

test('the actions that have a model', () => {
  const names = [
    'ExecutePowerShell',
    'S3Download',
    'S3Upload',
    'UpdateOS',
    'Reboot',
    'ExecuteBash',
    'WebDownload',
  ];
  expect(names.filter(isModelled)).toEqual(names.slice(0, 5));
});
