import { Scalar, stringify } from 'yaml';
import type { ComponentDocument } from './component-document';

/** Image Builder refuses a document of more characters in a template. */
export const LONGEST_INLINE_DOCUMENT = 16_000;

/**
 * The YAML of a component document, keys in AWSTOE's usual order. Parameters become a list of maps with a single key.
 *
 * @see https://docs.aws.amazon.com/imagebuilder/latest/userguide/toe-user-defined-variables.html
 */
export function renderComponent({ parameters, phases, ...head }: ComponentDocument): string {
  const schemaVersion = new Scalar(head.schemaVersion);
  schemaVersion.minFractionDigits = 1;
  const declared = parameters?.map(({ name, ...details }) => ({ [name]: { type: 'string', ...details } }));
  const document = {
    ...head,
    schemaVersion,
    ...(declared === undefined ? {} : { parameters: declared }),
    phases,
  };
  return stringify(document, { lineWidth: 0, aliasDuplicateObjects: false });
}
