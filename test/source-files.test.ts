import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const ROOT = join(__dirname, '..');

/** Whoever opens a file shall see it whole in a moment. */
const MOST_LINES = 400;

const SOURCE = /\.(ts|mts|mjs|cjs|js|ps1|psm1|psd1|cs|sh)$/;

interface SourceFile {
  readonly path: string;
  readonly lines: number;
}

function sourceFiles(folders: readonly string[]): readonly SourceFile[] {
  return folders.flatMap((folder) =>
    readdirSync(join(ROOT, folder), { recursive: true })
      .map(String)
      .filter((path) => SOURCE.test(path) && !path.includes('node_modules'))
      .map((path) => ({
        path: join(folder, path),
        lines: readFileSync(join(ROOT, folder, path), 'utf8').split('\n').length - 1,
      })),
  );
}

function tooLong(files: readonly SourceFile[]): readonly string[] {
  return files.filter(({ lines }) => lines > MOST_LINES).map(({ path, lines }) => `${path}: ${lines} lines`);
}

const files = sourceFiles(['lib', 'bin', 'sim', 'tools', 'scripts', 'test']);

test(`no source file has more than ${MOST_LINES} lines`, () => {
  expect(files.length).toBeGreaterThan(600);
  expect(tooLong(files)).toEqual([]);
});

test('a file that is too long is noticed', () => {
  expect(tooLong([{ path: 'long.ts', lines: MOST_LINES + 1 }, ...files])).toEqual(['long.ts: 401 lines']);
});

test('a file is a topic: few of the product have less than 30 lines, and half have at least 90', () => {
  const lengths = files
    .filter(({ path }) => /^(lib|bin|sim)\/.*\.ts$/.test(path))
    .map(({ lines }) => lines)
    .sort((one, other) => one - other);
  expect(lengths.filter((lines) => lines < 30).length / lengths.length).toBeLessThanOrEqual(0.08);
  expect(lengths[Math.floor(lengths.length / 2)]).toBeGreaterThanOrEqual(90);
});
