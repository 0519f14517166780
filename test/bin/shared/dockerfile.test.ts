import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  parseBuildArgument,
  noValue,
  parseDockerfile,
  readDockerfileText,
  windowsBases,
} from '../../../bin/shared/dockerfile';
import { parseBytes } from '../../../bin/shared/option-values';

const BOM = '\uFEFF';

/** The names of all FROM lines, and that of the image that is run. */
function names(text: string, given?: Readonly<Record<string, string>>) {
  const file = parseDockerfile(text, 'Dockerfile', given);
  for (const { span, text: raw } of file.bases) {
    expect(raw).toContain(text.slice(span.start, span.end));
  }
  return { all: file.bases.map(({ name }) => name), run: windowsBases(file)[0]?.name };
}

test.each<[string, string, readonly (string | undefined)[], string | undefined]>([
  ['a single stage', 'FROM a:1\nRUN x\n', ['a:1'], 'a:1'],
  ['no newline at its end', 'FROM a:1', ['a:1'], 'a:1'],
  ['CRLF and a byte order mark', `${BOM}FROM a:1\r\nRUN x\r\nFROM b:2 AS run\r\n`, ['a:1', 'b:2'], 'b:2'],
  [
    'a byte order mark before an escape directive',
    `${BOM}# escape=\`\r\nFROM a:1 \`\r\n AS x\r\n`,
    ['a:1'],
    'a:1',
  ],
  ['lines that end by CR alone', 'FROM a:1\rRUN x\rFROM b:2\r', ['a:1', 'b:2'], 'b:2'],
  ['stages', 'FROM a:1 AS Build\nFROM b:2 as run\nFROM build\n', ['a:1', 'b:2', 'build'], 'a:1'],
  ['a stage that hides an image of its name', 'FROM a AS b\nFROM b AS a\nFROM a', ['a', 'b', 'a'], 'a'],
  ['a platform', 'FROM --platform=windows/amd64 a:1 AS x', ['a:1'], 'a:1'],
  ['small letters and blanks', '  from   a:1   as x  ', ['a:1'], 'a:1'],
  ['quotes', 'FROM "a:1"\nFROM \'b:2\'', ['a:1', 'b:2'], 'b:2'],
  ['continued lines', 'FROM \\\n  a:1 \\\n  AS x\nFROM x', ['a:1', 'x'], 'a:1'],
  ['comments within them', 'FROM \\\n# FROM c:3\n  a:1\nRUN x \\\n# y\nFROM z', ['a:1'], 'a:1'],
  ['paths that end in a backslash', '# escape=`\nFROM a:1\nCOPY x c:\\\nFROM b:2', ['a:1', 'b:2'], 'b:2'],
  [
    'heredocs',
    'FROM a:1\nRUN <<EOF\nFROM x\nEOF\nCOPY <<"A" <<-B /y/\nFROM x\nA\n\tFROM y\n\tB\nFROM b',
    ['a:1', 'b'],
    'b',
  ],
  ['a comment that names one', '# FROM x\nFROM a:1\n# FROM y\n', ['a:1'], 'a:1'],
  ['nothing but scratch', 'FROM scratch\n', ['scratch'], undefined],
  ['a last stage of files', 'FROM a:1 AS x\nFROM scratch\nCOPY --from=x y z\n', ['a:1', 'scratch'], 'a:1'],
  ['a last stage for Linux', 'FROM a:1\nFROM --platform=linux/amd64 b:2\n', ['a:1', 'b:2'], 'a:1'],
  ['a quoted heredoc that is none', 'FROM a:1\nRUN echo "1 <<EOF"\nFROM b:2\n', ['a:1', 'b:2'], 'b:2'],
  ['a list that begins no heredoc', 'FROM a:1\nRUN ["x", "<<EOF"]\nFROM b:2\n', ['a:1', 'b:2'], 'b:2'],
  ['an open quote, so no heredoc', "FROM a:1\nRUN echo it's <<EOF\nFROM b:2", ['a:1', 'b:2'], 'b:2'],
  [
    'a heredoc with a number, and one with blanks in its name',
    "FROM a:1\nRUN cat 3<<EOF\nFROM x\nEOF\nCOPY <<'E O F' /y\nFROM x\nE O F\nFROM b:2\n",
    ['a:1', 'b:2'],
    'b:2',
  ],
  ['a heredoc of a trigger', 'FROM a:1\nONBUILD RUN <<E\nFROM x\nE\nFROM b:2', ['a:1', 'b:2'], 'b:2'],
  ['a folder that ends in two backslashes', 'FROM a:1\nWORKDIR C:\\\\\nFROM b:2\n', ['a:1', 'b:2'], 'b:2'],
  ['an ARG that does', 'FROM a:1\nARG D=C:\\\\\nFROM b:2\n', ['a:1', 'b:2'], 'b:2'],
  ['two backticks', '# escape=`\r\nFROM a:1\r\nRUN x ``\r\nFROM b:2\r\n', ['a:1', 'b:2'], 'b:2'],
  ['empty lines within an instruction', 'FROM a:1\nRUN x \\\n\n# y\nFROM x\nFROM b:2', ['a:1', 'b:2'], 'b:2'],
  ['a trigger', 'FROM a:1\nONBUILD RUN FROM b:2\n', ['a:1'], 'a:1'],
])('a Dockerfile with %s', (_what, text, all, run) => {
  expect(names(text)).toEqual({ all, run });
});

