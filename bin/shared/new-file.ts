import { access, constants, link, lstat, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { UsageError } from '../../lib/contract/values/errors';

/** A file that an option names and that is not there yet. */
export interface NewFile {
  readonly option: string;
  readonly file: string;
}

/** Before long work: throws a `UsageError` for a file that is there, since it is kept, and for one that cannot be written. */
export async function checkNewFile({ file, option }: NewFile): Promise<void> {
  const refuse = refuser({ file, option });
  if (/(?:^|[/\\])$/.test(file)) {
    throw new UsageError(`The option ${option} takes the name of a file; got: '${file}'.`);
  }
  const isThere = await lstat(file).then(
    () => true,
    (error: unknown) => (codeOf(error) === 'ENOENT' ? false : refuse(error)),
  );
  if (isThere) {
    throw new UsageError(`The file '${file}' of ${option} is there already; name another.`);
  }
  await access(dirname(file), constants.W_OK).catch(refuse);
}

/** Writes a file whole or not at all, and never over another. */
export async function writeNewFile({ file, option }: NewFile, text: string): Promise<void> {
  const draft = join(dirname(file), `.winbake-${process.pid}.draft`);
  try {
    await writeFile(draft, text, { flag: 'wx' });
    await link(draft, file).catch(async (error: unknown) => {
      if (!WITHOUT_LINKS.includes(codeOf(error))) {
        throw error;
      }
      await writeFile(file, text, { flag: 'wx' });
    });
  } catch (error) {
    refuser({ file, option })(error);
  } finally {
    await rm(draft, { force: true });
  }
}

/** What file systems say that know no second name of a file. */
const WITHOUT_LINKS: readonly string[] = ['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS'];

function refuser({ file, option }: NewFile) {
  return (cause: unknown): never => {
    throw new UsageError(`The file '${file}' of ${option} cannot be written: ${codeOf(cause)}.`, { cause });
  };
}

function codeOf(error: unknown): string {
  return String((error as { readonly code?: unknown }).code);
}

/** The flags of the option that writes an answer as a page, too, and what its help calls it. */
export const HTML_OPTION = [
  '--html <file>',
  'write a new file, too: one page for a browser or printer, without network or script',
] as const;

/** Checks the file of `--html` before long work, and gives what writes its page; without the option that writes nothing. */
export async function openPage(file: string | undefined): Promise<(page: () => string) => Promise<void>> {
  if (file === undefined) {
    return () => Promise.resolve();
  }
  const place = { option: '--html', file };
  await checkNewFile(place);
  return (page) => writeNewFile(place, page());
}
