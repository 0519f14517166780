import { assertHost, HOST_PARAMETERS } from './assert-host';
import type { ComponentDocument } from './component-document';
import { PREPARE_SCRIPTS, SCRIPTS_PARAMETERS } from './prepare-scripts';
import { REMOVE_WORK_FILES } from './remove-work-files';
import { runScript } from './run-script';
import { reportFailure, UPLOAD_PARAMETERS } from './upload-document';
import { FAILURE_FILE, WORK_FOLDER } from './work-folder';

/**
 * Leaves the host as an AMI should be: checked once more, with nothing of the bake on it but the image manifest. Sysprep
 * itself is the next step of Image Builder's own workflow.
 *
 * @see https://docs.aws.amazon.com/imagebuilder/latest/userguide/wfdoc-step-actions.html
 */
export const PREPARE_SYSPREP_COMPONENT: ComponentDocument = {
  name: 'prepare-sysprep',
  description: 'Checks the host once more and takes away what must not be in the AMI.',
  schemaVersion: 1.0,
  parameters: [...UPLOAD_PARAMETERS, ...SCRIPTS_PARAMETERS, ...HOST_PARAMETERS],
  phases: [
    {
      name: 'build',
      steps: [
        ...PREPARE_SCRIPTS,
        assertHost(),
        runScript({ name: 'AssertSysprep', script: 'steps\\Assert-Sysprep.ps1', timeoutSeconds: 900 }),
        runScript({ name: 'ClearLeftover', script: 'steps\\Clear-Leftover.ps1', timeoutSeconds: 1800 }),
        runScript({ name: 'InitializeLaunch', script: 'steps\\Initialize-Launch.ps1', timeoutSeconds: 900 }),
        runScript({ name: 'ResumeUpdate', script: 'steps\\Resume-Update.ps1', timeoutSeconds: 300 }),
        ...reportFailure('build'),
        {
          // The scripts cannot take away themselves: killed half-way, they would not be there for the second run.
          name: 'RemoveWorkFiles',
          action: 'ExecutePowerShell',
          // What is there after a failure stays as it was.
          if: { fileExists: `${WORK_FOLDER}\\${FAILURE_FILE}`, then: 'Abort', else: 'Execute' },
          timeoutSeconds: 300,
          inputs: { commands: [REMOVE_WORK_FILES.join('\n')] },
        },
      ],
    },
  ],
};