test.each<[string, readonly (string | undefined)[]]>([
  ['ARG TAG=ltsc2022\nFROM a:${TAG}', ['a:ltsc2022']],
  ['ARG REPO=a TAG=1\nFROM $REPO:$TAG', ['a:1']],
  ['ARG BASE="a:1"\nFROM $BASE', ['a:1']],
  ['ARG A=a\nARG B=${A}/b\nFROM ${B}:1', ['a/b:1']],
  ['ARG TAG\nFROM a:${TAG:-2}', ['a:2']],
  ['ARG TAG=\nFROM a:${TAG:-2}\nFROM b${TAG:+x}', ['a:2', 'b']],
  ['ARG V\nFROM a:1\nFROM b:${V}', ['a:1', undefined]],
  ['ARG A=3\nARG A\nFROM a:$A', ['a:3']],
  ['ARG A=2\nFROM a:${V:-$A}\nFROM a:${V:-${A}}\nFROM a${A:+:$A}', ['a:2', 'a:2', 'a:2']],
  ['ARG A=2\nARG B=\nFROM a:${A:?none}\nFROM a:${B:?none}', ['a:2', undefined]],
  ['FROM --platform=$BUILDPLATFORM a:${TARGETARCH}', ['a:amd64']],
  ['FROM a:1\nARG TAG=9\nFROM b:${TAG}', ['a:1', undefined]],
])('variables of %j', (text, all) => {
  expect(names(text).all).toEqual(all);
});

test('a build argument replaces a default, and gives nothing to what no ARG declares', () => {
  expect(names('ARG TAG=1\nFROM a:$TAG\nFROM b:$OTHER', { TAG: '2', OTHER: '3' }).all).toEqual([
    'a:2',
    undefined,
  ]);
  expect(parseBuildArgument('B=x=y', { A: '1' })).toEqual({ A: '1', B: 'x=y' });
  expect(() => parseBuildArgument('B')).toThrow("A build argument is written NAME=VALUE; got: 'B'.");
});

test('what cannot be read is a sentence that names file and line', () => {
  expect(() => parseDockerfile('# nothing\n', 'x/Dockerfile')).toThrow(
    "The Dockerfile 'x/Dockerfile' has no FROM",
  );
  expect(() => parseDockerfile('FROM a\nFROM\n', 'D')).toThrow(
    "Line 2 of the Dockerfile 'D' has a FROM without",
  );
  expect(() => parseDockerfile('FROM a\n\nRUN <<EOF\nFROM b\n', 'D')).toThrow(
    "Line 3 of the Dockerfile 'D' begins a heredoc, and no line after it is its end; got: 'EOF'.",
  );
  expect(names('FROM a:\\\n1\nFROM b').all).toEqual(['a:1', 'b']);
  const { bases } = parseDockerfile('ARG T\n\nFROM a:${T}', 'D');
  expect(noValue(bases[0]!, 'D')).toBe(
    "Line 3 of the Dockerfile 'D' is FROM a:${T}, and T has no value there; give its ARG a default before the first FROM, or say --build-arg T=VALUE.",
  );
});

test('a file keeps its byte order mark, and must be there and UTF-8', () => {
  const folder = mkdtempSync(join(tmpdir(), 'dockerfile-'));
  const file = join(folder, 'Dockerfile');
  try {
    writeFileSync(file, `${BOM}FROM a\r\n`);
    expect(readDockerfileText(file)).toBe(`${BOM}FROM a\r\n`);
    writeFileSync(file, Buffer.from(`${BOM}FROM a`, 'utf16le'));
    expect(() => readDockerfileText(file)).toThrow('is not UTF-8 text; save it as UTF-8.');
    expect(() => readDockerfileText(folder)).toThrow('is a folder; name the file in it.');
    expect(() => readDockerfileText(join(folder, 'none'))).toThrow("none' does not exist.");
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test.each([
  ['0', 0],
  ['123', 123],
  ['300MB', 300_000_000],
  ['300 mb', 300_000_000],
  ['1.5GiB', 1_610_612_736],
  ['2kB', 2000],
  ['7B', 7],
  ['1TB', 10 ** 12],
])('a size of %s is %i bytes', (text, bytes) => {
  expect(parseBytes(text)).toBe(bytes);
});

test.each(['', '-1', '1e9', '3XB', 'MB', '1.GB', '99999999999TB', '1,5GB'])('%j is no size', (text) => {
  expect(() => parseBytes(text)).toThrow('A size is a number of bytes');
});
