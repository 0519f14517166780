import type { ComponentDocument } from './component-document';
import {
  assertHost,
  HOST_PARAMETERS,
  PREPARE_SCRIPTS,
  SCRIPTS_PARAMETERS,
  runScript,
  reportFailure,
  uploadDocument,
  UPLOAD_PARAMETERS,
  WORK_FOLDER,
  FAILURE_FILE,
  OWN_IMAGE_SCRIPT,
} from './component-steps';

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
    {
      name: 'Secrets',
      description: 'The secrets by which own images are pulled, such as HOST=ARN,HOST=ARN; or none.',
    },
    {
      name: 'FileScan',
      description: "Whether Microsoft Defender leaves Docker's folder alone meanwhile: exclude or keep.",
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
          parameters: {
            Registry: '{{ Registry }}',
            Proxy: '{{ Proxy }}',
            FileScan: '{{ FileScan }}',
            Secrets: '{{ Secrets }}',
          },
          timeoutSeconds: 16200,
        }),
        runScript({
          name: 'WriteImageManifest',
          script: 'steps\\Write-ImageManifest.ps1',
          parameters: { Os: '{{ WindowsOs }}' },
          timeoutSeconds: 600,
        }),
        ...reportFailure('build'),
        // It shows how far a failed bake came. Before a set is chosen, one that is there is the base AMI's.
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

/** The files of the work folder that stay in the AMI. */
const KEPT_FILES = ['image-manifest.json', OWN_IMAGE_SCRIPT];

/** Empties the work folder down to what stays; it uses .NET alone, as `EXPAND_SCRIPTS` does. */
export const REMOVE_WORK_FILES: readonly string[] = [
  'Set-StrictMode -Version Latest',
  "$ErrorActionPreference = 'Stop'",
  `$folder = $ExecutionContext.SessionState.Path.GetUnresolvedProviderPathFromPSPath('${WORK_FOLDER}')`,
  'foreach ($entry in [System.IO.Directory]::GetFileSystemEntries($folder)) {',
  '    if ([System.IO.Directory]::Exists($entry)) { [System.IO.Directory]::Delete($entry, $true) }',
  `    elseif (${KEPT_FILES.map((file) => `'${file}'`).join(', ')} -notcontains [System.IO.Path]::GetFileName($entry)) { [System.IO.File]::Delete($entry) }`,
  '}',
];

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

/** What the update component takes for a list of updates that names none: Image Builder passes on no empty text. */
export const NO_UPDATES = 'none';

/** How long all rounds of Windows Update may take together, where nothing else is asked for. */
export const UPDATE_SECONDS = 4 * 3600;

/**
 * Brings Windows up to date, restarts it until no restart is pending, and then holds its update service, so that the
 * revision stays what it is.
 */
export const updateComponent = (timeoutSeconds = UPDATE_SECONDS): ComponentDocument => ({
  name: 'update',
  description: 'Installs the Windows updates of the policy and restarts until no restart is pending.',
  schemaVersion: 1.0,
  parameters: [
    ...UPLOAD_PARAMETERS,
    ...SCRIPTS_PARAMETERS,
    { name: 'ExpectedBuild', description: 'The build of the release that is baked, such as 20348.' },
    { name: 'UpdatePolicy', description: 'What is installed: security, all or none.', default: 'security' },
    {
      name: 'IncludeUpdates',
      description: 'Updates to install besides, such as KB5066782,KB5066136; or none.',
      default: NO_UPDATES,
    },
    {
      name: 'ExcludeUpdates',
      description: 'Updates never to install, such as KB5066782,KB5066136; or none.',
      default: NO_UPDATES,
    },
  ],
  phases: [
    {
      name: 'build',
      steps: [
        ...PREPARE_SCRIPTS,
        // It ends with 3010 after each round that wants a restart, and then runs again.
        runScript({
          name: 'InstallUpdate',
          script: 'steps\\Install-Update.ps1',
          parameters: {
            ExpectedBuild: '{{ ExpectedBuild }}',
            Policy: '{{ UpdatePolicy }}',
            Include: '{{ IncludeUpdates }}',
            Exclude: '{{ ExcludeUpdates }}',
          },
          timeoutSeconds,
        }),
        ...reportFailure('build'),
      ],
    },
  ],
});
