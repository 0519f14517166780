import { isJsonObject } from '../../core/oci/json-value';
import { unmodelled } from '../assembly/unmodelled';

/** One file that is downloaded or uploaded. */
export interface S3Transfer {
  readonly source: string;
  readonly destination: string;
  /** Undefined where the document does not say it. */
  readonly overwrite: boolean | undefined;
}

const FIELDS: Readonly<Record<'S3Download' | 'S3Upload', readonly string[]>> = {
  S3Download: ['source', 'destination', 'overwrite'],
  S3Upload: ['source', 'destination'],
};

/**
 * The transfers of an S3Download or S3Upload step; anything that has no model is refused by name.
 * @see https://docs.aws.amazon.com/imagebuilder/latest/userguide/toe-action-modules.html
 */
export function readS3Transfers(inputs: unknown, action: 'S3Download' | 'S3Upload'): readonly S3Transfer[] {
  if (!Array.isArray(inputs) || inputs.length === 0) {
    throw unmodelled(`an ${action} step whose inputs are no list`);
  }
  return inputs.map((input: unknown) => {
    const { source, destination, overwrite, ...others } = isJsonObject(input) ? input : {};
    const [unknown] = [
      ...Object.keys(others),
      ...(overwrite === undefined || FIELDS[action].includes('overwrite') ? [] : ['overwrite']),
    ];
    if (unknown !== undefined) {
      throw unmodelled(`the input '${unknown}' of an ${action} step`);
    }
    const overwrites = overwrite === undefined || typeof overwrite === 'boolean';
    if (typeof source !== 'string' || typeof destination !== 'string' || !overwrites) {
      throw unmodelled(`an ${action} step whose source or destination is no text`);
    }
    return { source, destination, overwrite };
  });
}
