import { unmodelled } from '../../aws/cloudformation/environment';
import type { Action } from './action';
import { FILE_ACTIONS, S3_DOWNLOAD, S3_UPLOAD } from './file-actions';
import { ASSERT, EXECUTE_POWERSHELL, REBOOT, SET_REGISTRY, UPDATE_OS } from './system-actions';

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
