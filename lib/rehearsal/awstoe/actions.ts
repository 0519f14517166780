import { unmodelled } from '../assembly/unmodelled';
import type { Action } from './actions/action';
import { ASSERT } from './actions/assert';
import { EXECUTE_POWERSHELL } from './actions/execute-powershell';
import { FILE_ACTIONS } from './actions/file-actions';
import { REBOOT } from './actions/reboot';
import { S3_DOWNLOAD, S3_UPLOAD } from './actions/s3-transfers';
import { SET_REGISTRY } from './actions/set-registry';
import { UPDATE_OS } from './actions/update-os';

/**
 * The actions of AWSTOE that the rehearsal models.
 * @see https://docs.aws.amazon.com/imagebuilder/latest/userguide/toe-action-modules.html
 */
const ACTIONS: Readonly<Record<string, Action>> = {
  Assert: ASSERT,
  ExecutePowerShell: EXECUTE_POWERSHELL,
  S3Download: S3_DOWNLOAD,
  S3Upload: S3_UPLOAD,
  UpdateOS: UPDATE_OS,
  Reboot: REBOOT,
  SetRegistry: SET_REGISTRY,
  ...FILE_ACTIONS,
};

/** The action of that name; throws for one that has no model, `where` naming the step. */
export function actionNamed(name: string, where: string): Action {
  const action = Object.hasOwn(ACTIONS, name) ? ACTIONS[name] : undefined;
  if (action === undefined) {
    throw unmodelled(`the action ${name} of ${where}`);
  }
  return action;
}
