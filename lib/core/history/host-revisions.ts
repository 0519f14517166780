import { WinbakeError } from '../../contract/values/errors';
import { readDay } from '../../contract/values/instant';
import { readOsVersion } from '../../contract/values/os-version';

/**
 * The kinds of Windows updates: `B` on the second Tuesday, `OOB` out of band, `C` and `D` optional previews, `hotpatch`,
 * `RTM` the release itself, `non-B` an old update of which no more is known.
 */
const UPDATE_TYPES = ['B', 'OOB', 'C', 'D', 'hotpatch', 'RTM', 'non-B'] as const;

/** The kind of a Windows update. */
type UpdateType = (typeof UPDATE_TYPES)[number];

/** One update of a Windows build that hosts could get. */
export interface HostRevision {
  readonly build: number;
  readonly revision: number;
  readonly osVersion: string;
  /** The article of the update, such as `KB5066782`; empty for a release itself. */
  readonly kb: string;
  /** The day of release, `YYYY-MM-DD`, in Redmond. */
  readonly date: string;
  readonly type: UpdateType;
  readonly hasContainerImage: 'yes' | 'no' | 'unknown';
}

const HEADER = 'build,revision,os_version,kb,date,type,hasContainerImage';
const ANSWERS = ['yes', 'no', 'unknown'] as const;

/**
 * The rows of a table of host revisions: comma-separated, unquoted, with a fixed header. `name` names the file to people;
 * throws a `WinbakeError` with code `DOCUMENT_INVALID` that says which line is wrong.
 */
export function parseHostRevisions(text: string, name: string): readonly HostRevision[] {
  const [header = '', ...lines] = text.split(/\r?\n/);
  if (header !== HEADER) {
    throw new WinbakeError(
      'DOCUMENT_INVALID',
      `${name} must begin with the line ${HEADER}; got: '${header.slice(0, 80)}'.`,
    );
  }
  const rows = lines.flatMap((line, index) => {
    return line.trim() === '' ? [] : [parseRow(line, `${name}, line ${index + 2}`)];
  });
  if (rows.length === 0) {
    throw new WinbakeError('DOCUMENT_INVALID', `${name} names no revision; got: only a header.`);
  }
  return rows;
}

function parseRow(line: string, place: string): HostRevision {
  const fail = (problem: string): never => {
    throw new WinbakeError('DOCUMENT_INVALID', `${place}: ${problem}; got: '${line.slice(0, 80)}'.`);
  };
  const fields = line.split(',');
  if (fields.length !== 7) {
    return fail(`a row has 7 fields`);
  }
  const [build = '', revision = '', osVersion = '', kb = '', date = '', type, image] = fields;
  const version =
    readOsVersion(osVersion) ?? fail('os_version must have four parts, 10.0.<build>.<revision>');
  if (String(version.build) !== build || String(version.revision) !== revision) {
    return fail('build and revision must be those of os_version');
  }
  return {
    ...version,
    osVersion,
    kb: /^(KB\d+)?$/.test(kb) ? kb : fail('kb must be KB and digits, or empty'),
    date: readDay(date) === undefined ? fail('date must be a day, YYYY-MM-DD') : date,
    type:
      UPDATE_TYPES.find((known) => known === type) ?? fail(`type must be one of ${UPDATE_TYPES.join(', ')}`),
    hasContainerImage:
      ANSWERS.find((known) => known === image) ??
      fail(`hasContainerImage must be one of ${ANSWERS.join(', ')}`),
  };
}
