/**
 * The states of an image that is none and will be none.
 * @see https://docs.aws.amazon.com/imagebuilder/latest/APIReference/API_ImageState.html
 */
export const ENDED_WITHOUT_IMAGE: readonly string[] = [
  'FAILED',
  'CANCELLED',
  'DEPRECATED',
  'DELETED',
  'DISABLED',
];
