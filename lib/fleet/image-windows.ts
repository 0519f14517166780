import { Token } from 'aws-cdk-lib';
import type { WindowsOs } from '../ami/windows-os';
import { RELEASES, type ReleaseName } from '../contract/values/release';
import { compatibility } from '../core/images/compatibility';
import { followedLine, frameworkLines, isLive } from '../core/images/family-lines';

/** What in the name of an image speaks against running it on a task's Windows. */
export interface OtherWindows {
  /** Whether a container of it can never start: what Microsoft names after a release is of that release. */
  readonly isCertain: boolean;
  /** A sentence with the way out. */
  readonly sentence: string;
}

/** Microsoft's own images of Windows, whose tags name the release. */
const OF_MICROSOFT = /^mcr\.microsoft\.com\/(windows(?=[/:])|dotnet\/)/;

/** Of .NET Framework, without a release in its tag: an index of one image for each release that has the line. */
const SHARED = /^mcr\.microsoft\.com\/dotnet\/framework\/(\w+):(\d+(?:\.\d+)+)$/;

/** Why an image, by its name, does not fit the Windows of a task; undefined where nothing in the name speaks against it. */
export function imageOfOtherWindows(name: string, os: WindowsOs): OtherWindows | undefined {
  const [image = ''] = name.split('@');
  const isMicrosofts = OF_MICROSOFT.test(image);
  const release = releaseOf(/:([^:/]*)$/.exec(image)?.[1] ?? '', isMicrosofts);
  if (release === undefined) {
    return sharedTagWithout(image, os);
  }
  const { build } = release;
  if (compatibility({ build: os.buildNumber, revision: 0 }, { build, revision: 0 }).compatible) {
    return undefined;
  }
  return {
    isCertain: isMicrosofts,
    sentence:
      `the image is of Windows Server ${release.name} by its tag, and the task of ${os.release}; got: '${name}'. ` +
      'Windows starts no container of another build: name the tag of the release of the task, or change "os".',
  };
}

function releaseOf(tag: string, isMicrosofts: boolean) {
  const ofBuild = /(?:^|-)10\.0\.(\d{5})(?:\.|-|$)/.exec(tag)?.[1];
  const year = /(?:^|[^a-z0-9])ltsc(\d{4})(?![a-z0-9])/.exec(tag)?.[1];
  // Nano Server's tags for 2019 carry the version's old name.
  const old = isMicrosofts && /(?:^|-)1809(?:-|$)/.test(tag) ? '2019' : undefined;
  return RELEASES.find(({ build, name }) => name === (year ?? old) || String(build) === ofBuild);
}

/** @see https://github.com/microsoft/dotnet-framework-docker/issues/1265 */
function sharedTagWithout(image: string, os: WindowsOs): OtherWindows | undefined {
  const [, family = '', tag = ''] = SHARED.exec(Token.isUnresolved(image) ? '' : image) ?? [];
  if (family === '') {
    return undefined;
  }
  const now = new Date();
  const lines = frameworkLines(family)[os.release as ReleaseName] ?? [];
  const line = lines.find((one) => one.line === tag);
  if (line !== undefined && isLive(line, now)) {
    return undefined;
  }
  const why = line?.until === undefined ? 'is not known' : `is not built since ${line.until}`;
  return {
    isCertain: false,
    sentence:
      `an image of Windows Server ${os.release} under the shared tag ${tag} ${why}; got: '${image}'. ` +
      `Name a line that is built, with its release: ${followedLine(lines, now) ?? ''}-windowsservercore-ltsc${os.release}.`,
  };
}
