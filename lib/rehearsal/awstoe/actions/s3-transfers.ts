import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { unmodelled } from '../../assembly/unmodelled';
import { DocumentReader } from '../document-reader';
import { failure, SUCCEEDED, type ActionResult } from '../step-result';
import type { ActionScope } from '../action-scope';
import { actionOf } from './action';

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

function download({ host, storage, caller }: ActionScope, transfers: readonly S3Transfer[]): ActionResult {
  for (const { source, destination, overwrite } of transfers) {
    const { bucket, key } = s3Location(source);
    caller.require('s3:GetObject', `arn:aws:s3:::${bucket}/${key}`);
    const object = storage.get(bucket, key);
    if (object === undefined) {
      return failure(`NoSuchKey: s3://${bucket}/${key} does not exist.`);
    }
    const path = host.pathOf(destination);
    if (!existsSync(dirname(path))) {
      return failure(`The folder of ${destination} does not exist.`);
    }
    if (existsSync(path) && !overwrite) {
      return failure(`${destination} exists already, and is not to be overwritten.`);
    }
    writeFileSync(path, object.body);
  }
  return SUCCEEDED;
}

function upload({ host, storage, caller }: ActionScope, transfers: readonly S3Transfer[]): ActionResult {
  for (const { source, destination } of transfers) {
    const { bucket, key } = s3Location(destination);
    const path = host.pathOf(source);
    if (!existsSync(path)) {
      return failure(`${source} does not exist.`);
    }
    caller.require('s3:PutObject', `arn:aws:s3:::${bucket}/${key}`);
    storage.put(bucket, key, readFileSync(path));
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
