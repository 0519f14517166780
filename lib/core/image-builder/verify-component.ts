import type { ComponentDocument } from './component-document';
import {
  PREPARE_SCRIPTS,
  SCRIPTS_PARAMETERS,
  runScript,
  reportFailure,
  uploadDocument,
  UPLOAD_PARAMETERS,
} from './component-steps';

/** Checks the finished AMI on an instance of its own, and uploads what it found whether it is good or not. */
export const VERIFY_COMPONENT: ComponentDocument = {
  name: 'verify',
  description: 'Checks on a fresh instance that the AMI is what its image manifest says.',
  schemaVersion: 1.0,
  parameters: [...UPLOAD_PARAMETERS, ...SCRIPTS_PARAMETERS],
  phases: [
    {
      name: 'test',
      steps: [
        // The AMI holds no scripts: what verifies it comes from the recipe, as what baked it did.
        ...PREPARE_SCRIPTS,
        runScript({
          name: 'VerifyImages',
          script: 'verify\\Test-Image.ps1',
          timeoutSeconds: 3600,
        }),
        ...reportFailure('test'),
        uploadDocument('test', {
          name: 'UploadVerification',
          file: 'verification.json',
          folder: 'verifications',
        }),
      ],
    },
  ],
};
