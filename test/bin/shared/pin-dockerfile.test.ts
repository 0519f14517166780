import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { parseDockerfile } from '../../../bin/shared/dockerfile';
import { diffOf, pinDockerfile } from '../../../bin/shared/pin-dockerfile';
import type { CachedImage } from '../../../lib/core/coverage/coverage';
import { propertyRuns } from '../../support/property-runs';

const CORE = `sha256:${'1'.repeat(64)}`;
const ASPNET = `sha256:${'2'.repeat(64)}`;
const IMAGES: readonly CachedImage[] = [
  ['servercore', 'windows/servercore', 'ltsc2022', CORE],
  ['aspnet', 'dotnet/framework/aspnet', '4.8.1-windowsservercore-ltsc2022', ASPNET],
].map(([family = '', repository = '', tag = '', digest = '']) => ({
  family,
  repository,
  tag,
  digest,
  platformDigest: digest,
  osVersion: '10.0.20348.4294',
}));
const SERVERCORE = 'mcr.microsoft.com/windows/servercore';
const PINNED_CORE = `${SERVERCORE}:ltsc2022@${CORE}`;
const FRAMEWORK = 'mcr.microsoft.com/dotnet/framework/aspnet';
const PINNED_ASPNET = `${FRAMEWORK}:4.8.1-windowsservercore-ltsc2022@${ASPNET}`;
const BOM = '\uFEFF';

function pin(text: string) {
  const once = pinDockerfile(text, 'Dockerfile', IMAGES);
  expect(pinDockerfile(once.text, 'Dockerfile', IMAGES)).toMatchObject({ text: once.text, changes: [] });
  return once;
}

test.each([
  ['a tag', `FROM ${SERVERCORE}:ltsc2022\n`, `FROM ${PINNED_CORE}\n`],
  ['an older revision', `FROM ${SERVERCORE}:10.0.20348.4171\n`, `FROM ${PINNED_CORE}\n`],
  ['an older digest', `FROM ${SERVERCORE}:ltsc2022@${ASPNET}`, `FROM ${PINNED_CORE}`],
  [
    'layout, comments, platform and stage',
    `# a FROM ${SERVERCORE}:ltsc2022\n\tfrom  --platform=windows/amd64   ${SERVERCORE}:ltsc2022   as  x \nRUN y # z\n`,
    `# a FROM ${SERVERCORE}:ltsc2022\n\tfrom  --platform=windows/amd64   ${PINNED_CORE}   as  x \nRUN y # z\n`,
  ],
  [
    'CRLF, a byte order mark and backticks',
    `${BOM}# escape=\`\r\nFROM ${SERVERCORE}:ltsc2022 \`\r\n  AS x\r\nCOPY a c:\\\r\nFROM x`,
    `${BOM}# escape=\`\r\nFROM ${PINNED_CORE} \`\r\n  AS x\r\nCOPY a c:\\\r\nFROM x`,
  ],
  [
    'a continued line with a comment in it',
    `FROM \\\n  # ${SERVERCORE}:ltsc2022\n  ${SERVERCORE}:ltsc2022 \\\n  AS x\n`,
    `FROM \\\n  # ${SERVERCORE}:ltsc2022\n  ${PINNED_CORE} \\\n  AS x\n`,
  ],
  [
    'a heredoc',
    `FROM ${SERVERCORE}:ltsc2022\nRUN <<EOF\nFROM ${SERVERCORE}:ltsc2022\nEOF\n`,
    `FROM ${PINNED_CORE}\nRUN <<EOF\nFROM ${SERVERCORE}:ltsc2022\nEOF\n`,
  ],
  ['quotes', `FROM "${SERVERCORE}:ltsc2022"\n`, `FROM "${PINNED_CORE}"\n`],
  ['a whole ARG', `ARG BASE=${SERVERCORE}:ltsc2022\nFROM $BASE\n`, `ARG BASE=${PINNED_CORE}\nFROM $BASE\n`],
  [
    'one of several ARGs in quotes, used twice',
    `ARG A=1 BASE='${SERVERCORE}:ltsc2022'\nFROM \${BASE} AS x\nFROM \${BASE}\n`,
    `ARG A=1 BASE='${PINNED_CORE}'\nFROM \${BASE} AS x\nFROM \${BASE}\n`,
  ],
  [
    'the ARG of a tag',
    `ARG TAG=4.8.1\nFROM ${FRAMEWORK}:\${TAG}\n`,
    `ARG TAG=${PINNED_ASPNET.split('aspnet:')[1]}\nFROM ${FRAMEWORK}:\${TAG}\n`,
  ],
  [
    'several stages',
    `FROM ${FRAMEWORK}:4.8.1 AS build\nFROM build AS test\nFROM ${SERVERCORE}:ltsc2022\n`,
    `FROM ${PINNED_ASPNET} AS build\nFROM build AS test\nFROM ${PINNED_CORE}\n`,
  ],
])('%s: the reference is pinned, and all else stays', (_what, before, after) => {
  expect(pin(before).text).toBe(after);
});

