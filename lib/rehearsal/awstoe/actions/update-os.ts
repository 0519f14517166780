import type { UpdateFilter } from '../../host/windows-update';
import { DocumentReader } from '../document-reader';
import { failure, SUCCEEDED } from '../step-result';
import { actionOf } from './action';

/**
 * Installs what Windows Update offers and the lists let through.
 * @see https://docs.aws.amazon.com/imagebuilder/latest/userguide/toe-action-modules.html#action-modules-updateos
 */
export const UPDATE_OS = actionOf(readFilter, ({ host }, filter) => {
  const problem = host.installUpdates(filter);
  return problem === undefined ? SUCCEEDED : failure(problem);
});

function readFilter(inputs: unknown, where: string): UpdateFilter {
  if (inputs === undefined || inputs === null) {
    return {};
  }
  const reader = DocumentReader.of(inputs, where);
  const [include, exclude] = [reader.optionalTexts('include'), reader.optionalTexts('exclude')];
  reader.done();
  return { include, exclude };
}
