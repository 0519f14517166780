import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { strFromU8, unzipSync } from 'fflate';

const root = join(__dirname, '..', '..');
const folder = mkdtempSync(join(tmpdir(), 'winbake-zip-'));
afterAll(() => {
  rmSync(folder, { recursive: true });
});

function build(name: string, timeZone: string): Buffer {
  const archive = join(folder, name);
  const script = join(root, 'tools', 'build', 'zip-instance-scripts.mjs');
  execFileSync(process.execPath, [script, archive], { env: { ...process.env, TZ: timeZone } });
  return readFileSync(archive);
}

const archive = build('first.zip', 'UTC');

test('the same scripts make the same archive, in any time zone', () => {
  expect(build('second.zip', 'America/Los_Angeles').equals(archive)).toBe(true);
});

test('the archive holds every script at its root, by sorted names with slashes', () => {
  const names = Object.keys(unzipSync(archive));
  const scripts = join(root, 'scripts', 'instance');
  const files = readdirSync(scripts, { recursive: true, withFileTypes: true }).filter((entry) =>
    entry.isFile(),
  );
  expect(names).toHaveLength(files.length);
  expect(names).toEqual([...names].sort());
  expect(names).toEqual(
    expect.arrayContaining(['Winbake/Winbake.psd1', 'steps/Save-Image.ps1', 'verify/Test-Image.ps1']),
  );
  expect(names.filter((name) => name.includes('\\'))).toEqual([]);
});

test('lines end as in git', () => {
  for (const content of Object.values(unzipSync(archive))) {
    expect(strFromU8(content)).not.toContain('\r');
  }
});
