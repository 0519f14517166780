import { DocumentReader } from '../document-reader';
import { Restarts } from '../restarts';
import { SUCCEEDED } from '../step-result';
import { actionOf } from './action';

/**
 * Restarts the instance; the document goes on with the next step. Its timeout does not count.
 * @see https://docs.aws.amazon.com/imagebuilder/latest/userguide/toe-action-modules.html#action-modules-reboot
 */
export const REBOOT = actionOf(
  (inputs, where) => {
    if (inputs === undefined || inputs === null) {
      return;
    }
    const reader = DocumentReader.of(inputs, where);
    const delaySeconds = reader.optionalInteger('delaySeconds') ?? 0;
    if (delaySeconds < 0) {
      throw reader.wrong('delaySeconds', 'a whole number from 0', delaySeconds);
    }
    reader.done();
  },
  ({ host, restarts = new Restarts() }) => {
    restarts.restart(host);
    return SUCCEEDED;
  },
);
