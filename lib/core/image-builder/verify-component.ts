import type { ComponentDocument } from './component-document';
import {
  PREPARE_SCRIPTS,
  SCRIPTS_PARAMETERS,
  runScript,
  reportFailure,
  uploadDocument,
  UPLOAD_PARAMETERS,
} from './component-steps';

/** Docker may be late, and its network is made anew once; then a container gets its address. */
const FIRST_BOOT_SECONDS = 2700;

/** Two starts of a container, each of 10 minutes at most, and its image looked up under five names. */
const IMAGE_SECONDS = 1800;

/** What leaves room for the other steps within the 12 hours that the service has for a test. */
const MOST_SECONDS = 10 * 3600;

/**
 * Checks the finished AMI on an instance of its own, with so many images, and uploads what it found whether it is good or not.
 */
export const verifyComponent = (images = 4): ComponentDocument => ({
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
          timeoutSeconds: Math.min(MOST_SECONDS, FIRST_BOOT_SECONDS + images * IMAGE_SECONDS),
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
});
