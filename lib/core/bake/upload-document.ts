import type { ComponentPhase, ComponentStep } from './component-document';
import { runScript } from './run-script';
import { WORK_FOLDER } from './work-folder';

/**
 * Two steps that upload a document of the work folder under the one key that the instance may write: its role's id and its
 * own, as `aws:userid` has them.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html#policy-vars-infotouse
 */
export function uploadDocument(
  phase: ComponentPhase['name'],
  name: string,
  file: string,
  folder: 'manifests' | 'verifications',
): readonly ComponentStep[] {
  return [
    runScript({ name: 'DocumentKey', script: 'steps\\Get-DocumentKey.ps1', timeoutSeconds: 300 }),
    {
      name,
      action: 'S3Upload',
      timeoutSeconds: 600,
      maxAttempts: 3,
      inputs: [
        {
          source: `${WORK_FOLDER}\\${file}`,
          destination: `s3://{{ Bucket }}/${folder}/{{ RoleId }}:{{ ${phase}.DocumentKey.outputs.stdout }}.json`,
        },
      ],
    },
  ];
}
