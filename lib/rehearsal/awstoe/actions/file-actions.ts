import { appendFileSync, existsSync, mkdirSync, readdirSync, rmdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { unmodelled } from '../../assembly/unmodelled';
import { DocumentReader } from '../document-reader';
import { failure, SUCCEEDED, type ActionResult } from '../step-result';
import { type Action, actionOf } from './action';

interface PathInputs {
  readonly path: string;
  readonly content: string;
  readonly overwrite: boolean;
  readonly force: boolean;
}

/** What Windows machines refuse, and what has no model. */
const REFUSED = { owner: true, group: true, permissions: true, encoding: false };

/**
 * The file actions that need nothing but a path and a text.
 * @see https://docs.aws.amazon.com/imagebuilder/latest/userguide/toe-action-modules.html#action-modules-createfile
 */
export const FILE_ACTIONS: Readonly<Record<string, Action>> = {
  CreateFile: eachPath(['content', 'overwrite'], (path, { content, overwrite }, name) => {
    if (existsSync(path) && !overwrite) {
      return failure(`${name} exists already, and is not to be overwritten.`);
    }
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, content);
    return SUCCEEDED;
  }),
  AppendFile: eachPath(['content'], (path, { content }, name) => {
    if (!existsSync(path)) {
      return failure(`${name} does not exist.`);
    }
    appendFileSync(path, content);
    return SUCCEEDED;
  }),
  CreateFolder: eachPath(['overwrite'], (path, { overwrite }, name) => {
    if (existsSync(path) && !overwrite) {
      return failure(`${name} exists already, and is not to be overwritten.`);
    }
    if (existsSync(path) && readdirSync(path).length > 0) {
      throw unmodelled(`a CreateFolder of ${name}, which is there and not empty`);
    }
    mkdirSync(path, { recursive: true });
    return SUCCEEDED;
  }),
  DeleteFile: eachPath([], (path, _inputs, name) => {
    if (!existsSync(path) || !statSync(path).isFile()) {
      return failure(`${name} is no file.`);
    }
    rmSync(path);
    return SUCCEEDED;
  }),
  DeleteFolder: eachPath(['force'], (path, { force }, name) => {
    if (!existsSync(path) || !statSync(path).isDirectory()) {
      return failure(`${name} is no folder.`);
    }
    if (!force && readdirSync(path).length > 0) {
      return failure(`${name} is not empty, and 'force' is not set.`);
    }
    if (force) {
      rmSync(path, { recursive: true });
    } else {
      rmdirSync(path);
    }
    return SUCCEEDED;
  }),
};

function eachPath(
  optional: readonly ('content' | 'overwrite' | 'force')[],
  work: (path: string, inputs: PathInputs, name: string) => ActionResult,
): Action {
  return actionOf(
    (inputs, where) => DocumentReader.ofList(inputs, where).map((reader) => readPath(reader, optional)),
    ({ host }, list) => {
      for (const inputs of list) {
        const result = work(host.pathOf(inputs.path), inputs, inputs.path);
        if (result.exitCode !== 0) {
          return result;
        }
      }
      return SUCCEEDED;
    },
  );
}

function readPath(reader: DocumentReader, optional: readonly string[]): PathInputs {
  const path = reader.text('path');
  if (path.includes('*')) {
    throw unmodelled(`the wildcard in '${path}' in ${reader.where}`);
  }
  const inputs = {
    path,
    content: (optional.includes('content') ? reader.optionalText('content') : undefined) ?? '',
    overwrite: (optional.includes('overwrite') ? reader.optionalFlag('overwrite') : undefined) ?? true,
    force: (optional.includes('force') ? reader.optionalFlag('force') : undefined) ?? false,
  };
  for (const [field, byAws] of Object.entries(REFUSED)) {
    const value = reader.value(field);
    if (value !== undefined && byAws) {
      throw reader.wrong(field, 'nothing on Windows', value);
    }
    if (value !== undefined) {
      throw unmodelled(`the input '${field}' in ${reader.where}`);
    }
  }
  reader.done();
  return inputs;
}