test.each([
  [
    'scratch, Linux and stages, of which nothing is said',
    `FROM scratch AS servercore\nFROM --platform=linux/amd64 ${SERVERCORE}:ltsc2022\nFROM servercore\nFROM ${PINNED_CORE}\n`,
    [],
  ],
  [
    'other registries, and what is not cached',
    `FROM nginx\nFROM other.example/windows/servercore:ltsc2022\nFROM mcr.microsoft.com/dotnet/framework/sdk:4.8.1\n`,
    ['only images of mcr', 'only images of mcr', 'nothing of its repository'],
  ],
  [
    'variables without a value, and those that make no name',
    'ARG BASE\nARG EMPTY=A:b:c\nFROM ${BASE}\nFROM $EMPTY\n',
    ['BASE has no value; give its ARG a default', 'make of it is no image name'],
  ],
  ['another Windows', `FROM ${SERVERCORE}:ltsc2019\n`, ['it is of another Windows, 2019']],
  ['another line', `FROM ${FRAMEWORK}:4.8\n`, ['it is of another line, 4.8']],
  [
    'a name of several variables',
    `ARG R=${SERVERCORE}\nARG T=ltsc2022\nFROM $R:$T\n`,
    ['put together from variables'],
  ],
  [
    'a part of a tag',
    `ARG W=ltsc2022\nFROM ${FRAMEWORK}:4.8.1-windowsservercore-\${W}\n`,
    ['put together from variables'],
  ],
  ['a default within FROM', `ARG W\nFROM ${SERVERCORE}:\${W:-ltsc2022}\n`, ['put together from variables']],
  [
    'a tag of two repositories',
    `ARG T=ltsc2022\nFROM ${SERVERCORE}:$T AS a\nFROM mcr.microsoft.com/windows/nanoserver:$T\n`,
    ['its variable T is used elsewhere too', '--extra nanoserver'],
  ],
  [
    'a tag that a stage uses',
    `ARG T=ltsc2022\nFROM ${SERVERCORE}:$T\nARG T\nRUN echo $T\n`,
    ['its variable T is used elsewhere too'],
  ],
  [
    'a tag that another ARG uses',
    `ARG T=ltsc2022\nARG U=x-$T\nFROM ${SERVERCORE}:$T\n`,
    ['its variable T is used elsewhere too'],
  ],
  [
    'a tag without a value',
    `ARG T\nFROM ${SERVERCORE}:$T\nARG V=\nFROM ${SERVERCORE}:$V\n`,
    ['T has no value', 'V has no value'],
  ],
])('%s: stays as it is', (_what, text, kept) => {
  const pinned = pin(text);
  expect(pinned).toMatchObject({ text, changes: [] });
  expect(pinned.kept.map(({ message }) => message)).toEqual(
    kept.map((part) => expect.stringContaining(part)),
  );
});

test('a reference that is none is wrong usage, with file and line', () => {
  expect(() => pinDockerfile('FROM a\nFROM b:c:d\n', 'x/Dockerfile', IMAGES)).toThrow(
    /^Line 2 of the Dockerfile 'x\/Dockerfile': An image is named like/,
  );
});

const arbitraryLine = fc.constantFrom(
  `FROM ${SERVERCORE}:ltsc2022`,
  `FROM ${SERVERCORE}:10.0.20348.1 AS a`,
  `FROM --platform=windows/amd64 ${FRAMEWORK}:4.8.1 as b`,
  'FROM a',
  'FROM scratch',
  'FROM $B',
  `# FROM ${SERVERCORE}:ltsc2022`,
  `RUN echo ${SERVERCORE}:ltsc2022`,
  `RUN x \\\n  && echo FROM ${SERVERCORE}:ltsc2022`,
  `RUN <<E\nFROM ${SERVERCORE}:ltsc2022\nE`,
  `LABEL base="${SERVERCORE}:ltsc2022"`,
  '',
  '   ',
);

test('pinning changes references alone, and nothing a second time', () => {
  fc.assert(
    fc.property(
      fc.array(arbitraryLine, { maxLength: 12 }),
      fc.constantFrom('\n', '\r\n'),
      fc.boolean(),
      fc.boolean(),
      (lines, ending, hasMark, isEnded) => {
        const body = [`ARG B=${SERVERCORE}:ltsc2022`, 'FROM first', ...lines]
          .join('\n')
          .replaceAll('\n', ending);
        const text = `${hasMark ? BOM : ''}${body}${isEnded ? ending : ''}`;
        const { changes, text: after } = pin(text);
        const before = parseDockerfile(text, 'D').bases;
        const then = parseDockerfile(after, 'D').bases;
        expect(then.map(({ line, stage }) => [line, stage])).toEqual(
          before.map(({ line, stage }) => [line, stage]),
        );
        const [old, made] = [text.split(ending), after.split(ending)];
        expect(made).toHaveLength(old.length);
        const changed = old.flatMap((line, at) => (line === made[at] ? [] : at + 1));
        expect([...new Set(changes.map(({ line }) => line))].sort((one, other) => one - other)).toEqual(
          changed,
        );
        for (const line of changed) {
          expect(old[line - 1]).toMatch(/^\uFEFF?(FROM|ARG) /);
        }
      },
    ),
    { numRuns: propertyRuns(300) },
  );
});

test('the diff is one that git applies, with CRLF and without a newline at the end', () => {
  const folder = mkdtempSync(join(tmpdir(), 'pin-'));
  try {
    const middle = Array.from({ length: 12 }, (_, at) => `RUN ${at}\r\n`).join('');
    const before = `FROM ${SERVERCORE}:ltsc2022 AS a\r\n${middle}FROM ${FRAMEWORK}:4.8.1`;
    const after = pin(before).text;
    writeFileSync(join(folder, 'Dockerfile'), before);
    const diff = diffOf('Dockerfile', before, after);
    expect(diff.match(/^@@/gm)).toHaveLength(2);
    execFileSync('git', ['apply', '--whitespace=nowarn', '-'], { cwd: folder, input: diff });
    expect(readFileSync(join(folder, 'Dockerfile'), 'utf8')).toBe(after);
    expect(diffOf('Dockerfile', after, after)).toBe('');
  } finally {
    rmSync(folder, { recursive: true });
  }
});
