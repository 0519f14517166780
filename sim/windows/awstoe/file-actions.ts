import {
  existsSync,
  readFileSync,
  writeFileSync,
  appendFileSync,
  mkdirSync,
  readdirSync,
  rmdirSync,
  rmSync,
  statSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { unmodelled } from '../../aws/cloudformation/environment';
import { type ActionScope, actionOf, type Action } from './action';
import { DocumentReader } from './document-reader';
import { failure, SUCCEEDED, type ActionResult } from './step-result';

/** One file that is downloaded or uploaded. */
interface S3Transfer {
  readonly source: string;
  readonly destination: string;
  readonly overwrite: boolean;
}

/**
 * Downloads single objects. All folders must exist; what is there is overwritten unless the document says otherwise.
 * @see https://docs.aws.amazon.com/imagebuilder/latest/userguide/toe-action-modules.html#action-modules-s3download
 */
export const S3_DOWNLOAD = actionOf((inputs, where) => readTransfers(inputs, where, 'S3Download'), download);

/**
 * Uploads single files.
 * @see https://docs.aws.amazon.com/imagebuilder/latest/userguide/toe-action-modules.html#action-modules-s3upload
 */
export const S3_UPLOAD = actionOf((inputs, where) => readTransfers(inputs, where, 'S3Upload'), upload);

function readTransfers(
  inputs: unknown,
  where: string,
  action: 'S3Download' | 'S3Upload',
): readonly S3Transfer[] {
  return DocumentReader.ofList(inputs, where).map((reader) => {
    const transfer = {
      source: reader.text('source'),
      destination: reader.text('destination'),
      overwrite: action === 'S3Upload' || (reader.optionalFlag('overwrite') ?? true),
    };
    for (const field of action === 'S3Download'
      ? ['expectedBucketOwner']
      : ['expectedBucketOwner', 'recurse']) {
      if (reader.value(field) !== undefined) {
        throw unmodelled(`the input '${field}' in ${reader.where}`);
      }
    }
    reader.done();
    const remote = action === 'S3Download' ? transfer.source : transfer.destination;
    if (!remote.includes('{{')) {
      s3Location(remote);
    }
    return transfer;
  });
}

async function download(
  { host, storage }: ActionScope,
  transfers: readonly S3Transfer[],
): Promise<ActionResult> {
  for (const { source, destination, overwrite } of transfers) {
    const { bucket, key } = s3Location(source);
    const body = await storage.get(bucket, key);
    if (body === undefined) {
      return failure(`NoSuchKey: s3://${bucket}/${key} does not exist.`);
    }
    const path = host.pathOf(destination);
    if (!existsSync(dirname(path))) {
      return failure(`The folder of ${destination} does not exist.`);
    }
    if (existsSync(path) && !overwrite) {
      return failure(`${destination} exists already, and is not to be overwritten.`);
    }
    writeFileSync(path, body);
  }
  return SUCCEEDED;
}

async function upload(
  { host, storage }: ActionScope,
  transfers: readonly S3Transfer[],
): Promise<ActionResult> {
  for (const { source, destination } of transfers) {
    const { bucket, key } = s3Location(destination);
    const path = host.pathOf(source);
    if (!existsSync(path)) {
      return failure(`${source} does not exist.`);
    }
    await storage.put(bucket, key, readFileSync(path));
  }
  return SUCCEEDED;
}

function s3Location(uri: string): { bucket: string; key: string } {
  const [, bucket, key] = /^s3:\/\/([^/]+)\/([^*]+)$/.exec(uri) ?? [];
  if (bucket === undefined || key === undefined || key.endsWith('/')) {
    throw unmodelled(`'${uri}' as a place in S3`);
  }
  return { bucket, key };
}

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
