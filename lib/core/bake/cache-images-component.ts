import type { ComponentDocument } from './component-document';
import { assertHost, HOST_PARAMETERS } from './assert-host';
import { PREPARE_SCRIPTS, SCRIPTS_PARAMETERS } from './prepare-scripts';
import { runScript } from './run-script';
import { reportFailure, uploadDocument, UPLOAD_PARAMETERS } from './upload-document';
import { WORK_FOLDER } from './work-folder';

/** Pulls the image set that fits this host, and records what the AMI then holds. */
export const CACHE_IMAGES_COMPONENT: ComponentDocument = {
  name: 'cache-images',
  description: 'Caches the container base images that fit the revision of this Windows, and records them.',
  schemaVersion: 1.0,
  parameters: [
    ...UPLOAD_PARAMETERS,
    ...SCRIPTS_PARAMETERS,
    { name: 'CatalogKey', description: 'The key of the catalog in the bucket.' },
    { name: 'OrderKey', description: 'The key of the order that this bake carries out.' },
    ...HOST_PARAMETERS,
    {
      name: 'Registry',
      description: 'The registry to pull from: its host, or the host and path of a mirror.',
    },
    {
      name: 'Proxy',
      description: 'The proxy that Docker uses meanwhile, such as http://proxy.example.com:3128, or none.',
    },
  ],
  phases: [
    {
      name: 'build',
      steps: [
        ...PREPARE_SCRIPTS,
        {
          name: 'DownloadInputs',
          action: 'S3Download',
          timeoutSeconds: 600,
          maxAttempts: 3,
          inputs: [download('CatalogKey', 'catalog.json'), download('OrderKey', 'order.json')],
        },
        // The user's own components ran before: what they left must not become part of the AMI unnoticed.
        assertHost(),
        runScript({ name: 'AssertUpdate', script: 'steps\\Assert-Update.ps1', timeoutSeconds: 300 }),
        runScript({
          name: 'SelectImageSet',
          script: 'steps\\Select-ImageSet.ps1',
          parameters: { Os: '{{ WindowsOs }}' },
          timeoutSeconds: 300,
        }),
        runScript({
          name: 'SaveImage',
          script: 'steps\\Save-Image.ps1',
          parameters: { Registry: '{{ Registry }}', Proxy: '{{ Proxy }}' },
          timeoutSeconds: 7200,
        }),
        runScript({
          name: 'WriteImageManifest',
          script: 'steps\\Write-ImageManifest.ps1',
          parameters: { Os: '{{ WindowsOs }}' },
          timeoutSeconds: 600,
        }),
        ...reportFailure('build'),
        // It tells how far a bake came that failed. Before a set is chosen, one that is there is the base AMI's.
        uploadDocument('build', {
          name: 'UploadManifest',
          file: 'image-manifest.json',
          folder: 'manifests',
          ifExists: 'image-set.json',
        }),
      ],
    },
  ],
};

function download(
  keyParameter: string,
  file: string,
): { source: string; destination: string; overwrite: true } {
  return {
    source: `s3://{{ Bucket }}/{{ ${keyParameter} }}`,
    destination: `${WORK_FOLDER}\\${file}`,
    overwrite: true,
  };
}
