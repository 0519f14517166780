import { parseCondition } from '../condition';
import { DocumentReader } from '../document-reader';
import { holds } from '../evaluate-condition';
import { failure, SUCCEEDED } from '../step-result';
import { actionOf } from './action';

/**
 * Succeeds where its expression is true.
 * @see https://docs.aws.amazon.com/imagebuilder/latest/userguide/toe-action-modules.html#action-modules-assertion
 */
export const ASSERT = actionOf(
  (inputs, where) => parseCondition(DocumentReader.of(inputs, where)),
  ({ host }, condition) => (holds(condition, host) ? SUCCEEDED : failure('The assertion is false.')),
);
