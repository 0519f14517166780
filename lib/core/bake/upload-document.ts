import type { ComponentParameter, ComponentPhase, ComponentStep, S3UploadStep } from './component-document';
import { runScript } from './run-script';
import { FAILURE_FILE, WORK_FOLDER } from './work-folder';

/** A document of the work folder that is uploaded. */
export interface DocumentUpload {
  /** The name of the step. */
  readonly name: string;
  readonly file: string;
  readonly folder: 'failures' | 'manifests' | 'verifications';
  readonly onFailure?: 'Continue';
  /** The file without which it is not uploaded; left out, it is the document itself. */
  readonly ifExists?: string;
}

/** The parameters that the steps here refer to. */
export const UPLOAD_PARAMETERS: readonly ComponentParameter[] = [
  { name: 'Bucket', description: 'The bucket of what the instances read and write.' },
  {
    name: 'RoleId',
    description: "The unique id of the instance role, the first part of its documents' keys.",
  },
];

/**
 * The steps with which every component reports, whatever failed before them: the id of the instance, and the upload of its
 * failure document where a step left one. The steps before them go on after a failure (`Continue`), which fails the document
 * all the same; what does the work refuses to begin then.
 */
export function reportFailure(phase: ComponentPhase['name']): readonly ComponentStep[] {
  return [
    // It always runs: AWSTOE may fill in a reference of a step that it then skips.
    runScript({ name: 'DocumentKey', script: 'steps\\Get-DocumentKey.ps1', timeoutSeconds: 300 }),
    // What else there is to upload follows.
    uploadDocument(phase, {
      name: 'UploadFailure',
      file: FAILURE_FILE,
      folder: 'failures',
      onFailure: 'Continue',
    }),
  ];
}

/**
 * A step after `reportFailure` that uploads a document of the work folder under the one key that
 * the instance may write: its role's id and its own, as `aws:userid` has them.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html#policy-vars-infotouse
 */
export function uploadDocument(
  phase: ComponentPhase['name'],
  { name, file, folder, onFailure, ifExists = file }: DocumentUpload,
): S3UploadStep {
  return {
    name,
    action: 'S3Upload',
    if: { fileExists: `${WORK_FOLDER}\\${ifExists}`, then: 'Execute', else: 'Skip' },
    timeoutSeconds: 600,
    ...(onFailure === undefined ? {} : { onFailure }),
    maxAttempts: 3,
    inputs: [
      {
        source: `${WORK_FOLDER}\\${file}`,
        destination: `s3://{{ Bucket }}/${folder}/{{ RoleId }}:{{ ${phase}.DocumentKey.outputs.stdout }}.json`,
      },
    ],
  };
}
